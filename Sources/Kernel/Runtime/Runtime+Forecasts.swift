import Hardware

/// What can be said of a job that is not over.
public struct JobOutlook: Sendable {
    public var state: JobState
    /// Waiting jobs that would start before it; nil unless it waits.
    public var position: Int?
    /// Its wait from now on, with the interval that holds the stated part of all waits; nil where nothing can be said.
    public var wait: WaitForecaster.Forecast?
    /// The part of waits that fall into their interval.
    public var coverage: Double
    /// Why it waits, where that is not the queue, or why it stands aside, where its owner did not ask for it.
    public var hindrance: Hindrance?
    /// Machine time that its parts still take at most, seconds; nil before it is compiled.
    public var machineSecondsLeft: Double?
}

// How long jobs will wait: promised when they begin to, judged when they start, and asked for in between.
extension Runtime {
    /// Beyond so many waiting jobs nobody is told a time: the plan of the queue would cost more than it is worth.
    private static let longestPlan = 2_000

    /// Of jobs that come in a flood only some are promised a wait, so that the kernel spends at most the fiftieth part of
    /// its time on promises, and a fifth of a second in one go; whoever asks is told all the same.
    private static let promiseRest = 50.0
    /// Seconds of the past whose fiftieth part may still be spent.
    private static let promiseCredit = 10.0

    /// A wait that was promised, and what the promise rested on where that is known here.
    struct Promise {
        var forecast: WaitForecaster.Forecast
        var time: Double
        var sample: WaitSample?
    }

    /// Takes in a fact that was journaled.
    func judge(_ fact: Transition, at time: Double) {
        switch fact {
        case .queued(let id, .accepted, _):
            if let slot = state.book.jobs.slot(of: id) { traffic.noteArrival(state.book.jobs[slot].card, at: time) }
        case .compiled(let id, let parts, let seconds):
            guard let slot = state.book.jobs.slot(of: id), let run = state.book.run(of: slot),
                state.book.jobs[slot].finishedParts == 0
            else { return }
            traffic.noteRuntime(
                Double(parts) * Double(seconds),
                estimated: state.policy.expectedSeconds(of: slot, on: run.device, in: state.book))
        case .foretold(let id, let forecast):
            let sample = promises[id]?.sample
            promises[id] = Promise(forecast: forecast, time: time, sample: sample)
        case .placed(let id, _, _, _):
            if let promise = promises.removeValue(forKey: id) {
                forecaster?.observe(time - promise.time, promise.forecast, promise.sample)
            }
        case .ended(let id, _): promises[id] = nil
        default: break
        }
    }

    /// Promises a wait to jobs that have just begun to.
    func foretell(
        _ transaction: any StorageTransaction, _ now: Double, _ output: inout KernelOutput
    ) throws(KernelError) {
        guard options.isShared, state.policy.waitingCount <= Self.longestPlan else { return }
        for fact in output.facts where clock.now >= nextPromise {
            let begin = clock.now
            defer {
                let cost = max(0, clock.now - begin)
                nextPromise = max(nextPromise, begin - Self.promiseCredit) + Self.promiseRest * cost
            }
            guard case .queued(let id, .accepted, _) = fact, state.state(of: id) == .queued,
                let (forecast, sample) = try forecast(id, isNew: true, transaction, now)
            else { continue }
            promises[id] = Promise(forecast: forecast, time: now, sample: sample)
            state.emit(.foretold(id, forecast), now, &output)
        }
    }

    /// How far back the journal has been asked how jobs came in.
    enum PastTraffic: Hashable {
        /// Those before this job are still to be read, if the memory has room for them.
        case readBack(to: JobID)
        case known
    }

    /// Jobs whose arrival is read in one go: more would keep everybody waiting for the first forecast of a process.
    static let pastTrafficSlice = 500

