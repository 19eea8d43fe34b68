public import Circuits
public import Hardware

/// An experiment on a machine: programs out, counts in, figures back.
///
/// The design (which sites, which delays, which random sequences) is fixed when the value is made; `programs` and
/// `report` are functions of it. An experiment knows what everybody knows of a machine, its description and its record;
/// how the machine really behaves it learns from counts alone.
public protocol Experiment: Sendable {
    var kind: ExperimentKind { get }
    /// In the order in which `report` wants their outcomes.
    var programs: [ExperimentProgram] { get }
    /// What the outcomes say.
    ///
    /// - Precondition: one run for each program.
    func report(_ runs: [ExperimentRun]) -> ExperimentReport
}

/// The experiments there are; raw values are the names users type.
public enum ExperimentKind: String, Hashable, Sendable, Codable, CaseIterable {
    case t1, t2, ramsey, readout
    case oneQubitBenchmarking = "rb"
    case twoQubitBenchmarking = "rb2"
    case interleavedBenchmarking = "interleaved"
    case crosstalk
    case mirrorCircuits = "mirror"
    case layerFidelity = "layers"
    case quantumVolume = "volume"

    /// For people.
    public var title: String {
        switch self {
        case .t1: "T1"
        case .t2: "T2 echo"
        case .ramsey: "Ramsey"
        case .readout: "readout confusion"
        case .oneQubitBenchmarking: "randomized benchmarking, one qubit"
        case .twoQubitBenchmarking: "randomized benchmarking, two qubits"
        case .interleavedBenchmarking: "interleaved randomized benchmarking"
        case .crosstalk: "simultaneous randomized benchmarking"
        case .mirrorCircuits: "mirror circuits"
        case .layerFidelity: "layer fidelity"
        case .quantumVolume: "quantum volume"
        }
    }
}

/// One program of an experiment.
public struct ExperimentProgram: Sendable {
    public var circuit: Circuit
    /// Where qubit k of the circuit has to be; empty where the compiler may choose.
    public var sites: [Site]
    /// Where the compiler chooses: among these; nil for the whole machine.
    public var allowedSites: [Site]?
    public var shots: Int

    /// A program that runs word for word on these sites.
    init(_ circuit: Circuit, on sites: [Site], shots: Int) {
        precondition(sites.count == circuit.qubitCount, "a site for each qubit")
        self.circuit = circuit
        self.sites = sites
        self.shots = shots
    }

    /// A program that the compiler may place and optimise.
    init(_ circuit: Circuit, within allowedSites: [Site]?, shots: Int) {
        self.circuit = circuit
        sites = []
        self.allowedSites = allowedSites
        self.shots = shots
    }

    /// Whether the program is to be taken word for word.
    public var isVerbatim: Bool { !sites.isEmpty }
}

/// What became of one program.
public struct ExperimentRun: Sendable {
    public var counts: Counts
    /// How many of the shots are independent of each other; fewer than all where an emulator let some share a
    /// realisation of the noise.
    public var independentShots: Int
    /// The gates that ran, without those that are a change of frame.
    public var gates: [GatePlace: Int]

    public init(counts: Counts, independentShots: Int? = nil, gates: [GatePlace: Int]) {
        self.counts = counts
        self.independentShots = min(independentShots ?? counts.total, counts.total)
        self.gates = gates
    }

    /// Gates of so many qubits that ran on some of the sites and on no other.
    func gateCount(on sites: [Site], qubits: Int) -> Int {
        gates.reduce(0) { sum, entry in
            let place = entry.key
            return sum + (place.sites.count == qubits && place.sites.allSatisfy(sites.contains) ? entry.value : 0)
        }
    }

    /// How often bit `bit` reads 1.
    func ones(_ bit: Int) -> Measured {
        let count = counts.entries.reduce(0) { $0 + ($1.bits[bit] ? $1.count : 0) }
        return share(count)
    }

    /// The share of shots with this outcome on some bits: bit k of `outcome` is bit `bits[k]`.
    func share(of outcome: UInt64, on bits: [Int]) -> Measured {
        share(
            counts.entries.reduce(0) { sum, entry in
                let matches = bits.enumerated().allSatisfy { entry.bits[$1] == (outcome >> UInt64($0) & 1 == 1) }
                return sum + (matches ? entry.count : 0)
            })
    }

    func share(_ count: Int) -> Measured {
        let all = Measured.share(count, of: counts.total)
        let widening = (Double(counts.total) / Double(max(1, independentShots))).squareRoot()
        return Measured(all.value, standardError: all.standardError * widening)
    }
}

/// A native gate on sites in operand order.
public struct GatePlace: Hashable, Sendable {
    public var gate: StandardGate
    public var sites: [Site]

    public init(_ gate: StandardGate, _ sites: [Site]) {
        self.gate = gate
        self.sites = sites
    }
}
