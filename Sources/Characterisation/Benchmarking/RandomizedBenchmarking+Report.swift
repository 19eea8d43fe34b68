import Circuits
import Hardware

extension RandomizedBenchmarking {
    /// What became of one group of a batch.
    private struct Outcome {
        var group: BenchmarkingGroup
        var decay: BenchmarkingDecay
        /// Pulses on one qubit per Clifford, by operand, and entangling gates per Clifford.
        var pulses: [PulseTally]
        var entanglers: Double
    }

    public func report(_ runs: [ExperimentRun]) -> ExperimentReport {
        let steps = BenchmarkingGroup.fractions.count, perBatch = steps * Self.sequences
        precondition(runs.count == batches.count * perBatch, "a run for each program")
        var report = ExperimentReport(kind: kind)
        var curves: [Plot.Curve] = []
        let outcomes = batches.indices.map { batch -> [Outcome?] in
            let own = Array(runs[batch * perBatch..<(batch + 1) * perBatch])
            return batches[batch].indices.map { place in
                let outcome = self.outcome(batch, place, own)
                let group = batches[batch][place]
                guard let outcome else {
                    report.notes.append(
                        "\(Self.name(group.sites)): the outcomes do not fit a decay; the record is kept")
                    return nil
                }
                var label = Self.name(group.sites)
                if let gate = group.interleaved { label += " with \(gate.gate.name)" }
                if kind == .crosstalk { label += batch + 1 < batches.count ? " alone" : " with all" }
                curves.append(Plot.Curve(label: label, points: outcome.decay.points, model: outcome.decay.curve))
                return outcome
            }
        }
        switch kind {
        case .oneQubitBenchmarking: report.findings = outcomes.joined().compactMap { $0 }.flatMap(oneQubit)
        case .twoQubitBenchmarking: report.findings = outcomes.joined().compactMap { $0 }.flatMap(twoQubits)
        case .interleavedBenchmarking:
            for pair in stride(from: 0, to: outcomes.count - 1, by: 2) {
                for (reference, interleaved) in zip(outcomes[pair], outcomes[pair + 1]) {
                    guard let reference, let interleaved else { continue }
                    report.findings += self.interleaved(reference, interleaved, &report.notes)
                }
            }
        default: report.findings = crosstalk(outcomes)
        }
        if report.findings.contains(where: { $0.quantity.hasSuffix(", hot") }) {
            report.notes.append(
                "ions heat up while sequences last, so two-qubit gates in them err more than the record's, which are of "
                    + "cooled ions; the record is kept")
        }
        report.plots = Plot.pages(
            of: curves, title: kind.title, x: Plot.Axis("Cliffords"), y: Plot.Axis("P(right) − 1/d"))
        return report
    }

    static func name(_ sites: [Site]) -> String {
        (sites.count == 1 ? "site " : "sites ") + sites.map { "\($0.index)" }.joined(separator: "-")
    }

    private func outcome(_ batch: Int, _ place: Int, _ runs: [ExperimentRun]) -> Outcome? {
        let group = batches[batch][place]
        let first = batches[batch][..<place].reduce(0) { $0 + $1.sites.count }
        let bits = Array(first..<first + group.sites.count)
        var samples: [(length: Int, values: [Measured])] = []
        var cliffords = 0, entanglers = 0
        var pulses = group.sites.map { PulseTally(site: $0) }
        for (step, length) in group.lengths.enumerated() {
            var values: [Measured] = []
            for repetition in 0..<Self.sequences {
                let run = runs[step * Self.sequences + repetition]
                let right = run.share(of: UInt64(repetition % (1 << group.sites.count)), on: bits)
                values.append(Measured(right.value - 1 / group.dimension, standardError: right.standardError))
                cliffords += length + 1
                entanglers += run.gateCount(on: group.sites, qubits: 2) - (group.interleaved == nil ? 0 : length)
                for k in pulses.indices { pulses[k].add(run) }
            }
            samples.append((length, values))
        }
        return BenchmarkingDecay(samples, dimension: group.dimension).map {
            Outcome(
                group: group, decay: $0, pulses: pulses.map { $0.per(cliffords) },
                entanglers: Double(entanglers) / Double(cliffords))
        }
    }

    // MARK: Findings