    /// Reads a slice more of how jobs came in before this process, the latest first.
    private func readPastTraffic(_ transaction: any StorageTransaction) throws(KernelError) {
        var last: JobID?
        if let pastTraffic {
            guard case .readBack(let first) = pastTraffic else { return }
            last = first
        }
        let entries = try transaction.arrivals(Self.pastTrafficSlice, before: last)
        let slice = TrafficMemory(journal: entries) { profile in state.withPolicy { $0.number(of: profile) } }
        // What this process has seen is in the journal too; facts of this turn are noted when it is over.
        if last == nil { traffic = slice } else { traffic.notePast(slice) }
        let jobs = Set(entries.compactMap(\.fact.job))
        pastTraffic =
            if let first = jobs.min(), jobs.count == Self.pastTrafficSlice, traffic.hasRoomForPast {
                .readBack(to: first)
            } else {
                .known
            }
    }

    /// By what may come in as far as the traffic is known; else by the plan of the queue.
    private func forecast(
        _ id: JobID, isNew: Bool, _ transaction: any StorageTransaction, _ now: Double
    ) throws(KernelError) -> (forecast: WaitForecaster.Forecast, sample: WaitSample)? {
        guard let slot = state.book.jobs.slot(of: id) else { return nil }
        try readPastTraffic(transaction)
        let futures = WaitSimulation().waits(
            of: id, in: state, traffic: traffic, isNew: isNew, at: now, seed: id.rawValue)
        guard
            let sample = futures
                ?? state.policy.plan(in: state.book, at: now).first(where: { $0.job == slot })
                .map({ WaitSample(planned: $0.start - now) })
        else { return nil }
        if forecaster == nil {
            var learning = WaitForecaster()
            for kept in try transaction.keptPromises(600) { learning.observe(kept.wait, kept.forecast) }
            forecaster = learning
        }
        return forecaster.map { ($0.forecast(sample, priority: state.book.jobs[slot].card.priority), sample) }
    }

    /// What can be said of a job now; nil where it is over or unknown.
    public func outlook(of id: JobID) throws(KernelError) -> JobOutlook? {
        try transact { transaction, _ throws(KernelError) -> JobOutlook? in
            guard let slot = state.book.jobs.slot(of: id) else { return nil }
            let job = state.book.jobs[slot], now = clock.now
            var outlook = JobOutlook(state: job.state, coverage: WaitForecaster().coverage)
            if job.parts > 0 {
                outlook.machineSecondsLeft = Double(job.parts - job.finishedParts) * Double(job.partSeconds)
            }
            if job.state == .paused { outlook.hindrance = state.book.standstill(of: slot) }
            guard job.state == .queued else { return outlook }
            outlook.hindrance = hindrance(slot, now)
            outlook.position = state.position(of: id)
            if outlook.hindrance == nil, state.policy.waitingCount <= Self.longestPlan {
                outlook.wait = try forecast(id, isNew: false, transaction, now)?.forecast
            }
            return outlook
        }
    }

    /// What keeps a waiting job from starting that no queue explains, as far as this process has read; nil for others.
    public func hindrance(of id: JobID) -> Hindrance? {
        guard let slot = state.book.jobs.slot(of: id), state.book.jobs[slot].state == .queued else { return nil }
        return hindrance(slot, clock.now)
    }

    private func hindrance(_ slot: JobSlot, _ now: Double) -> Hindrance? {
        let job = state.book.jobs[slot]
        let devices = state.book.devices.indices.map { DeviceIndex($0) }.filter { job.card.admits($0) }
        if devices.allSatisfy({ !state.book.devices[$0.place].isAvailable }) {
            let names = devices.map { device in
                let name = state.book.devices[device.place].name
                return name + (health[device]?.status(at: now).reason.map { " (\($0))" } ?? "")
            }
            return Hindrance(.machine, "no machine takes jobs: \(names.joined(separator: ", "))")
        }
        if let hindrance = state.book.hindrance(of: slot, at: now) { return hindrance }
        // As the machines were when it was submitted, it fitted.
        guard let program = state.policy.profile(of: job.card) else { return nil }
        return state.policy.impossibility(of: job.card, program, in: state.book).map {
            Hindrance(.program, $0.message, cure: $0.cure)
        }
    }
}
