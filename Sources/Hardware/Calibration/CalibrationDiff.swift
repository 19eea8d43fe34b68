import Circuits

/// What changed from one calibration to another, figure by figure.
public struct CalibrationDiff: Sendable {
    /// Ids of the two records.
    public let older: String
    public let newer: String
    /// Seconds from one to the other.
    public let interval: Double
    /// Sites in ascending order, then gates in order of gate and sites.
    public let changes: [Change]

    public struct Change: Hashable, Sendable {
        public var figure: CalibrationFigure
        /// Nil where the record does not hold the figure.
        public var old: Double?
        public var new: Double?

        /// New over old, less one; nil where there is no such number.
        public var relative: Double? {
            guard let old, let new, old != 0 else { return nil }
            return new / old - 1
        }
    }

    public init(from older: Calibration, to newer: Calibration) {
        self.older = older.id
        self.newer = newer.id
        interval = newer.timestamp - older.timestamp
        var changes: [Change] = []
        func compare(_ figure: CalibrationFigure) {
            let (old, new) = (older.value(of: figure), newer.value(of: figure))
            if old != new { changes.append(Change(figure: figure, old: old, new: new)) }
        }
        for index in 0..<max(older.sites.count, newer.sites.count) {
            let site = Site(index)
            for figure in [
                CalibrationFigure.t1(site), .t2(site), .frequency(site), .falseOne(site), .falseZero(site),
                .readoutDuration(site), .resetDuration(site), .resetError(site), .operational(site),
            ] { compare(figure) }
        }
        var places: Set<GatePlace> = []
        for gate in older.gates + newer.gates + older.defaults + newer.defaults {
            places.insert(GatePlace(gate: gate.gate, sites: gate.sites))
        }
        for place in places.sorted() {
            if place.sites.isEmpty {
                let (old, new) = (older.standard(place.gate), newer.standard(place.gate))
                if old?.error != new?.error {
                    changes.append(
                        Change(figure: .gateError(place.gate, []), old: old?.error, new: new?.error))
                }
                if old?.duration != new?.duration {
                    changes.append(
                        Change(
                            figure: .gateDuration(place.gate, []), old: old?.duration.value, new: new?.duration.value))
                }
            } else {
                compare(.gateError(place.gate, place.sites))
                compare(.gateDuration(place.gate, place.sites))
            }
        }
        self.changes = changes
    }

    /// Changes with a relative size, the largest first; equal ones in the diff's order.
    public var byRelativeSize: [Change] {
        changes.enumerated().filter { $1.relative != nil }.sorted {
            let (a, b) = (abs($0.element.relative ?? 0), abs($1.element.relative ?? 0))
            return a != b ? a > b : $0.offset < $1.offset
        }.map(\.element)
    }

    /// The median relative size of the changes of one quantity ("T1", "cz error"), unchanged figures left out; nil where
    /// none changed.
    public func medianRelativeChange(of quantity: String) -> Double? {
        Calibration.median(changes.filter { $0.figure.quantity == quantity }.compactMap { $0.relative.map(abs) })
    }

    private struct GatePlace: Hashable, Comparable {
        var gate: StandardGate
        var sites: [Site]

        static func < (a: GatePlace, b: GatePlace) -> Bool {
            a.gate != b.gate ? a.gate.rawValue < b.gate.rawValue : a.sites.lexicographicallyPrecedes(b.sites)
        }
    }
}

extension Calibration {
    fileprivate func standard(_ gate: StandardGate) -> GateCalibration? { defaults.first { $0.gate == gate } }
}
