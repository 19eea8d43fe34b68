public import Circuits
public import Hardware

/// The machine as the compiler sees it: flat tables by gate and site, with everything dead already gone.
///
/// A gate exists on some sites if the description lists it as native, the connectivity joins the sites, and the
/// calibration has live figures for it there. A gate for which the calibration has no figures anywhere (an ideal
/// device) exists wherever the connectivity allows, without error.
public struct Target: Sendable {
    public let description: DeviceDescription
    public let calibration: Calibration
    public let siteCount: Int
    /// Sites that may be used.
    public let isLive: [Bool]
    /// Any two sites can interact.
    public let isAllToAll: Bool
    /// Native gates by `StandardGate.rawValue`; nil where the gate is not native.
    let native: [NativeGate?]
    /// Native gates of one qubit and of two, in the description's order.
    public let oneQubitGates: [StandardGate]
    public let twoQubitGates: [StandardGate]
    /// Gates for which the calibration has figures, by `rawValue`.
    let isCalibrated: [Bool]
    /// Live unordered pairs of sites that some two-qubit gate joins; empty for all-to-all.
    public let couplers: [Coupler]
    /// Couplers of site s: `couplerIndices[couplerStarts[s]..<couplerStarts[s + 1]]`.
    let couplerStarts: [Int]
    let couplerIndices: [Int]
    /// By `gate.rawValue`: where the figures of a one-qubit gate begin; nil where it has none of its own and is without
    /// error and time on every live site.
    let oneQubitRows: [Int?]
    /// From the gate's row on, by site: the error and duration of one-qubit gates; NaN where the gate is missing.
    let oneQubitErrors: [Double]
    let oneQubitDurations: [Double]
    /// The couplers as routers read them; empty for all-to-all.
    let routingMap: RoutingMap
}

/// Two sites that can interact, with the gates they have.
public struct Coupler: Sendable {
    /// The smaller site.
    public let first: Site
    public let second: Site
    /// All live two-qubit gates on the pair, best first.
    public let gates: [CouplerGate]

    /// The least error among the gates.
    public var error: Double { gates[0].error }
}

/// A two-qubit gate on a coupler.
public struct CouplerGate: Hashable, Sendable {
    public let gate: StandardGate
    /// Whether operand 0 has to be on the coupler's second site.
    public let isReversed: Bool
    /// Average gate infidelity; 0 where no figures are known.
    public let error: Double
    public let duration: Seconds
}
