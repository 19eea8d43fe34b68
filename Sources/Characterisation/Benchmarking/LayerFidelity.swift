import Circuits
public import Hardware
import Simulators

/// Layer fidelity of a chain: how well all its couplers work when they are driven together (McKay et al.,
/// arXiv:2311.05933).
///
/// The couplers of the chain fall into two layers without a common site. In each layer all pairs, and the sites left
/// over, are benchmarked at once by direct randomized benchmarking: a random two-qubit Clifford, then m times a random
/// one-qubit Clifford on every site and the layer's gates, then back. The process fidelities of all groups multiply to the
/// layer fidelity LF; the error per layered gate is EPLG = 1 − LF^(1/n) for n couplers.
public struct LayerFidelity: Experiment {
    public let kind = ExperimentKind.layerFidelity
    let machine: Machine
    let shots: Int
    let seed: UInt64
    /// The sites in order.
    public let chain: [Site]
    /// Groups of one or two sites by layer.
    private let layers: [[BenchmarkingGroup]]
    private let lengths: [Int]
    static let sequences = 8

    /// - Parameter chain: neighbouring sites, at least two.
    public init(chain: [Site], of machine: Machine, shots: Int, seed: UInt64) {
        precondition(chain.count >= 2, "a chain of \(chain.count) sites has no coupler")
        self.chain = chain
        self.machine = machine
        self.shots = shots
        self.seed = seed
        layers = (0..<2).map { parity in
            var groups: [BenchmarkingGroup] = []
            var place = 0
            while place < chain.count {
                if place % 2 == parity, place + 1 < chain.count {
                    let (a, b) = (chain[place], chain[place + 1])
                    groups.append(BenchmarkingGroup([a, b], of: machine, interleaved: machine.entangler(a, b)))
                    place += 2
                } else {
                    groups.append(BenchmarkingGroup([chain[place]], of: machine))
                    place += 1
                }
            }
            return groups
        }.filter { $0.contains { $0.sites.count == 2 } }
        let worst = layers.joined().compactMap { $0.interleaved.map { machine.error(of: $0) } }.max() ?? 0.01
        var longest = min(200, max(6, 0.5 / max(worst, 1e-9)))
        // One shot in ten has to come through where gates fail or carriers get lost; the Cliffords around the layers take
        // three gates of each coupler more.
        let kept =
            layers.map { $0.reduce(1) { $0 * ($1.interleaved.map { machine.survival(of: $0) } ?? 1) } }.min() ?? 1
        if kept < 1 { longest = min(longest, max(1, 2.3 / -Exponential.logarithm(kept) - 3)) }
        var lengths: [Int] = []
        for fraction in [0.0, 0.1, 0.25, 0.5, 1] {
            lengths.append(max(1, Int((fraction * longest).rounded()), (lengths.last ?? 0) + 1))
        }
        self.lengths = lengths
    }

    public var programs: [ExperimentProgram] {
        layers.indices.flatMap { layer in
            lengths.flatMap { length in
                (0..<Self.sequences).map {
                    ExperimentProgram(circuit(layer, length, $0), on: layers[layer].flatMap(\.sites), shots: shots)
                }
            }
        }
    }

