import HTTPTypes
import Kernel
import Storage
import Synchronization

/// How often a token, or an address without one, may ask: a bucket each that fills steadily and holds two seconds' worth.
final class RateLimits: Sendable {
    private let perSecond: Double
    private let buckets = Mutex<[String: (level: Double, time: Double)]>([:])

    private static let capacity = 50_000

    init(perSecond: Double) { self.perSecond = perSecond }

    func admit(_ identity: Identity?, from address: String, now: Double) throws {
        guard perSecond > 0 else { return }
        let name = identity?.token.id ?? address
        let wait = buckets.withLock { buckets -> Double? in
            if buckets.count >= Self.capacity { buckets = buckets.filter { now - $0.value.time < 2 } }
            let bucket = buckets[name] ?? (2 * perSecond, now)
            let level = min(2 * perSecond, bucket.level + max(0, now - bucket.time) * perSecond)
            buckets[name] = (max(0, level - 1), now)
            return level >= 1 ? nil : (1 - level) / perSecond
        }
        if let wait {
            throw Problem(.rateLimit, "more than \(Int(perSecond)) requests a second").header(
                .retryAfter, "\(max(1, Int(wait.rounded(.up))))")
        }
    }
}
