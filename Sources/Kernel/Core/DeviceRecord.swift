/// A machine as the kernel sees it.
public struct DeviceRecord: Hashable, Sendable {
    public let name: String
    public let siteCount: Int
    /// False while it takes no jobs.
    public internal(set) var isAvailable = true
    /// Id of the calibration in force; empty where none is known yet.
    public internal(set) var calibration = ""
    /// The sites that runs hold.
    public internal(set) var occupied = SiteSet()
    /// Runs on it, those included that were told to stop.
    public internal(set) var runs = 0
    /// Those of them whose jobs refuse neighbours.
    public internal(set) var solitaryRuns = 0
    /// The session that has the machine to itself.
    public internal(set) var session: SessionIndex?
    /// The worker that speaks to the machine; 0 for none. It has the machine to itself: runs of others wait for it.
    public internal(set) var holder: WorkerID = 0
    /// Grows whenever the machine goes to another worker.
    public internal(set) var holderFence: Fence = 0
    /// By their first start.
    public internal(set) var reservations: [Reservation] = []

    init(name: String, siteCount: Int) {
        self.name = name
        self.siteCount = siteCount
    }

    /// The first time that others have reserved and that ends after a moment.
    func reservedForOthers(
        than account: AccountIndex, endingAfter time: Double, in book: KernelBook
    ) -> (start: Double, end: Double)? {
        var first: (start: Double, end: Double)?
        for reservation in reservations {
            guard let next = reservation.occurrence(endingAfter: time), next.start < first?.start ?? .infinity,
                !book.isAccount(account, within: reservation.account)
            else { continue }
            first = next
        }
        return first
    }

    /// Seconds from `now` until a reservation of someone else begins; zero while one is in force.
    public func secondsFree(for account: AccountIndex, at now: Double, in book: KernelBook) -> Double {
        guard let next = reservedForOthers(than: account, endingAfter: now, in: book) else { return .infinity }
        return max(0, next.start - now)
    }
}

extension DeviceRecord {
    /// Seconds for which others have the machine to themselves: a reservation in force, or a session, which ends nobody
    /// knows when.
    public func secondsKept(from card: JobCard, at now: Double, in book: KernelBook) -> Double {
        if let session, session != card.session { return .infinity }
        if let next = reservedForOthers(than: card.account, endingAfter: now, in: book), next.start <= now {
            return next.end - now
        }
        return 0
    }

    /// Reserved times that are gone through for one job.
    private static let mostTimes = 10_000

    /// From when to when a job has the machine: reservations of others are waited out, and no part runs into one.
    ///
    /// - Parameter time: nothing but reservations stands in its way from then on.
    /// - Returns: infinity for what never comes.
    func span(
        of seconds: Double, inPartsOf part: Double, for account: AccountIndex, from time: Double, in book: KernelBook
    ) -> (start: Double, end: Double) {
        var time = time, left = seconds, start: Double?, times = 0
        while let next = reservedForOthers(than: account, endingAfter: time, in: book) {
            let gap = next.start - time
            if gap > 0, gap >= left { break }
            if gap > 0, part > 0, gap >= part {
                start = start ?? time
                left -= (gap / part).rounded(.down) * part
            }
            time = next.end
            times += 1
            // A calendar without end that leaves no gap for a part.
            if times == Self.mostTimes { return (start ?? .infinity, .infinity) }
        }
        return (start ?? time, time + max(0, left))
    }
}
