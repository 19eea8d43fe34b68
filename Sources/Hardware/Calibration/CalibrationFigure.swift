public import Circuits

/// One figure of a calibration, by name.
public enum CalibrationFigure: Hashable, Sendable {
    /// Seconds.
    case t1(Site), t2(Site)
    /// P(read 1 | prepared 0) and P(read 0 | prepared 1).
    case falseOne(Site), falseZero(Site)
    /// Seconds.
    case readoutDuration(Site), resetDuration(Site)
    case resetError(Site)
    /// Hertz.
    case frequency(Site)
    /// 1 where the site works, 0 where it is reported dead.
    case operational(Site)
    /// Average infidelity of a gate on sites in operand order.
    case gateError(StandardGate, [Site])
    /// Seconds.
    case gateDuration(StandardGate, [Site])
}

extension CalibrationFigure: CustomStringConvertible {
    /// As in `cz error on 3-4`.
    public var description: String {
        let places = sites.map { "\($0.index)" }.joined(separator: "-")
        return sites.isEmpty ? "\(quantity) by default" : "\(quantity) on \(places)"
    }

    public var sites: [Site] {
        switch self {
        case .t1(let site), .t2(let site), .falseOne(let site), .falseZero(let site), .readoutDuration(let site),
            .resetDuration(let site), .resetError(let site), .frequency(let site), .operational(let site):
            [site]
        case .gateError(_, let sites), .gateDuration(_, let sites): sites
        }
    }

    /// What is told, without the place.
    public var quantity: String {
        switch self {
        case .t1: "T1"
        case .t2: "T2"
        case .falseOne: "P(1|0)"
        case .falseZero: "P(0|1)"
        case .readoutDuration: "readout duration"
        case .resetDuration: "reset duration"
        case .resetError: "reset error"
        case .frequency: "frequency"
        case .operational: "operational"
        case .gateError(let gate, _): "\(gate.name) error"
        case .gateDuration(let gate, _): "\(gate.name) duration"
        }
    }
}

extension Calibration {
    /// The value of one figure; nil where the record does not hold it.
    public func value(of figure: CalibrationFigure) -> Double? {
        func site(_ site: Site) -> SiteCalibration? { site.index < sites.count ? sites[site.index] : nil }
        switch figure {
        case .t1(let place): return site(place)?.t1?.value
        case .t2(let place): return site(place)?.t2?.value
        case .falseOne(let place): return site(place)?.readout?.falseOne
        case .falseZero(let place): return site(place)?.readout?.falseZero
        case .readoutDuration(let place): return site(place)?.readout?.duration.value
        case .resetDuration(let place): return site(place)?.resetDuration?.value
        case .resetError(let place): return site(place)?.resetError
        case .frequency(let place): return site(place)?.frequency
        case .operational(let place): return site(place).map { $0.isOperational ? 1 : 0 }
        case .gateError(let gate, let sites): return figures(for: gate, on: sites)?.error
        case .gateDuration(let gate, let sites): return figures(for: gate, on: sites)?.duration.value
        }
    }
}
