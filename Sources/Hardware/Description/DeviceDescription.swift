public import Circuits

/// What a machine is, apart from how well it works today (that is its `Calibration`).
public struct DeviceDescription: Sendable {
    /// What users type: `--device ID`.
    public var id: String
    /// The name for people.
    public var name: String
    public var vendor: String
    public var modality: Modality
    /// Whether an emulator stands in for the machine; every result repeats it.
    public var isEmulated: Bool
    /// Where the figures come from.
    public var source: String
    /// Figures whose origin differs from `source`: a cited paper, a computation, or "assumed".
    public var figureSources: [FigureSource]
    public var siteCount: Int
    /// Where the sites lie, for drawings; empty if unknown.
    public var coordinates: [SiteCoordinate]
    public var nativeGates: [NativeGate]
    public var connectivity: Connectivity
    public var timing: TimingConstraints
    public var abilities: Abilities
    /// Where carriers rest, in metres; empty for machines whose qubits are not carried.
    public var geometry: Geometry
    /// Parts of the machine between which carriers move; empty if it has none.
    public var zones: [Zone]
    /// How carriers are brought together; nil where they need not be.
    public var transport: Transport?
    /// What can happen at the same time.
    public var concurrency: Concurrency
    /// Lines for pulses; empty where none are addressable.
    public var pulseChannels: [PulseChannel]

    public init(
        id: String, name: String, vendor: String, modality: Modality, isEmulated: Bool, source: String, siteCount: Int,
        coordinates: [SiteCoordinate] = [], nativeGates: [NativeGate], connectivity: Connectivity,
        timing: TimingConstraints, abilities: Abilities, figureSources: [FigureSource] = [],
        geometry: Geometry = .none, zones: [Zone] = [], transport: Transport? = nil,
        concurrency: Concurrency = .unlimited, pulseChannels: [PulseChannel] = []
    ) {
        self.geometry = geometry
        self.zones = zones
        self.transport = transport
        self.concurrency = concurrency
        self.pulseChannels = pulseChannels
        self.id = id
        self.name = name
        self.vendor = vendor
        self.modality = modality
        self.isEmulated = isEmulated
        self.source = source
        self.figureSources = figureSources
        self.siteCount = siteCount
        self.coordinates = coordinates
        self.nativeGates = nativeGates
        self.connectivity = connectivity
        self.timing = timing
        self.abilities = abilities
    }

    public var sites: [Site] { (0..<siteCount).map { Site($0) } }

    public func nativeGate(_ gate: StandardGate) -> NativeGate? { nativeGates.first { $0.gate == gate } }
}

/// Where one figure of a device comes from.
public struct FigureSource: Hashable, Sendable {
    /// The figure by its path in the device file, list indices left out (`calibration.sites.reset.error`).
    public var figure: String
    public var source: String

    public init(figure: String, source: String) {
        self.figure = figure
        self.source = source
    }
}

public enum Modality: String, Sendable, Codable, CaseIterable {
    case simulator, superconducting, trappedIon, neutralAtom, photonic
}

public struct SiteCoordinate: Hashable, Sendable, Codable {
    public var row: Double
    public var column: Double

    public init(row: Double, column: Double) {
        self.row = row
        self.column = column
    }
}

/// A gate the machine performs itself.
public struct NativeGate: Hashable, Sendable {
    public var gate: StandardGate
    /// For each parameter the closed range of angles in radians it may take; nil means any angle.
    public var angleRanges: [ClosedRange<Double>?]
    /// Done in software by a change of frame: no error, no duration (`rz` on superconducting machines).
    public var isVirtual: Bool

    /// Whether the gate takes these angles, radians; a range holds within 1e-9.
    public func accepts(_ angles: [Double]) -> Bool {
        angles.count == angleRanges.count
            && zip(angles, angleRanges).allSatisfy { angle, range in
                guard let range else { return angle.isFinite }
                return angle >= range.lowerBound - 1e-9 && angle <= range.upperBound + 1e-9
            }
    }

    public init(gate: StandardGate, angleRanges: [ClosedRange<Double>?]? = nil, isVirtual: Bool = false) {
        self.gate = gate
        self.angleRanges = angleRanges ?? Array(repeating: nil, count: gate.parameterCount)
        self.isVirtual = isVirtual
    }
}

/// Which sites can interact.
public enum Connectivity: Hashable, Sendable {
    /// Any two sites, any direction.
    case all
    /// Ordered pairs; a symmetric coupler is listed both ways.
    case couplings([Coupling])
}

/// The timing grid of a machine; times in seconds.
public struct TimingConstraints: Hashable, Sendable {
    /// The sampling interval; all times are multiples of it. Zero: no grid.
    public var dt: Seconds
    /// Gate start times are multiples of this many dt.
    public var granularity: Int
    /// Measurements start at multiples of this many dt.
    public var acquireAlignment: Int
    /// From the end of a measurement to the first instruction that depends on it.
    public var feedbackLatency: Seconds
    /// Between the end of a shot and the begin of the next.
    public var repetitionDelay: Seconds

    public init(
        dt: Seconds, granularity: Int = 1, acquireAlignment: Int = 1, feedbackLatency: Seconds = .zero,
        repetitionDelay: Seconds = .zero
    ) {
        self.dt = dt
        self.granularity = granularity
        self.acquireAlignment = acquireAlignment
        self.feedbackLatency = feedbackLatency
        self.repetitionDelay = repetitionDelay
    }

    public static let none = TimingConstraints(dt: .zero)
}

/// What a machine can do beyond its gates.
public struct Abilities: Hashable, Sendable {
    public var midCircuitMeasurement: Bool
    public var feedForward: Bool
    public var reset: Bool
    public var maxShots: Int
    /// Instructions accepted in one program, nil for no limit.
    public var maxInstructions: Int?

    public init(
        midCircuitMeasurement: Bool, feedForward: Bool, reset: Bool, maxShots: Int, maxInstructions: Int? = nil
    ) {
        self.midCircuitMeasurement = midCircuitMeasurement
        self.feedForward = feedForward
        self.reset = reset
        self.maxShots = maxShots
        self.maxInstructions = maxInstructions
    }
}