    private func circuit(_ layer: Int, _ length: Int, _ repetition: Int) -> Circuit {
        let groups = layers[layer], count = chain.count
        var generator = Philox(
            seed: seed, stream: UInt64((layer * 1024 + length) * 64 + repetition) | 0x4C46 << 48)
        var circuit = Circuit(
            name: "layer \(layer) length \(length).\(repetition)", qubitCount: count, bitCount: count)
        var first = 0
        let qubits = groups.map { group -> [Int] in
            defer { first += group.sites.count }
            return Array(first..<first + group.sites.count)
        }
        let all = Array(0..<count), single = CliffordGroup.oneQubit
        var totals = groups.map { CliffordMap(qubitCount: $0.sites.count) }
        for (k, group) in groups.enumerated() {
            let element = group.clifford.random(using: &generator)
            group.clifford.append(element, to: &circuit, on: qubits[k])
            totals[k] = totals[k].then(group.clifford.maps[element])
        }
        circuit.barrier(all)
        for _ in 0..<length {
            for k in groups.indices {
                for (operand, qubit) in qubits[k].enumerated() {
                    let element = single.random(using: &generator)
                    single.append(element, to: &circuit, on: [qubit])
                    totals[k] = totals[k].then(single.maps[element], on: [operand])
                }
            }
            circuit.barrier(all)
            for (k, group) in groups.enumerated() {
                guard let gate = group.interleaved else { continue }
                let operands = gate.sites.map { group.sites.firstIndex(of: $0)! }
                circuit.append(gate.gate, operands.map { qubits[k][$0] }, gate.parameters)
                totals[k] = totals[k].then(gate.map, on: operands)
            }
            circuit.barrier(all)
        }
        for (k, group) in groups.enumerated() {
            let outcome = UInt64(repetition % (1 << group.sites.count))
            let flips = group.sites.indices.filter { outcome >> UInt64($0) & 1 == 1 }
            let back = flips.reduce(totals[k].inverse) { $0.then(CliffordMap(.x)!, on: [$1]) }
            group.clifford.append(group.clifford.element(back), to: &circuit, on: qubits[k])
        }
        circuit.barrier(all)
        for qubit in all { circuit.measure(qubit, into: qubit) }
        return circuit
    }

    public func report(_ runs: [ExperimentRun]) -> ExperimentReport {
        let perLayer = lengths.count * Self.sequences
        precondition(runs.count == layers.count * perLayer, "a run for each program")
        var report = ExperimentReport(kind: kind)
        var curves: [Plot.Curve] = []
        var logarithm = Measured(0, standardError: 0)
        var isComplete = true
        for (layer, groups) in layers.enumerated() {
            var first = 0
            for group in groups {
                let bits = Array(first..<first + group.sites.count)
                first += group.sites.count
                let samples = lengths.indices.map { step -> (length: Int, values: [Measured]) in
                    let values = (0..<Self.sequences).map { repetition -> Measured in
                        let run = runs[layer * perLayer + step * Self.sequences + repetition]
                        let right = run.share(of: UInt64(repetition % (1 << group.sites.count)), on: bits)
                        return Measured(right.value - 1 / group.dimension, standardError: right.standardError)
                    }
                    return (lengths[step], values)
                }
                guard let decay = BenchmarkingDecay(samples, dimension: group.dimension) else {
                    isComplete = false
                    report.notes.append(
                        "\(RandomizedBenchmarking.name(group.sites)): the outcomes do not fit a decay; there is no layer "
                            + "fidelity without it")
                    continue
                }
                let fidelity = decay.processFidelity
                logarithm = logarithm + fidelity.map(Exponential.logarithm, slope: 1 / fidelity.value)
                report.findings.append(
                    Finding(
                        "process infidelity in layer \(layer + 1)", sites: group.sites,
                        value: fidelity.map({ 1 - $0 }, slope: -1), unit: .probability,
                        reducedChiSquare: decay.fit.reducedChiSquare))
                curves.append(
                    Plot.Curve(
                        label: RandomizedBenchmarking.name(group.sites), points: decay.points, model: decay.curve))
            }
        }
        if isComplete {
            let couplers = Double(chain.count - 1)
            let fidelity = logarithm.map(Exponential.of, slope: Exponential.of(logarithm.value))
            let share = (logarithm.value / couplers)
            report.findings += [
                Finding("layer fidelity", sites: chain, value: fidelity, unit: .number),
                Finding(
                    "EPLG", sites: chain,
                    value: logarithm.map(
                        { _ in 1 - Exponential.of(share) }, slope: Exponential.of(share) / couplers), unit: .probability
                ),
            ]
        }
        report.plots = Plot.pages(
            of: curves, title: kind.title, x: Plot.Axis("layers"), y: Plot.Axis("P(right) − 1/d"))
        return report
    }
}
