import Circuits
public import Hardware
import Simulators

/// Quantum volume: the widest square random circuit whose likely outcomes stay likely (Cross et al., Phys. Rev. A 100,
/// 032328 (2019)).
///
/// Width n: n layers of random pairings with random two-qubit unitaries. Outcomes are heavy whose ideal probability
/// exceeds the median. A width passes when the mean share of heavy outcomes exceeds 2/3 by two standard errors over at
/// least a hundred circuits; the volume is 2ⁿ for the last width before one fails. Here the compiler may choose sites and
/// optimise, as the protocol allows.
public struct QuantumVolume: Experiment {
    public let kind = ExperimentKind.quantumVolume
    let machine: Machine
    let shots: Int
    let seed: UInt64
    let widths: [Int]
    let circuits: Int
    /// The sites the compiler may use; nil for all.
    let allowedSites: [Site]?

    /// - Parameters:
    ///   - widths: ascending, 2 to 12: the ideal distributions are computed.
    ///   - circuits: for each width; fewer than a hundred prove nothing, and the report says so.
    public init(
        widths: [Int], circuits: Int = 100, within allowedSites: [Site]? = nil, of machine: Machine, shots: Int,
        seed: UInt64
    ) {
        precondition(widths.allSatisfy { (2...12).contains($0) }, "widths from 2 to 12")
        self.widths = widths
        self.circuits = circuits
        self.machine = machine
        self.shots = shots
        self.seed = seed
        self.allowedSites = allowedSites
    }

    public var programs: [ExperimentProgram] {
        widths.flatMap { width in
            (0..<circuits).map { ExperimentProgram(circuit(width, $0), within: allowedSites, shots: shots) }
        }
    }

    private func circuit(_ width: Int, _ index: Int) -> Circuit {
        var generator = Philox(seed: seed, stream: UInt64(width << 32 | index) | 0x5156 << 48)
        var circuit = Circuit(name: "volume \(width).\(index)", qubitCount: width, bitCount: width)
        for layer in 0..<width {
            var order = Array(0..<width)
            for k in stride(from: width - 1, to: 0, by: -1) {
                order.swapAt(k, Int.random(in: 0...k, using: &generator))
            }
            for pair in 0..<width / 2 {
                let unitary = HaarUnitary.random(dimension: 4, using: &generator)
                let gate = circuit.addGate(
                    GateDefinition(name: "su4_\(layer)_\(pair)", qubitCount: 2, implementation: .matrix(unitary)))
                circuit.append(gate, [order[2 * pair], order[2 * pair + 1]])
            }
        }
        for qubit in 0..<width { circuit.measure(qubit, into: qubit) }
        return circuit
    }

    /// The outcomes more probable than the median of all 2ⁿ.
    private func heavyOutcomes(_ width: Int, _ index: Int) -> Set<BitString>? {
        var options = SimulationOptions(threads: 1)
        options.wantsProbabilities = true
        guard let run = try? Simulation(circuit(width, index), options: options).run(shots: 1, seed: 0),
            let exact = run.probabilities
        else { return nil }
        let missing = (1 << width) - exact.count
        let sorted = (Array(repeating: 0.0, count: missing) + exact.map(\.probability)).sorted()
        let median = (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
        return Set(exact.filter { $0.probability > median }.map(\.bits))
    }

    public func report(_ runs: [ExperimentRun]) -> ExperimentReport {
        precondition(runs.count == widths.count * circuits, "a run for each program")
        var report = ExperimentReport(kind: kind)
        var points: [DataPoint] = []
        var volume: Int? = 1, isDecided = false
        for (place, width) in widths.enumerated() {
            var shares: [Double] = []
            for index in 0..<circuits {
                let run = runs[place * circuits + index]
                guard let heavy = heavyOutcomes(width, index) else { continue }
                let count = run.counts.entries.reduce(0) { $0 + (heavy.contains($1.bits) ? $1.count : 0) }
                shares.append(Double(count) / Double(run.counts.total))
            }
            guard !shares.isEmpty else {
                report.notes.append("width \(width): the ideal outcomes could not be computed")
                volume = nil
                continue
            }
            // One circuit counts as one draw, however many shots it had: the protocol's own, cautious error bar.
            let mean = shares.reduce(0, +) / Double(shares.count)
            let heavy = Measured(mean, standardError: (mean * (1 - mean) / Double(shares.count)).squareRoot())
            let passes = heavy.value - 2 * heavy.standardError > 2.0 / 3
            report.findings.append(
                Finding(
                    "heavy outcomes, width \(width)", sites: [], value: heavy, unit: .probability, recorded: nil))
            points.append(DataPoint(x: Double(width), y: heavy.value, sigma: max(heavy.standardError, 1e-9)))
            if passes, !isDecided { volume = volume.map { max($0, 1 << width) } } else { isDecided = true }
        }
        if let volume {
            if volume > 1 {
                report.findings.append(
                    Finding(
                        "quantum volume", sites: [], value: Measured(Double(volume), standardError: 0), unit: .number))
            } else {
                report.notes.append(
                    "no width passed: the mean share of heavy outcomes is not above 2/3 with confidence")
            }
        }
        if circuits < 100 {
            report.notes.append("\(circuits) circuits a width were run; the protocol wants at least 100")
        }
        report.plots = [
            Plot(
                title: kind.title, x: Plot.Axis("width"), y: Plot.Axis("heavy outcomes"),
                curves: [
                    Plot.Curve(label: "measured", points: points),
                    Plot.Curve(
                        label: "threshold 2/3", points: points.map { DataPoint(x: $0.x, y: 2.0 / 3, sigma: 1e-9) }),
                ])
        ]
        return report
    }
}