    /// The errors of the pulses: together they make the decay of a Clifford, α = Π α_g^n_g. Pulses that the record tells
    /// apart keep the ratio of their errors.
    private func oneQubit(_ outcome: Outcome) -> [Finding] {
        let site = outcome.group.sites[0], tally = outcome.pulses[0], alpha = outcome.decay.alpha
        var findings = [clifford(outcome)]
        let shares = tally.shares(by: machine)
        let isUniform = Set(shares.map(\.share)).count == 1
        for (gate, share) in isUniform ? Array(shares.prefix(1)) : shares {
            let visible = alpha.map(
                { 0.5 * (1 - Exponential.power($0, share)) },
                slope: 0.5 * share * Exponential.power(alpha.value, share - 1))
            let error = machine.published(visible, gate, [site])
            let gates = isUniform ? machine.oneQubitGates : [gate]
            let places = gates.filter { machine.calibration.figures(for: $0, on: [site]) != nil }
            findings.append(
                Finding(
                    isUniform ? "error per pulse" : "\(gate.name) error", sites: [site], value: error,
                    unit: .probability, reducedChiSquare: outcome.decay.fit.reducedChiSquare,
                    recorded: isUniform
                        ? machine.oneQubitError(site) : machine.calibration.figures(for: gate, on: [site])?.error,
                    figures: visible.value > 0 ? places.map { .gateError($0, [site]) } : []))
        }
        return findings
    }

    private func clifford(_ outcome: Outcome) -> Finding {
        Finding(
            "error per Clifford", sites: outcome.group.sites, value: outcome.decay.error, unit: .probability,
            reducedChiSquare: outcome.decay.fit.reducedChiSquare)
    }

    /// The error of the entangling gate: with n₀, n₁ pulses and n₂ entangling gates a Clifford,
    /// α = (α₀^n₀ + α₁^n₁ + 3·α₀^n₀·α₁^n₁)/5 · α₂^n₂ (McKay et al., PRL 122, 200502 (2019), supplement), where the pulses'
    /// α come from the record. Waiting counts as error of the entangling gate.
    private func twoQubits(_ outcome: Outcome) -> [Finding] {
        let sites = outcome.group.sites
        var findings = [clifford(outcome)]
        guard outcome.entanglers > 0, let gate = machine.entangler(sites[0], sites[1]) else { return findings }
        let kept = outcome.pulses.map { $0.recordedDecay(by: machine) }
        let pulses = (kept[0] + kept[1] + 3 * kept[0] * kept[1]) / 5
        let alpha = outcome.decay.alpha, n = outcome.entanglers
        let share = min(alpha.value / pulses, 1)
        let error = alpha.map(
            { _ in 0.75 * (1 - Exponential.power(share, 1 / n)) },
            slope: 0.75 / n * Exponential.power(share, 1 / n - 1) / pulses)
        findings.append(entangler(gate, error, outcome))
        return findings
    }

    /// - Parameter visible: the error as benchmarking sees it.
    private func entangler(_ gate: NativeClifford, _ visible: Measured, _ outcome: Outcome) -> Finding {
        let error = machine.published(visible, gate.gate, gate.sites)
        // A coupler that works both ways is one coupler: its figures move together.
        let places = [gate.sites, gate.sites.reversed()].filter {
            machine.calibration.figures(for: gate.gate, on: $0).map { !$0.isDead } ?? false
        }
        // A record holds the errors of cold carriers, and how they heat up beside them: both together are neither.
        let isHot = machine.calibration.environment.heating != nil
        return Finding(
            "\(gate.gate.name) error" + (isHot ? ", hot" : ""), sites: gate.sites, value: error, unit: .probability,
            reducedChiSquare: outcome.decay.fit.reducedChiSquare, recorded: isHot ? nil : machine.error(of: gate),
            figures: visible.value > 0 && !isHot ? places.map { .gateError(gate.gate, $0) } : [])
    }

    /// r = (d − 1)/d·(1 − α_with/α_without).
    private func interleaved(_ reference: Outcome, _ with: Outcome, _ notes: inout [String]) -> [Finding] {
        guard let gate = with.group.interleaved else { return [] }
        let ratio = with.decay.alpha / reference.decay.alpha
        let error = ratio.map({ 0.75 * (1 - $0) }, slope: 0.75)
        if error.value <= 0 {
            notes.append(
                "\(Self.name(gate.sites)): the error of \(gate.gate.name) is below what these sequences resolve; "
                    + "the record is kept")
        }
        return [clifford(reference), entangler(gate, error, with)]
    }

    private func crosstalk(_ outcomes: [[Outcome?]]) -> [Finding] {
        guard let together = outcomes.last else { return [] }
        var findings: [Finding] = []
        for outcome in outcomes.dropLast().joined() {
            guard let outcome else { continue }
            let sites = outcome.group.sites
            guard let joint = together.compactMap({ $0 }).first(where: { $0.group.sites == sites }) else { continue }
            findings += [
                Finding(
                    "error per Clifford alone", sites: sites, value: outcome.decay.error, unit: .probability,
                    reducedChiSquare: outcome.decay.fit.reducedChiSquare),
                Finding(
                    "error per Clifford with all", sites: sites, value: joint.decay.error, unit: .probability,
                    reducedChiSquare: joint.decay.fit.reducedChiSquare),
                Finding(
                    "crosstalk", sites: sites, value: joint.decay.error - outcome.decay.error, unit: .probability),
            ]
        }
        return findings.sorted { $0.sites.lexicographicallyPrecedes($1.sites) }
    }
}
