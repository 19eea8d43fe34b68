public import Circuits

/// How well a machine worked at one moment: an immutable record with an id and a time.
///
/// Everything derived from it is keyed by `id`. Figures are kept as published; how to use them is said beside each.
public struct Calibration: Sendable {
    public let id: String
    /// Seconds since 1970-01-01 UTC at which the record was published.
    public let timestamp: Double
    /// One entry a site, by site index.
    public let sites: [SiteCalibration]
    /// The figures place by place.
    public let gates: [GateCalibration]
    /// The figures of a gate wherever `gates` has none of its own; `sites` is empty in each.
    public let defaults: [GateCalibration]
    /// The figures of gates that one pulse does on all sites in use at once; `sites` is empty in each.
    public let globals: [GateCalibration]
    /// What belongs to no single gate or site.
    public let environment: EnvironmentFigures
    private let index: [GateKey: Int32]

    /// - Precondition: each (gate, sites) occurs once, each gate once in `defaults`; `DeviceFile` checks what it reads.
    public init(
        id: String, timestamp: Double, sites: [SiteCalibration], gates: [GateCalibration],
        defaults: [GateCalibration] = [], globals: [GateCalibration] = [], environment: EnvironmentFigures = .none
    ) {
        self.id = id
        self.timestamp = timestamp
        self.sites = sites
        self.gates = gates
        self.defaults = defaults
        self.globals = globals
        self.environment = environment
        var index: [GateKey: Int32] = [:]
        index.reserveCapacity(gates.count)
        for (k, figures) in gates.enumerated() {
            let previous = index.updateValue(Int32(k), forKey: GateKey(figures.gate, figures.sites))
            precondition(previous == nil, "\(figures.gate.name) is calibrated twice on \(figures.sites)")
        }
        self.index = index
    }

    /// The figures of a gate on these sites in operand order; nil where the machine does not have it there.
    public func figures(for gate: StandardGate, on sites: [Site]) -> GateCalibration? {
        if let place = index[GateKey(gate, sites)] { return gates[Int(place)] }
        return defaults.first { $0.gate == gate }.map { $0.placed(on: sites) }
    }

    /// The same for the operands of a circuit on device sites (qubit k is site k).
    public func figures(for gate: StandardGate, on qubits: Operands) -> GateCalibration? {
        figures(for: gate, on: qubits.map { Site($0.index) })
    }

    private struct GateKey: Hashable {
        let gate: StandardGate
        let sites: [Site]

        init(_ gate: StandardGate, _ sites: [Site]) {
            self.gate = gate
            self.sites = sites
        }

        func hash(into hasher: inout Hasher) {
            var packed = UInt64(gate.rawValue)
            for site in sites { packed = packed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(site.rawValue) }
            hasher.combine(packed)
        }
    }
}

/// The figures of one site; nil where none is published.
public struct SiteCalibration: Hashable, Sendable {
    /// Relaxation time.
    public var t1: Seconds?
    /// Dephasing time as published; physics allows at most 2·T1, so use `effectiveT2`.
    public var t2: Seconds?
    public var readout: ReadoutCalibration?
    /// Duration of an unconditional reset.
    public var resetDuration: Seconds?
    /// P(1 after a reset).
    public var resetError: Double?
    /// Transition frequency in hertz.
    public var frequency: Double?
    /// False where the site is reported dead: it is never used.
    public var isOperational: Bool

    public init(
        t1: Seconds? = nil, t2: Seconds? = nil, readout: ReadoutCalibration? = nil, resetDuration: Seconds? = nil,
        resetError: Double? = nil, frequency: Double? = nil, isOperational: Bool = true
    ) {
        self.t1 = t1
        self.t2 = t2
        self.readout = readout
        self.resetDuration = resetDuration
        self.resetError = resetError
        self.frequency = frequency
        self.isOperational = isOperational
    }

    /// min(T2, 2·T1), what physics allows of the published figure.
    public var effectiveT2: Seconds? {
        guard let t2 else { return t1.map { Seconds(2 * $0.value) } }
        guard let t1 else { return t2 }
        return Seconds(min(t2.value, 2 * t1.value))
    }
}

/// The confusion of one site's readout.
public struct ReadoutCalibration: Hashable, Sendable {
    /// P(read 1 | prepared 0).
    public var falseOne: Double
    /// P(read 0 | prepared 1).
    public var falseZero: Double
    public var duration: Seconds
    /// Of photons: P(a photon that arrives is seen). A photon that is not seen is as good as lost.
    public var efficiency: Double
    /// Of photons: P(a detector clicks without a photon) in one readout. Two detectors watch a qubit; a click too many
    /// loses the shot, a click in place of a lost photon is an outcome like any other.
    public var darkCounts: Double

    public init(
        falseOne: Double, falseZero: Double, duration: Seconds, efficiency: Double = 1, darkCounts: Double = 0
    ) {
        self.falseOne = falseOne
        self.falseZero = falseZero
        self.duration = duration
        self.efficiency = efficiency
        self.darkCounts = darkCounts
    }

    /// The mean of the two.
    public var error: Double { (falseOne + falseZero) / 2 }
}

/// The figures of one native gate on one ordered set of sites.
public struct GateCalibration: Hashable, Sendable {
    public var gate: StandardGate
    public var sites: [Site]
    /// Total average gate infidelity, relaxation, leakage and loss during the gate included; 1.0 means dead.
    public var error: Double
    public var duration: Seconds
    /// In what ways the gate errs.
    public var faults: GateFaults

    public init(
        gate: StandardGate, sites: [Site], error: Double, duration: Seconds, faults: GateFaults = .depolarizing
    ) {
        self.gate = gate
        self.sites = sites
        self.error = error
        self.duration = duration
        self.faults = faults
    }

    public var isDead: Bool { error >= 1 }

    /// The same figures on other sites.
    public func placed(on sites: [Site]) -> GateCalibration {
        GateCalibration(gate: gate, sites: sites, error: error, duration: duration, faults: faults)
    }
}

/// In what ways a gate errs, beyond the size of its error.
public struct GateFaults: Hashable, Sendable {
    /// How the part of the error that is neither relaxation nor leakage nor loss falls on Pauli errors; empty: evenly
    /// (depolarizing).
    public var paulis: PauliWeights
    /// For each operand, the probability that it leaves the qubit's two levels.
    public var leakage: Double
    /// For each operand, the probability that its carrier is lost.
    public var loss: Double
    /// The probability that the gate works at all; it is known when it does not, and such shots are lost and counted.
    public var success: Double

    public init(
        paulis: PauliWeights = PauliWeights([:]), leakage: Double = 0, loss: Double = 0, success: Double = 1
    ) {
        self.paulis = paulis
        self.leakage = leakage
        self.loss = loss
        self.success = success
    }

    /// Errors of all kinds alike, nothing lost.
    public static let depolarizing = GateFaults()
}
