#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a job's wait may be: the waits in some futures, or the one that the plan of the queue says.
public struct WaitSample: Hashable, Sendable {
    /// Seconds, ascending; never empty.
    public let waits: [Double]

    public init(planned wait: Double) { waits = [max(0, wait)] }

    /// - Precondition: there is at least one.
    public init(_ waits: [Double]) {
        precondition(!waits.isEmpty, "a sample of no waits")
        self.waits = waits.map { max(0, $0) }.sorted()
    }

    /// Whether it says how far the wait is uncertain.
    public var hasSpread: Bool { waits.count > 1 }

    var longest: Double { waits[waits.count - 1] }

    public var median: Double { value(at: 0.5, grain: 1) }

    /// How far out a wait lies: the part of the sample below it; beyond its ends, how far beyond on a logarithmic scale
    /// that begins at the grain.
    func level(of wait: Double, grain: Double) -> Double {
        let first = waits[0], last = waits[waits.count - 1]
        if wait < first { return -log((first + grain) / (wait + grain)) }
        if wait > last { return 1 + log((wait + grain) / (last + grain)) }
        guard waits.count > 1 else { return 0.5 }
        // Of equal waits, the middle.
        var below = 0, above = 0
        for other in waits {
            if other < wait { below += 1 }
            if other > wait { above += 1 }
        }
        let count = Double(waits.count)
        if below + above < waits.count { return (Double(below) + count - Double(above)) / (2 * count) }
        let (low, high) = (waits[below - 1], waits[below])
        return (Double(below) - 0.5 + (wait - low) / (high - low)) / count
    }

    /// The wait at a level.
    func value(at level: Double, grain: Double) -> Double {
        let first = waits[0], last = waits[waits.count - 1]
        if level < 0 { return max(0, (first + grain) * exp(level) - grain) }
        if level > 1 { return (last + grain) * exp(level - 1) - grain }
        let place = level * Double(waits.count) - 0.5
        if place <= 0 { return first }
        let base = Int(place)
        guard base + 1 < waits.count else { return last }
        return waits[base] + (waits[base + 1] - waits[base]) * (place - Double(base))
    }
}
