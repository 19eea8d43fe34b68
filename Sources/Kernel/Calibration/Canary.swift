import Circuits
import Compiler
import Drivers
public import Hardware
import Mitigation

/// A program whose answer is known and that touches much of a machine: pairs of neighbours, each entangled and brought
/// back, all at once. If every pair reads 00 as often as the record says, the record is still true.
public struct Canary: Sendable {
    /// The pairs that are looked at; no two of them touch.
    public let pairs: [Coupling]
    let circuit: Circuit
    let sites: [Site]

    /// Two-qubit gates on each pair; an even number.
    private static let gates = 8
    /// Pairs at most: more would tell nothing more of a drop that all share.
    private static let widest = 24

    /// - Returns: nil for a machine without two working neighbours.
    public init?(_ description: DeviceDescription, _ calibration: Calibration) {
        let graph = CouplingGraph(description: description, calibration: calibration)
        let usable = graph.usableSites
        let edges =
            graph.isComplete
            ? stride(from: 0, to: min(usable.count - 1, 8), by: 2).map { Coupling(usable[$0], usable[$0 + 1]) }
            : graph.edges
        var taken: Set<Site> = []
        var pairs: [Coupling] = []
        // Spread over the machine, not its first rows alone.
        let step = max(1, edges.count / (2 * Self.widest))
        for offset in 0..<step {
            for edge in stride(from: offset, to: edges.count, by: step).map({ edges[$0] })
            where pairs.count < Self.widest && !taken.contains(edge.first) && !taken.contains(edge.second) {
                pairs.append(edge)
                for site in [edge.first, edge.second] {
                    taken.insert(site)
                    // A pair tells of itself: nobody next to it is driven meanwhile.
                    if !graph.isComplete { taken.formUnion(graph.neighbours(of: site)) }
                }
            }
        }
        guard !pairs.isEmpty else { return nil }
        var circuit = Circuit(name: "canary", qubitCount: 2 * pairs.count)
        for pair in pairs.indices {
            let (a, b) = (2 * pair, 2 * pair + 1)
            for _ in 0..<Self.gates / 2 {
                circuit.append(.h, [a])
                circuit.append(.h, [b])
                circuit.append(.cz, [a, b])
            }
            for _ in 0..<Self.gates / 2 {
                circuit.append(.cz, [a, b])
                circuit.append(.h, [a])
                circuit.append(.h, [b])
            }
        }
        circuit.measureAll()
        self.pairs = pairs
        self.circuit = circuit
        sites = pairs.flatMap { [$0.first, $0.second] }
    }

    /// The canary as a job that cuts in at the end of a batch.
    func request(on device: String, shots: Int, seed: UInt64) -> JobRequest {
        // Verbatim: the compiler would see that it does nothing.
        var request = JobRequest(
            name: "canary", workload: .sample([SamplerPUB(circuit)]), device: device, shots: shots, seed: seed,
            priority: .system, mitigation: .none,
            compilerOptions: CompilerOptions(effort: .fast, rewriting: .experiment, initialLayout: sites))
        // It runs across a calibration as it is: a new one makes it void anyway.
        request.onRecalibration = .flag
        return request
    }

    /// Pairs that read 00, over all shots.
    func successes(_ counts: Counts) -> Int {
        counts.entries.reduce(0) { sum, entry in
            sum + entry.count * pairs.indices.count { !entry.bits[2 * $0] && !entry.bits[2 * $0 + 1] }
        }
    }

    /// The share of pairs that read 00 by the record: the program as it ran, on a machine that is what the record says.
    func prediction(
        of executable: Executable, _ description: DeviceDescription, _ record: Calibration, shots: Int, seed: UInt64
    ) async throws(DeviceError) -> Double {
        let twin = EmulatedDevice(DeviceFile(description: description, calibration: record))
        let result = try await twin.run(executable, shots: shots, seed: seed, progress: nil)
        return Double(successes(Counts(result.shots))) / Double(max(1, result.shots.count) * pairs.count)
    }
}
