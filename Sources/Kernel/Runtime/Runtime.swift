public import Hardware

/// The operating system at work: drives the kernel's state in real time.
///
/// The actor only keeps the books; validating, compiling, running and mitigating happen outside it, one task a job.
public actor Runtime {
    private var state = KernelState(policy: FirstComePolicy())
    private var jobs: [JobID: JobRecord] = [:]
    private let devices: any DeviceProvider
    private let journal: any Journal
    private let clock: any KernelClock
    private var submissions = 0
    private var timer: Task<Void, Never>?
    private var nextTick = Double.infinity

    public init(
        devices: any DeviceProvider, journal: any Journal = MemoryJournal(), clock: any KernelClock = WallClock()
    ) {
        self.devices = devices
        self.journal = journal
        self.clock = clock
    }

    /// All that belongs to one job.
    private struct JobRecord {
        let request: JobRequest
        let progress: (@Sendable (JobProgress) -> Void)?
        var work = JobWork()
        var task: Task<Void, Never>?
        /// The last state, once it is over.
        var final: JobState?
        /// The result; before the end, what the last attempt failed with.
        var outcome: Swift.Result<JobResult, KernelError>?
        var waiting: [CheckedContinuation<Swift.Result<JobResult, KernelError>, Never>] = []
    }
}

/// Where the runtime finds machines.
public protocol DeviceProvider: Sendable {
    /// - Throws: `DeviceError` if there is none of that name or it cannot be used.
    func device(_ id: String) throws(DeviceError) -> any Device
}

/// News of a job on its way.
public struct JobProgress: Sendable {
    public var job: JobID
    public var state: JobState
    /// What is being done, for people.
    public var activity: String
    /// Finished share of the activity, where it is known.
    public var fraction: Double?
}

extension Runtime {
    /// Takes a job in; it starts at once if its device is free.
    ///
    /// - Parameter receivedAt: when the request arrived, before it was parsed; now, if nil.
    /// - Returns: the job's id; follow it with `result(of:)`.
    public func submit(
        _ request: JobRequest, receivedAt: Double? = nil, progress: (@Sendable (JobProgress) -> Void)? = nil
    ) -> JobID {
        submissions += 1
        let id = JobID(UInt64(submissions))
        var record = JobRecord(request: request, progress: progress)
        record.work.received = receivedAt ?? clock.now
        jobs[id] = record
        take(.submit(id, JobCard(device: device(named: request.device), priority: request.priority)))
        return id
    }

    /// The kernel's number for a machine; one it has not met is added, and found wanting when the job is validated.
    private func device(named name: String) -> DeviceIndex? {
        if state.book.device(named: name) == nil {
            let sites = (try? devices.device(name))?.description.siteCount ?? 0
            take(.addDevice(name: name, siteCount: sites))
        }
        return state.book.device(named: name)
    }

    /// Waits for the job's end.
    ///
    /// - Throws: what made it fail, or `cancelled`.
    public func result(of id: JobID) async throws(KernelError) -> JobResult {
        guard let record = jobs[id] else { throw Self.unknown(id) }
        if record.final != nil, let outcome = record.outcome { return try outcome.get() }
        let outcome = await withCheckedContinuation { jobs[id]?.waiting.append($0) }
        return try outcome.get()
    }

    public func state(of id: JobID) -> JobState? { state.state(of: id) ?? jobs[id]?.final }

    /// Jobs ahead of a queued one on its device.
    public func position(of id: JobID) -> Int? { state.position(of: id) }

    public func history(of id: JobID) -> [JournalEntry] { journal.entries(of: id) }

    /// Stops a job wherever it is; nothing happens to a finished one.
    public func cancel(_ id: JobID) throws(KernelError) {
        guard jobs[id] != nil else { throw Self.unknown(id) }
        take(.cancel(id))
    }

    private static func unknown(_ id: JobID) -> KernelError {
        KernelError(.program, code: "unknown-job", "there is no job \(id)")
    }
}

// The machinery: events in, effects out.
extension Runtime {
    private func take(_ event: KernelEvent) {
        let now = clock.now
        var output = KernelOutput()
        state.handle(event, at: now, into: &output)
        journal.append(output.facts.map { JournalEntry(time: now, fact: $0) })
        for fact in output.facts {
            if let job = fact.job, let state = fact.state { jobs[job]?.work.reached(state, at: now) }
        }
        for effect in output.effects { perform(effect) }
        scheduleTick(now)
    }

