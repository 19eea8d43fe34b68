/// A number that rises with every lease of a device. Whoever holds a lower one than was seen before has lost its lease,
/// whatever it believes (a "fencing token": Kleppmann, "How to do distributed locking", 2016).
public struct FencingToken: Hashable, Sendable, Codable, Comparable {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }

    public static func < (a: FencingToken, b: FencingToken) -> Bool { a.value < b.value }
}

/// The right to have a device to oneself for a while.
public struct DeviceLease: Hashable, Sendable, Codable {
    public let token: FencingToken
    public let holder: String
    /// Seconds since 1970-01-01 UTC.
    public let start: Double
    public internal(set) var end: Double

    public func isInForce(at time: Double) -> Bool { time < end }
}

/// Who has a device to itself: at most one holder at a time, tokens that only rise.
///
/// A synchronous value: times come in, so that it can be replayed. It is kept between runs, or a token would be given
/// twice.
public struct DeviceLeases: Hashable, Sendable, Codable {
    /// The longest lease, so that a holder that died does not hold for good.
    public let longest: Seconds
    private var last: DeviceLease?
    private var highest: UInt64 = 0

    public init(longest: Seconds = Seconds(86_400)) {
        precondition(longest.value > 0, "leases of no length")
        self.longest = longest
    }

    /// The lease in force.
    public func lease(at time: Double) -> DeviceLease? { last.flatMap { $0.isInForce(at: time) ? $0 : nil } }

    /// Takes the device for a holder.
    ///
    /// The holder of the lease in force gets a new one with a new token: an old process of its own is fenced out too.
    ///
    /// - Throws: `DeviceLeaseError` if someone else holds it, or for a length that is not positive or too long.
    public mutating func acquire(
        _ holder: String, for length: Seconds, at time: Double
    ) throws(DeviceLeaseError) -> DeviceLease {
        try check(length)
        if let current = lease(at: time), current.holder != holder {
            throw DeviceLeaseError(
                .held,
                "\(current.holder) has the device to itself for another \(Int((current.end - time).rounded(.up))) s",
                cure: "wait until then, or ask \(current.holder) to release it")
        }
        highest += 1
        let lease = DeviceLease(token: FencingToken(highest), holder: holder, start: time, end: time + length.value)
        last = lease
        return lease
    }

    /// Lengthens the lease in force; it never becomes shorter.
    ///
    /// - Throws: `DeviceLeaseError` if the token is not that of the lease in force.
    public mutating func renew(
        _ token: FencingToken, for length: Seconds, at time: Double
    ) throws(DeviceLeaseError) -> DeviceLease {
        try check(length)
        guard var lease = lease(at: time), lease.token == token else { throw lost(token, time) }
        lease.end = max(lease.end, time + length.value)
        last = lease
        return lease
    }

    /// Gives the device back.
    ///
    /// - Throws: `DeviceLeaseError` if the token is not that of the lease in force.
    public mutating func release(_ token: FencingToken, at time: Double) throws(DeviceLeaseError) {
        guard var lease = lease(at: time), lease.token == token else { throw lost(token, time) }
        lease.end = time
        last = lease
    }

    /// Takes the device back from whoever has it: an operator's right.
    public mutating func revoke(at time: Double) {
        if var lease = lease(at: time) {
            lease.end = time
            last = lease
        }
    }

    /// Whether a job may run: nobody has the device to itself, or the job comes with the token of the lease in force. A
    /// token of a lease that is over is refused even when nobody holds one now: its holder believes to be alone.
    public func admits(_ token: FencingToken?, at time: Double) -> Bool {
        guard let token else { return lease(at: time) == nil }
        return lease(at: time)?.token == token
    }

    private func check(_ length: Seconds) throws(DeviceLeaseError) {
        guard length.value > 0, length <= longest else {
            throw DeviceLeaseError(
                .length, "a lease of \(length.value) s; leases last up to \(longest.value) s",
                cure: "ask for a length in that range, and renew it")
        }
    }

    private func lost(_ token: FencingToken, _ time: Double) -> DeviceLeaseError {
        DeviceLeaseError(
            .lost,
            "the lease with token \(token.value) is no longer in force"
                + (lease(at: time).map { "; \($0.holder) has the device" } ?? ""),
            cure: "acquire a new lease; what was sent since may have met another holder's programs")
    }
}

/// Why there is no lease.
public struct DeviceLeaseError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable {
        /// Someone else has it.
        case held
        /// It is over, or was never given.
        case lost
        /// Asked for no time, or too much.
        case length
    }

    public var code: Code
    public var message: String
    public var cure: String?

    init(_ code: Code, _ message: String, cure: String) {
        self.code = code
        self.message = message
        self.cure = cure
    }
}
