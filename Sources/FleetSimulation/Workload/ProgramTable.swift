public import Circuits
public import Kernel

/// The programs of a scenario: every width of every mix once, with its profile.
public struct ProgramTable: Sendable {
    public struct Entry: Sendable {
        public let kind: ProgramKind
        public let circuit: Circuit
        public let profile: ProgramProfile
    }

    public private(set) var entries: [Entry] = []
    private var known: [String: Int] = [:]
    private let seed: UInt64

    public init(seed: UInt64) { self.seed = seed }

    /// The place of a program, made when it is first asked for.
    public mutating func place(of kind: ProgramKind, qubits: Int) -> Int {
        let key = "\(kind.rawValue)-\(qubits)"
        if let place = known[key] { return place }
        let circuit = kind.circuit(qubits: qubits, seed: seed &+ UInt64(qubits))
        entries.append(Entry(kind: kind, circuit: circuit, profile: ProgramProfile(circuit)))
        known[key] = entries.count - 1
        return entries.count - 1
    }
}