    /// Asks the kernel again when a wait is over, though nothing happens.
    private func scheduleTick(_ now: Double) {
        let next = state.nextTick(after: now)
        guard next < nextTick || nextTick <= now else { return }
        timer?.cancel()
        timer = nil
        nextTick = next
        guard next < .infinity else { return }
        timer = Task {
            try? await Task.sleep(for: .seconds(max(0.001, next - now)))
            if !Task.isCancelled { take(.tick) }
        }
    }

    private func perform(_ effect: KernelEffect) {
        switch effect {
        case .validate(let id):
            start(id) { work, request, context throws(KernelError) in
                let demand = try work.validate(request, in: context)
                return .validated(id, demand)
            }
        case .compile(let id, _, _, let fence):
            start(id, fence) { work, request, context throws(KernelError) in
                try work.compile(request, in: context)
                return .compiled(id, fence, parts: 1, partSeconds: work.estimatedSeconds)
            }
        case .run(let id, _, let fence):
            start(id, fence) { work, request, context throws(KernelError) in
                try await work.run(request, in: context)
                return .partFinished(id, fence, seconds: work.machineSeconds)
            }
        case .mitigate(let id, let fence):
            start(id, fence) { work, request, context throws(KernelError) in
                try work.mitigate(request, in: context)
                return .mitigated(id, fence)
            }
        case .stop(let id, _): jobs[id]?.task?.cancel()
        case .discardParts(let id): jobs[id]?.work.discardRuns()
        case .deliver(let id, let state): deliver(id, state)
        }
    }

    /// Runs one stage of a job outside the actor and takes its event in when it is done.
    private func start(
        _ id: JobID, _ fence: Fence = 0,
        _ stage: @escaping @Sendable (inout JobWork, JobRequest, JobContext) async throws(KernelError) -> KernelEvent
    ) {
        guard let record = jobs[id] else { return }
        let request = record.request, progress = record.progress
        let state = state.state(of: id) ?? .created
        let context = JobContext(id: id, devices: devices, clock: clock) { activity, fraction in
            progress?(JobProgress(job: id, state: state, activity: activity, fraction: fraction))
        }
        let begun = record.work
        jobs[id]?.task = Task.detached {
            var work = begun
            do throws(KernelError) {
                let event = try await stage(&work, request, context)
                await self.finished(id, work, event)
            } catch {
                await self.failed(id, fence, error)
            }
        }
    }

    private func finished(_ id: JobID, _ work: JobWork, _ event: KernelEvent) {
        guard state.state(of: id) != nil else { return stopped(event) }
        // What the stage learnt, and the times that were noted meanwhile.
        var merged = work
        merged.reachedTimes = jobs[id]?.work.reachedTimes ?? [:]
        jobs[id]?.work = merged
        take(event)
    }

    private func failed(_ id: JobID, _ fence: Fence, _ error: KernelError) {
        guard let current = state.state(of: id) else { return take(.stopped(id, fence, seconds: 0)) }
        jobs[id]?.outcome = .failure(error)
        if current == .compiling || current == .running || current == .mitigating {
            take(.attemptFailed(id, fence, error.failureClass))
        } else {
            take(.refuse(id))
        }
    }

    /// The job was over before its worker was: its machine is free only now.
    private func stopped(_ event: KernelEvent) {
        switch event {
        case .compiled(let id, let fence, _, _), .partFinished(let id, let fence, _):
            take(.stopped(id, fence, seconds: 0))
        default: break
        }
    }

    private func deliver(_ id: JobID, _ state: JobState) {
        guard var record = jobs[id] else { return }
        record.final = state
        if state == .completed {
            record.outcome = .success(record.work.result(of: id, record.request, deliveredAt: clock.now))
        } else if state == .cancelled || record.outcome == nil {
            record.outcome = .failure(.cancelled)
        }
        record.task = nil
        let waiting = record.waiting
        record.waiting = []
        // The result is all that is kept; programs and outcomes in it are shared, not copied.
        record.work = JobWork()
        jobs[id] = record
        guard let outcome = record.outcome else { return }
        for continuation in waiting { continuation.resume(returning: outcome) }
    }
}

/// What a stage of a job may use of its surroundings.
struct JobContext: Sendable {
    let id: JobID
    let devices: any DeviceProvider
    let clock: any KernelClock
    let report: @Sendable (_ activity: String, _ fraction: Double?) -> Void
}
