import Hardware

/// A time for which a machine is kept for an account, as interfaces give it and take it.
public struct ReservationDocument: Codable, Sendable, Hashable {
    public var account: String
    /// UTC; of the occurrence that is in force or comes next.
    public var start: String
    public var end: String
    /// From one occurrence to the next; nil for one that does not come again.
    public var everySeconds: Double?
    /// No occurrence begins after it; nil for a calendar without end.
    public var last: String?

    public init(account: String, start: Double, end: Double, every period: Double, last: Double) {
        self.account = account
        self.start = Timestamp.text(from: start)
        self.end = Timestamp.text(from: end)
        everySeconds = period > 0 ? period : nil
        self.last = period > 0 && last < .infinity ? Timestamp.text(from: last) : nil
    }

    /// "every week until 2026-06-30T00:00:00Z"; nil for one that does not come again.
    public var recurrence: String? {
        guard let everySeconds else { return nil }
        let units: [(Double, String)] = [(7 * 86_400, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute")]
        let unit = units.first { everySeconds.truncatingRemainder(dividingBy: $0.0) == 0 } ?? (60, "minute")
        let count = Int((everySeconds / unit.0).rounded())
        return "every \(count == 1 ? unit.1 : "\(count) \(unit.1)s")" + (last.map { " until \($0)" } ?? "")
    }
}
