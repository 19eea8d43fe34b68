public import Circuits

/// A place in the machine's plane, metres.
public struct Position: Hashable, Sendable, Codable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// Metres.
    public func distance(to other: Position) -> Double {
        let dx = x - other.x, dy = y - other.y
        return (dx * dx + dy * dy).squareRoot()
    }
}

/// Where the carriers (ions, atoms) rest, and how far they feel each other.
public struct Geometry: Hashable, Sendable {
    /// The resting place of each site's carrier, by site; empty if unknown.
    public var positions: [Position]
    /// Excited atoms closer than this block each other, metres: two-qubit gates whose atoms come closer than this to
    /// those of another gate cannot be done at the same time. Nil where nothing of the kind exists.
    public var blockadeRadius: Double?

    public init(positions: [Position] = [], blockadeRadius: Double? = nil) {
        self.positions = positions
        self.blockadeRadius = blockadeRadius
    }

    public static let none = Geometry()
}

/// A part of a machine with a purpose, between which carriers move.
public struct Zone: Hashable, Sendable {
    public enum Purpose: String, Sendable, Codable, CaseIterable {
        /// Carriers rest here.
        case storage
        /// Two-qubit gates happen here.
        case entangling
        /// Carriers are read here.
        case readout
    }

    public var name: String
    public var purpose: Purpose
    /// Sites whose carriers rest here while nothing is done with them.
    public var sites: [Site]
    /// Places for one pair each (`entangling`); their number is the number of gates at once.
    public var places: [Position]

    public init(name: String, purpose: Purpose, sites: [Site] = [], places: [Position] = []) {
        self.name = name
        self.purpose = purpose
        self.sites = sites
        self.places = places
    }
}

/// How carriers are brought together where two-qubit gates need them in one place: ions shuttled between zones, atoms in
/// moving tweezers.
public struct Transport: Hashable, Sendable {
    /// What every move takes whatever its length: split and merge, pick up and put down, cooling afterwards.
    public var overhead: Seconds
    /// Metres per second; infinite where only the overhead counts.
    public var speed: Double
    /// Whether carriers are cooled to their initial motion after each move, within `overhead`.
    public var cools: Bool

    public init(overhead: Seconds, speed: Double = .infinity, cools: Bool = false) {
        self.overhead = overhead
        self.speed = speed
        self.cools = cools
    }

    public func time(over distance: Double) -> Seconds { Seconds(overhead.value + distance / speed) }
}

/// What can happen at the same time.
public struct Concurrency: Hashable, Sendable {
    /// One-qubit gates at once; nil for any number.
    public var oneQubitGates: Int?
    /// Two-qubit gates at once; nil for any number.
    public var twoQubitGates: Int?
    /// Gates that one pulse over the whole machine does wherever they are due: those of one kind that overlap in time
    /// start together and have equal angles.
    public var sharedPulses: [StandardGate]

    public init(oneQubitGates: Int? = nil, twoQubitGates: Int? = nil, sharedPulses: [StandardGate] = []) {
        self.oneQubitGates = oneQubitGates
        self.twoQubitGates = twoQubitGates
        self.sharedPulses = sharedPulses
    }

    public static let unlimited = Concurrency()
}

/// A line on which the machine plays or records pulses: opaque, but addressable by its name.
public struct PulseChannel: Hashable, Sendable {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case drive, control, measure, acquire
    }

    /// Unique on the device (`d0`, `u17`).
    public var name: String
    public var kind: Kind
    /// What it acts on.
    public var sites: [Site]
    /// Of its carrier, hertz; nil where none is published.
    public var frequency: Double?
    /// Between samples; nil: the device's `dt`.
    public var sampleTime: Seconds?

    public init(name: String, kind: Kind, sites: [Site], frequency: Double? = nil, sampleTime: Seconds? = nil) {
        self.name = name
        self.kind = kind
        self.sites = sites
        self.frequency = frequency
        self.sampleTime = sampleTime
    }
}
