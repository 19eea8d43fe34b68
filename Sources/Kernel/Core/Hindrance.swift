import Hardware

/// What keeps a job from starting that no queue explains.
public struct Hindrance: Hashable, Sendable {
    public enum Cause: String, Hashable, Sendable, CaseIterable {
        /// A failed attempt is waited out.
        case retry
        /// No machine takes jobs.
        case machine
        case reservation
        /// Somebody else's session or batch has the machine to itself.
        case session
        /// The program fits no machine as things are calibrated.
        case program
        case budget
    }

    public var cause: Cause
    /// What, where, and until when.
    public var reason: String
    public var cure: String?
    /// When it is over if nothing happens, seconds since 1970-01-01 UTC; nil where nobody knows.
    public var end: Double?

    /// All of it in a line.
    public var sentence: String { cure.map { "\(reason); \($0)" } ?? reason }

    public init(_ cause: Cause, _ reason: String, cure: String? = nil, end: Double? = nil) {
        self.cause = cause
        self.reason = reason
        self.cure = cure
        self.end = end
    }
}

/// When a machine is a job's to use.
struct Opening: Hashable, Sendable {
    /// Seconds since 1970-01-01 UTC; infinite where nobody knows.
    var start: Double
    /// When the job would be done.
    var end: Double
    /// What keeps the machine from it until then; nil where that is the queue at most.
    var hindrance: Hindrance?
}

extension KernelBook {
    /// When a job has a machine that takes jobs, sessions and reservations of others waited out.
    ///
    /// - Parameters:
    ///   - time: from then on nothing else stands in its way.
    ///   - seconds: of machine time that it takes.
    ///   - part: the longest of its parts, none of which runs into a reservation.
    func opening(
        for card: JobCard, on index: DeviceIndex, from time: Double, seconds: Double, part: Double, at now: Double
    ) -> Opening {
        let device = devices[index.place]
        var from = time, hindrance: Hindrance?
        if let owner = device.session, owner != card.session {
            let session = sessions[owner.place], end = session.end
            hindrance = self.hindrance(by: owner, on: device.name)
            from = max(from, end)
            if end == .infinity { return Opening(start: end, end: end, hindrance: hindrance) }
        }
        let span = device.span(of: seconds, inPartsOf: part, for: card.account, from: from, in: self)
        if span.start > from {
            hindrance = reserved(device, from, to: span.start, card.account, at: now)
        }
        return Opening(start: span.start, end: span.end, hindrance: hindrance)
    }

    private func reserved(
        _ device: DeviceRecord, _ time: Double, to end: Double, _ account: AccountIndex, at now: Double
    ) -> Hindrance {
        guard end < .infinity else {
            return Hindrance(
                .reservation, "\(device.name) is reserved for others so often that no part of the job fits in between",
                cure: "choose another machine, or submit for an account that has it (`kelvin fleet`)")
        }
        let first = device.reservedForOthers(than: account, endingAfter: time, in: self)
        let begin = first.flatMap { $0.start > now ? " from \(Timestamp.text(from: $0.start.rounded()))" : nil }
        let until = "\(begin == nil ? "until" : "to") \(Timestamp.text(from: end.rounded()))"
        return Hindrance(
            .reservation, "\(device.name) is reserved for others\(begin ?? "") \(until)",
            cure: "wait, choose another machine, or submit for the account that has it (`kelvin fleet`)", end: end)
    }

    private func hindrance(by owner: SessionIndex, on device: String) -> Hindrance {
        let session = sessions[owner.place], end = session.end
        let kind = session.card.kind == .batch ? "batch" : "dedicated session"
        let time =
            end == .infinity
            ? "until that is closed"
            : "until \(Timestamp.text(from: end.rounded()))"
                + (session.liveJobs == 0 ? ", if nothing more is sent into it" : " at the latest")
        return Hindrance(
            .session, "\(device) is kept by the \(kind) \(owner.name) \(time)",
            cure: "wait, choose another machine, or have the \(kind) closed", end: end.isFinite ? end : nil)
    }

    /// What keeps a waiting job from every machine that it may have, or from being paid for.
    func hindrance(of slot: JobSlot, at now: Double) -> Hindrance? {
        let job = jobs[slot]
        if let purse = purses(of: slot).first(where: \.isSpent) {
            return Hindrance(.budget, purse.figures, cure: purse.cure)
        }
        if job.notBefore > now {
            return Hindrance(
                .retry, "an attempt failed; the next is in \(Int((job.notBefore - now).rounded(.up))) s",
                end: job.notBefore)
        }
        let part = Double(job.partSeconds)
        let openings = devices.indices.map { DeviceIndex($0) }
            .filter { job.card.admits($0) && devices[$0.place].isAvailable }
            .map { opening(for: job.card, on: $0, from: now, seconds: part, part: part, at: now) }
        if let first = openings.min(by: { $0.start < $1.start }), first.start > now { return first.hindrance }
        if !affords(slot, seconds: part) {
            return Hindrance(
                .budget, "what its budget has left is promised to parts that run now",
                cure: "wait for them, or have the budget raised")
        }
        return nil
    }

    /// Why a job that stands aside does so; nil where its owner asked for it.
    func standstill(of slot: JobSlot) -> Hindrance? {
        guard jobs[slot].marks.contains(.overBudget) else { return nil }
        if let purse = purses(of: slot).first(where: \.isSpent) {
            return Hindrance(.budget, purse.figures, cure: purse.cure)
        }
        return Hindrance(
            .budget, "its budget had no room for another part beside those that ran",
            cure: "`kelvin resume \(jobs[slot].id)` lets it go on")
    }
}
