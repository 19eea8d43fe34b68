import Circuits
public import Hardware

/// How long sites keep their state: T1, T2 by Hahn's echo, and Ramsey fringes with their frequency.
///
/// Each site has delays of its own, a few times the lifetime that the record tells, so that one program serves all sites
/// however they differ. T1 runs on all sites at once; echo and fringes run where no neighbour is driven at the same
/// time, because a coupling that neither echo nor fringe removes would be read as decoherence.
public struct CoherenceExperiment: Experiment {
    public let kind: ExperimentKind
    /// Sites measured at the same time.
    let batches: [[Site]]
    /// In units of the site's expected lifetime.
    let fractions: [Double]
    let machine: Machine
    let shots: Int
    /// The lifetime expected of each site, seconds.
    private let expected: [Site: Double]
    private let skipped: [Site]

    /// Turns of the fringe that are put in within one expected lifetime.
    static let fringesPerLifetime = 2.0

    /// - Parameter kind: `t1`, `t2` or `ramsey`.
    public init(_ kind: ExperimentKind, on sites: [Site], of machine: Machine, shots: Int) {
        precondition([.t1, .t2, .ramsey].contains(kind), "\(kind) is no experiment on lifetimes")
        self.kind = kind
        self.machine = machine
        self.shots = shots
        var expected: [Site: Double] = [:]
        for site in sites {
            let figures = machine.calibration.sites[site.index]
            // A record may hold infinite or absurd times; nothing waits longer than a second for a decay.
            let time = kind == .t1 ? figures.t1?.value ?? figures.t2?.value : figures.effectiveT2?.value
            if let time, time.isFinite, time > 0 { expected[site] = time }
        }
        self.expected = expected
        skipped = sites.filter { expected[$0] == nil }
        let measured = sites.filter { expected[$0] != nil }
        batches = kind == .t1 ? [measured] : Batches.sites(measured, apartIn: machine.graph)
        switch kind {
        case .ramsey: fractions = (0..<25).map { Double($0) / 12 }
        default: fractions = [0.02, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.2, 1.6, 2.2, 3, 4]
        }
    }

    public var programs: [ExperimentProgram] {
        batches.filter { !$0.isEmpty }.flatMap { batch in
            fractions.map { ExperimentProgram(circuit($0, batch), on: batch, shots: shots) }
        }
    }

    /// The wait of one site, seconds, on the machine's grid; for the echo the sum of both halves.
    private func delay(_ fraction: Double, _ site: Site) -> Double {
        let grid = machine.description.timing.dt.value * (kind == .t2 ? 2 : 1)
        let time = fraction * (expected[site] ?? 0)
        return grid > 0 ? (time / grid).rounded() * grid : time
    }

    private func circuit(_ fraction: Double, _ batch: [Site]) -> Circuit {
        var circuit = Circuit(name: "\(kind.rawValue) \(fraction)", qubitCount: batch.count, bitCount: batch.count)
        func wait(_ qubit: Int, _ time: Double) {
            circuit.body.append(Instruction(.delay(.seconds), [Qubit(qubit)], [Parameter(time)]))
        }
        for (qubit, site) in batch.enumerated() {
            let time = delay(fraction, site)
            switch kind {
            case .t1:
                circuit.append(.x, [qubit])
                wait(qubit, time)
            case .t2:
                circuit.append(.h, [qubit])
                wait(qubit, time / 2)
                circuit.append(.x, [qubit])
                wait(qubit, time / 2)
                circuit.append(.h, [qubit])
            default:
                circuit.append(.h, [qubit])
                wait(qubit, time)
                circuit.append(.rz, [qubit], [(2 * .pi * fringe(site) * time).remainder(dividingBy: 2 * .pi)])
                circuit.append(.h, [qubit])
            }
            circuit.measure(qubit, into: qubit)
        }
        return circuit
    }

    /// The frequency of the fringe on a site driven at its true frequency, hertz.
    private func fringe(_ site: Site) -> Double { Self.fringesPerLifetime / (expected[site] ?? 1) }

