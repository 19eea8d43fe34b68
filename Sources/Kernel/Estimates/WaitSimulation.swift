/// How long a job will wait, found by letting the operating system itself run on.
///
/// The kernel's state is a value: it is copied and driven through virtual time until the job starts, many times over, each
/// time with another future of arrivals and run times. Whatever decides waits (classes, fair share, backfill,
/// reservations, room beside others) decides here too, since it is the same code.
public struct WaitSimulation: Hashable, Sendable {
    /// Futures that are played.
    public var paths: Int
    /// Kernel events that all of them together may take: a queue too long for `fewestPaths` gets no sample.
    public var events: Int

    private static let fewestPaths = 4

    public init(paths: Int = 48, events: Int = 200_000) {
        (self.paths, self.events) = (paths, events)
    }

    /// Plays futures until the job starts; nil where that takes too long, or it does not start in most of them.
    ///
    /// - Parameter future: by number, how traffic goes on.
    @_specialize(where Policy == FleetScheduler)
    public func waits<Policy: SchedulingPolicy>(
        of job: JobID, in kernel: KernelState<Policy>, at now: Double, future: (UInt64) -> any TrafficFuture
    ) -> WaitSample? {
        var start = kernel, waits: [Double] = [], left = events, failures = 0
        start.dropLeases()
        let enough = min(paths, Self.fewestPaths)
        for path in 0..<paths {
            var play = ForecastPlay(start, future: future(UInt64(path)), now: now)
            guard let wait = play.wait(of: job, limit: left) else {
                failures += 1
                left -= play.handled
                if left <= 0 || failures * 4 > paths { break }
                continue
            }
            waits.append(wait)
            left -= play.handled
            // The first path tells what the others will cost.
            if path == 0, play.handled * enough > events { return nil }
            if left < play.handled { break }
        }
        guard waits.count >= enough, failures * 4 <= paths else { return nil }
        return WaitSample(waits)
    }
}

extension WaitSimulation {
    /// Plays futures in which traffic goes on as it did of late; nil also where too little of it is known.
    ///
    /// - Parameters:
    ///   - isNew: the job has just come in, so that what follows such a job is replayed.
    ///   - seed: the same seed plays the same futures.
    @_specialize(where Policy == FleetScheduler)
    public func waits<Policy: SchedulingPolicy>(
        of job: JobID, in kernel: KernelState<Policy>, traffic: TrafficMemory, isNew: Bool, at now: Double, seed: UInt64
    ) -> WaitSample? {
        guard traffic.isTelling, let slot = kernel.book.jobs.slot(of: job) else { return nil }
        let account = isNew ? kernel.book.jobs[slot].card.account : nil
        return waits(of: job, in: kernel, at: now) {
            traffic.future(from: now, after: account, seed: JobPlan.seed(seed, part: Int($0)))
        }
    }
}

extension KernelState {
    /// In a forecast no worker dies: nobody has to renew a lease.
    fileprivate mutating func dropLeases() {
        for place in book.runs.indices { book.runs[place]?.worker = 0 }
    }
}

/// One future of a copied kernel.
private struct ForecastPlay<Policy: SchedulingPolicy> {
    private var kernel: KernelState<Policy>
    private var future: any TrafficFuture
    private var output = KernelOutput()
    private var ends = EventHeap<(job: JobID, fence: Fence, seconds: Double)>()
    private var now: Double
    private let begin: Double
    private var nextJob: UInt64
    /// Kernel events so far.
    private(set) var handled = 0

    init(_ kernel: KernelState<Policy>, future: any TrafficFuture, now: Double) {
        (self.kernel, self.future, self.now, begin) = (kernel, future, now, now)
        nextJob = kernel.book.jobs.nextNumber
    }

    /// Seconds until the job starts; nil where it has not after so many events.
    @inline(__always)
    mutating func wait(of job: JobID, limit: Int) -> Double? {
        if takeUpRuns(job) { return 0 }
        var arrival = future.nextArrival()
        while handled < limit {
            let tick = kernel.nextTick(after: now)
            let next = min(arrival?.time ?? .infinity, ends.nextTime, tick > now ? tick : .infinity)
            guard next < .infinity else { return nil }
            now = max(now, next)
            if let coming = arrival, coming.time <= next {
                submit(coming.card)
                arrival = future.nextArrival()
            } else if ends.nextTime <= next, let (_, end) = ends.pop() {
                handle(.partFinished(end.job, end.fence, seconds: end.seconds))
            } else {
                handle(.tick)
            }
            if settle(waitingFor: job) { return now - begin }
        }
        return nil
    }

    /// What is on machines goes on there.
    private mutating func takeUpRuns(_ job: JobID) -> Bool {
        for run in kernel.book.liveRuns {
            switch run.stage {
            case .part:
                ends.push((run.job, run.fence, run.promised), at: max(now, run.partStarted + run.promised))
            case .compile: output.effects.append(.compile(run.job, run.device, run.sites, run.fence))
            case .mitigate: output.effects.append(.mitigate(run.job, run.fence))
            case .stopping: handle(.stopped(run.job, run.fence, seconds: 0))
            }
        }
        return settle(waitingFor: job)
    }

    private mutating func submit(_ card: JobCard) {
        let id = JobID(nextJob)
        nextJob += 1
        handle(.submit(id, card))
        // What validation would learn is on the card already.
        handle(
            .validated(id, JobDemand(width: Int(card.width), shots: Int(card.shots), seconds: Double(card.seconds))))
    }

    private mutating func handle(_ event: KernelEvent) {
        kernel.handle(event, at: now, into: &output)
        handled += 1
    }

    /// Carries out what the kernel wants.
    ///
    /// - Returns: whether the job has its place.
    private mutating func settle(waitingFor job: JobID) -> Bool {
        var k = 0
        while k < output.effects.count {
            let effect = output.effects[k]
            k += 1
            switch effect {
            case .compile(let id, let device, _, let fence):
                if id == job { return true }
                compile(id, device, fence)
            case .run(let id, _, let fence):
                guard let slot = kernel.book.jobs.slot(of: id) else { continue }
                let seconds = Double(kernel.book.jobs[slot].partSeconds)
                ends.push((id, fence, seconds), at: now + seconds)
            case .mitigate(let id, let fence): handle(.mitigated(id, fence))
            case .stop(let id, let fence): handle(.stopped(id, fence, seconds: 0))
            case .validate, .deliver, .discardParts: break
            }
        }
        output.removeAll()
        return false
    }

    private mutating func compile(_ id: JobID, _ device: DeviceIndex, _ fence: Fence) {
        guard let slot = kernel.book.jobs.slot(of: id) else { return }
        let job = kernel.book.jobs[slot]
        if job.parts > job.finishedParts {
            // Compiled before: what is left of it is known.
            return handle(.compiled(id, fence, parts: Int(job.parts), partSeconds: Double(job.partSeconds)))
        }
        let seconds =
            kernel.policy.expectedSeconds(of: slot, on: device, in: kernel.book) * future.runtimeFactor(of: id)
        handle(.compiled(id, fence, parts: Int(job.finishedParts) + 1, partSeconds: max(1e-6, seconds)))
    }
}
