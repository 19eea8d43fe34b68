/// A machine kept free for an account for a while: once, or again and again at the same distance.
///
/// All times are UTC's, a day has 86,400 seconds: no clock is put forward. The periods of a calendar are whole minutes, so
/// that whether two calendars ever meet is found in at most as many steps as a year has minutes.
public struct Reservation: Hashable, Sendable {
    public var device: DeviceIndex
    public var account: AccountIndex
    /// Of the first occurrence, seconds since 1970-01-01 UTC.
    public var start: Double
    public var end: Double
    /// Seconds from the start of an occurrence to that of the next; 0 for one that does not come again.
    public var period: Double
    /// No occurrence begins after it; infinity for a calendar without end.
    public var last: Double

    public init(
        device: DeviceIndex, account: AccountIndex, start: Double, end: Double, period: Double = 0,
        last: Double = .infinity
    ) {
        self.device = device
        self.account = account
        self.start = start
        self.end = end
        self.period = period
        self.last = last
    }

    public static let longestPeriod = 366.0 * 86_400

    /// Whether its times can be: it ends after it begins and before it comes again.
    public var isPossible: Bool {
        guard start.isFinite, end.isFinite, start < end else { return false }
        return period == 0
            || (period >= end - start && period <= Self.longestPeriod
                && period.truncatingRemainder(dividingBy: 60) == 0 && last >= start)
    }

    /// The first occurrence that ends after a moment; nil if there is none any more.
    public func occurrence(endingAfter time: Double) -> (start: Double, end: Double)? {
        guard period > 0, time >= end else { return time < end ? (start, end) : nil }
        var count = ((time - end) / period).rounded(.down)
        // The quotient may be off by its rounding.
        while end + count * period <= time { count += 1 }
        let first = start + count * period
        return first <= last ? (first, end + count * period) : nil
    }

    /// The first moment at which both would have the machine; nil if there is none.
    public func meets(_ other: Reservation) -> Double? {
        if other.period > period { return other.meets(self) }
        guard period > 0 else { return other.moment(within: (start, end)) }
        // From where both have begun all repeats after the least common multiple of the periods.
        var time = max(start, other.start), steps = 1.0
        if other.period > 0 {
            var (a, b) = (Int(period), Int(other.period))
            while b > 0 { (a, b) = (b, a % b) }
            steps = other.period / Double(a) + 1
        } else if let place = occurrence(endingAfter: other.start) {
            return place.start < other.end ? max(place.start, other.start) : nil
        }
        while steps > 0, let place = occurrence(endingAfter: time) {
            if let moment = other.moment(within: place) { return moment }
            if other.occurrence(endingAfter: place.end) == nil { return nil }
            (time, steps) = (place.end, steps - 1)
        }
        return nil
    }

    private func moment(within span: (start: Double, end: Double)) -> Double? {
        guard let place = occurrence(endingAfter: span.start), place.start < span.end else { return nil }
        return max(place.start, span.start)
    }
}
