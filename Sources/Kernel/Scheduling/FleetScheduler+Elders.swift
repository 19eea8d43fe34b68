// Those far behind who have waited for long.
//
// A cycle looks at the front of the queue. Whoever stands behind it chose a machine when it came, by the line that it saw
// there; where others go on overtaking it, that line never ends, while other machines may have nothing to do.
extension FleetScheduler {
    /// Seconds from one look at the eldest to the next, and how many of a class get one.
    private static let elderSeconds = 1.0, elders = 8

    /// Lets the longest waiting choose their machine anew.
    ///
    /// Whoever has waited for `roomPatience` and more was promised much less: waiting counts for it as many times as much
    /// as it should have, so that sooner or later it takes a machine that is free over one that is better.
    ///
    /// - Parameter place: how far the front was gone through.
    mutating func serveElders(from place: Int, _ book: KernelBook, _ now: Double) {
        guard now - lastElders >= Self.elderSeconds else { return }
        lastElders = now
        for c in queue.lines.indices.reversed() {
            for row in queue.elders(of: c, submittedBefore: now - rules.roomPatience, most: Self.elders)
            where cycle.openCount > 0 && !front.contains(row, before: place) && !holds.contains(row) {
                look(at: row, book, now, isBehind: true)
            }
        }
    }

    /// A job behind the front as it chooses its machine now.
    func eased(_ job: WaitingJob, _ now: Double) -> WaitingJob {
        let waited = now - job.submitted
        guard waited > rules.roomPatience else { return job }
        var job = job
        job.secondsPerNat *= Float(rules.roomPatience / waited)
        job.secondsPerPrice *= Float(rules.roomPatience / waited)
        return job
    }
}
