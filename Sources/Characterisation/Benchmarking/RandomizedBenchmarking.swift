import Circuits
public import Hardware
import Simulators

/// Randomized benchmarking: the error of a random Clifford from how sequences of them lose the state.
///
/// One qubit, two qubits, or a native gate interleaved between the random ones (Magesan et al., PRL 109, 080505 (2012)).
/// Groups that are far enough apart run in one program; `crosstalk` runs each group alone and then all of them together
/// (Gambetta et al., PRL 109, 240504 (2012)).
public struct RandomizedBenchmarking: Experiment {
    public let kind: ExperimentKind
    let machine: Machine
    let shots: Int
    let seed: UInt64
    /// Sets of groups that run together, one after the other.
    let batches: [[BenchmarkingGroup]]
    /// Sequences of each length: a multiple of the four outcomes of two qubits.
    static let sequences = 8

    /// Benchmarks of one site each, no neighbours at the same time.
    public init(sites: [Site], of machine: Machine, shots: Int, seed: UInt64) {
        let groups = Batches.groups(
            sites.map { [$0] }, apartIn: machine.graph, atMost: machine.concurrentGroups(of: 1))
        self.init(
            .oneQubitBenchmarking, machine, shots, seed, groups.map { $0.map { BenchmarkingGroup($0, of: machine) } })
    }

    /// Benchmarks of pairs of neighbours; interleaved ones run the reference and the sequence with the gate.
    ///
    /// Pairs without a Clifford gate of their own are left out, and those whose gate fails more often than not.
    public init(pairs: [[Site]], interleaving: Bool, of machine: Machine, shots: Int, seed: UInt64) {
        let working = machine.benchmarkable(pairs)
        let batches = Batches.groups(
            working, apartIn: machine.graph, atMost: machine.concurrentGroups(of: 2)
        ).flatMap { batch -> [[BenchmarkingGroup]] in
            let reference = batch.map { BenchmarkingGroup($0, of: machine) }
            guard interleaving else { return [reference] }
            return [
                reference,
                batch.map {
                    BenchmarkingGroup($0, of: machine, interleaved: machine.entangler($0[0], $0[1]))
                },
            ]
        }
        self.init(interleaving ? .interleavedBenchmarking : .twoQubitBenchmarking, machine, shots, seed, batches)
    }

    /// Crosstalk along a chain: pairs of neighbours and single sites in turn, each group alone, then all at once. The
    /// single sites tell what their driven neighbours do to them.
    public init(crosstalkAlong chain: [Site], of machine: Machine, shots: Int, seed: UInt64) {
        var groups: [[Site]] = []
        var place = 0
        while place < chain.count {
            let isPair =
                groups.count % 2 == 0 && place + 1 < chain.count
                && !machine.benchmarkable([[chain[place], chain[place + 1]]]).isEmpty
            groups.append(Array(chain[place..<place + (isPair ? 2 : 1)]))
            place += isPair ? 2 : 1
        }
        let members = BenchmarkingGroup.concurrent(groups, of: machine)
        self.init(.crosstalk, machine, shots, seed, members.map { [$0] } + [members])
    }

    private init(
        _ kind: ExperimentKind, _ machine: Machine, _ shots: Int, _ seed: UInt64, _ batches: [[BenchmarkingGroup]]
    ) {
        self.kind = kind
        self.machine = machine
        self.shots = shots
        self.seed = seed
        self.batches = batches.filter { !$0.isEmpty }
    }

    private var steps: Int { BenchmarkingGroup.fractions.count }

    public var programs: [ExperimentProgram] {
        batches.indices.flatMap { batch in
            (0..<steps).flatMap { step in
                (0..<Self.sequences).map { program(batch, step, $0) }
            }
        }
    }

    /// Each sequence has dice of its own, so that it can be thrown again for the report.
    private func sequence(_ batch: Int, _ place: Int, _ step: Int, _ repetition: Int) -> BenchmarkingSequence {
        let group = batches[batch][place]
        let stream = UInt64(((batch * 4096 + place) * 16 + step) * 64 + repetition)
        var generator = Philox(seed: seed, stream: stream)
        let operands = group.interleaved.map { gate in gate.sites.map { group.sites.firstIndex(of: $0)! } }
        let map = group.interleaved.map { CliffordMap(qubitCount: 2).then($0.map, on: operands ?? []) }
        return BenchmarkingSequence(
            length: group.lengths[step], in: group.clifford, interleaved: map,
            outcome: UInt64(repetition % (1 << group.sites.count)), using: &generator)
    }

    private func program(_ batch: Int, _ step: Int, _ repetition: Int) -> ExperimentProgram {
        let groups = batches[batch]
        var sites = groups.flatMap(\.sites)
        if let bystander = machine.bystander(of: sites) { sites.append(bystander) }
        var circuit = Circuit(
            name: "\(kind.rawValue) \(batch).\(step).\(repetition)", qubitCount: sites.count, bitCount: sites.count)
        var parts: [Part] = [], first = 0
        for (place, group) in groups.enumerated() {
            parts.append(
                Part(
                    group: group, sequence: sequence(batch, place, step, repetition),
                    qubits: Array(first..<first + group.sites.count)))
            first += group.sites.count
        }
        // The text follows the time, so that machines which drive few sites at once serve all groups in turn.
        while let next = parts.indices.filter({ !parts[$0].isComplete }).min(by: { parts[$0].share < parts[$1].share })
        {
            parts[next].appendNext(to: &circuit)
        }
        for bystander in first..<sites.count { circuit.measure(bystander, into: bystander) }
        return ExperimentProgram(circuit, on: sites, shots: shots)
    }
}

/// A group's sequence on its way into a program.
private struct Part {
    let group: BenchmarkingGroup
    let sequence: BenchmarkingSequence
    let qubits: [Int]
    private var done = 0

    init(group: BenchmarkingGroup, sequence: BenchmarkingSequence, qubits: [Int]) {
        self.group = group
        self.sequence = sequence
        self.qubits = qubits
    }

    var share: Double { Double(done) / Double(sequence.count) }
    var isComplete: Bool { done == sequence.count }

    mutating func appendNext(to circuit: inout Circuit) {
        let operands = group.interleaved.map { $0.sites.map { qubits[group.sites.firstIndex(of: $0)!] } } ?? []
        sequence.append(
            done, to: &circuit, on: qubits, in: group.clifford, interleaved: group.interleaved, operands: operands)
        done += 1
        if isComplete { for qubit in qubits { circuit.measure(qubit, into: qubit) } }
    }
}

extension Machine {
    /// A site that only waits, where the machine has pulses that act on all qubits of a program at once: beside it the
    /// pulses of a benchmark are addressed, as the record's figures of single sites are meant, and not the global ones.
    func bystander(of sites: [Site]) -> Site? {
        guard calibration.globals.contains(where: { $0.gate.qubitCount == 1 }) else { return nil }
        return description.sites.first { !sites.contains($0) && calibration.sites[$0.index].isOperational }
    }

    /// The pairs that have an entangling Clifford gate which succeeds more often than not.
    func benchmarkable(_ pairs: [[Site]]) -> [[Site]] {
        pairs.filter { pair in entangler(pair[0], pair[1]).map { survival(of: $0) > 0.5 } ?? false }
    }
}
