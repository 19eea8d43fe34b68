public import ArgumentParser
import Hardware

/// A moment as people write it on a command line: from now on, or by the calendar.
public enum Moment: ExpressibleByArgument, Sendable, Hashable {
    /// Seconds from now.
    case after(Double)
    /// Seconds since 1970-01-01 UTC.
    case at(Double)

    /// Reads `90s`, `15m`, `2h`, `3d`, and `2026-04-17T10:00:00Z`.
    public init?(argument: String) {
        if let time = Timestamp.seconds(from: argument) {
            self = .at(time)
            return
        }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let last = argument.last, let unit = units[last], let count = Double(argument.dropLast()), count >= 0,
            count.isFinite
        else { return nil }
        self = .after(count * unit)
    }

    /// As help shows it.
    public var defaultValueDescription: String {
        switch self {
        case .after(0): return "now"
        case .after(let seconds):
            let unit = [(86_400.0, "d"), (3_600, "h"), (60, "m")].first {
                seconds.truncatingRemainder(dividingBy: $0.0) == 0
            }
            return unit.map { "\(Int(seconds / $0.0))\($0.1)" } ?? "\(seconds)s"
        case .at(let time): return Timestamp.text(from: time)
        }
    }

    var isRelative: Bool { if case .after = self { true } else { false } }

    func seconds(after now: Double) -> Double {
        switch self {
        case .after(let seconds): now + seconds
        case .at(let time): time
        }
    }
}