    public func report(_ runs: [ExperimentRun]) -> ExperimentReport {
        let batches = batches.filter { !$0.isEmpty }
        precondition(runs.count == batches.count * fractions.count, "a run for each program")
        var report = ExperimentReport(kind: kind)
        for site in skipped {
            report.notes.append("site \(site.index): the record holds no lifetime to plan by; it was left out")
        }
        var curves: [Plot.Curve] = []
        for (index, batch) in batches.enumerated() {
            for (qubit, site) in batch.enumerated() {
                let points = fractions.indices.map { k -> DataPoint in
                    let run = runs[index * fractions.count + k], share = run.ones(qubit)
                    return DataPoint(
                        x: delay(fractions[k], site), y: share.value, sigma: share.standardError,
                        tries: run.independentShots)
                }
                guard let fit = fit(points, site), let findings = findings(fit, site) else {
                    report.notes.append("site \(site.index): the outcomes do not fit a decay; the record is kept")
                    continue
                }
                report.findings += findings
                curves.append(
                    Plot.Curve(label: "site \(site.index)", points: points) { model($0, fit.parameters) })
            }
        }
        // Batches are a matter of the design; the reader looks for sites.
        report.findings = report.findings.enumerated().sorted {
            ($0.element.sites[0], $0.offset) < ($1.element.sites[0], $1.offset)
        }.map(\.element)
        report.plots = Plot.pages(
            of: curves, title: kind.title, x: Plot.Axis("wait", unit: .seconds), y: Plot.Axis("P(1)"))
        return report
    }

    // Parameters: amplitude, lifetime, offset; fringes: also frequency and phase.
    private func model(_ time: Double, _ p: [Double]) -> Double {
        let decay = p[0] * Exponential.of(-time / p[1])
        return kind == .ramsey ? p[2] + decay * Exponential.cosine(2 * .pi * p[3] * time + p[4]) : p[2] + decay
    }

    private func fit(_ points: [DataPoint], _ site: Site) -> CurveFit? {
        guard let expected = expected[site] else { return nil }
        let weigh = { (point: DataPoint, fitted: Double) -> Double in
            let shots = Double(max(1, point.tries ?? 1))
            let p = min(max(fitted, 0.5 / (shots + 1)), 1 - 0.5 / (shots + 1))
            return (p * (1 - p) / shots).squareRoot()
        }
        let times = expected / 20...expected * 20
        if kind != .ramsey {
            return LeastSquares.fit(
                points, start: [kind == .t1 ? 0.95 : -0.45, expected, kind == .t1 ? 0.02 : 0.5],
                bounds: [-1.2...1.2, times, -0.2...1.2], model: model, weigh: weigh)
        }
        // The fringe may be anywhere up to the Nyquist frequency: the best of several starts.
        let nyquist = 6 / expected
        var best: CurveFit?
        for step in 1..<12 {
            for phase in [0, Double.pi / 2] {
                let fit = LeastSquares.fit(
                    points, start: [-0.45, expected, 0.5, nyquist * Double(step) / 12, phase],
                    bounds: [-0.7...0, times, 0.2...0.8, 0...nyquist, -Double.pi...Double.pi], model: model,
                    weigh: weigh)
                guard let fit, let chi = fit.reducedChiSquare else { continue }
                if chi < best?.reducedChiSquare ?? .infinity { best = fit }
            }
        }
        return best
    }

    /// Nil where the fit is no measurement: no decay seen, or an error bar as large as the figure.
    private func findings(_ fit: CurveFit, _ site: Site) -> [Finding]? {
        let lifetime = fit.parameter(1), contrast = fit.parameter(0)
        guard abs(contrast.value) > 5 * contrast.standardError, lifetime.standardError < lifetime.value / 2 else {
            return nil
        }
        let record = machine.calibration.sites[site.index]
        switch kind {
        case .t1:
            return [
                Finding(
                    "T1", sites: [site], value: lifetime, unit: .seconds, reducedChiSquare: fit.reducedChiSquare,
                    recorded: record.t1?.value, figures: [.t1(site)])
            ]
        case .t2:
            return [
                Finding(
                    "T2", sites: [site], value: lifetime, unit: .seconds, reducedChiSquare: fit.reducedChiSquare,
                    recorded: record.t2?.value, figures: [.t2(site)])
            ]
        default:
            // |1⟩ turns by −δ in the frame of the drive, the fringe put in turns it forward: what is seen is their sum.
            let detuning = fit.parameter(3).map({ fringe(site) - $0 }, slope: -1)
            let frequency = record.frequency.map {
                Measured($0 + detuning.value, standardError: detuning.standardError)
            }
            return [
                Finding(
                    "T2*", sites: [site], value: lifetime, unit: .seconds, reducedChiSquare: fit.reducedChiSquare),
                Finding(
                    "detuning", sites: [site], value: detuning, unit: .hertz, reducedChiSquare: fit.reducedChiSquare,
                    recorded: record.frequency, figures: frequency == nil ? [] : [.frequency(site)],
                    calibrated: frequency),
            ]
        }
    }
}
