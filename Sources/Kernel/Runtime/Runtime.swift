public import Hardware

/// The operating system at work: drives the kernel's state in real time.
///
/// The actor only keeps the books; validating, compiling, running and mitigating happen outside it, one task a job.
public actor Runtime {
    private var state = KernelState()
    private var jobs: [JobID: JobRecord] = [:]
    private let devices: any DeviceProvider
    private let journal: any Journal
    private let clock: any KernelClock
    private var submissions = 0

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
        let id = JobID("job-\(submissions)")
        var record = JobRecord(request: request, progress: progress)
        record.work.received = receivedAt ?? clock.now
        jobs[id] = record
        take(.submitted(id, device: request.device, priority: request.priority))
        return id
    }

    /// Waits for the job's end.
    ///
    /// - Throws: what made it fail, or `cancelled`.
    public func result(of id: JobID) async throws(KernelError) -> JobResult {
        guard let record = jobs[id] else { throw Self.unknown(id) }
        if let outcome = record.outcome { return try outcome.get() }
        let outcome = await withCheckedContinuation { jobs[id]?.waiting.append($0) }
        return try outcome.get()
    }

    public func state(of id: JobID) -> JobState? { state.entries[id]?.state }

    /// Jobs ahead of a queued one on its device.
    public func position(of id: JobID) -> Int? { state.position(of: id) }

    public func history(of id: JobID) -> [JournalEntry] { journal.entries(of: id) }

    /// Stops a job wherever it is; nothing happens to a finished one.
    public func cancel(_ id: JobID) throws(KernelError) {
        guard jobs[id] != nil else { throw Self.unknown(id) }
        fail(id, with: .cancelled)
    }

    private static func unknown(_ id: JobID) -> KernelError {
        KernelError(.program, code: "unknown-job", "there is no job \(id)")
    }
}

// The machinery: events in, effects out.
extension Runtime {
    private func take(_ event: KernelEvent) {
        let (transitions, effects) = state.handle(event)
        let now = clock.now
        journal.append(transitions.map { JournalEntry(time: now, transition: $0) })
        for transition in transitions { jobs[transition.job]?.work.reached(transition.to, at: now) }
        for effect in effects { perform(effect) }
    }

    private func perform(_ effect: KernelEffect) {
        switch effect {
        case .validate(let id):
            start(id) { work, request, context throws(KernelError) in
                try work.validate(request, in: context)
                return .validated(id)
            }
        case .compile(let id, _):
            start(id) { work, request, context throws(KernelError) in
                try work.compile(request, in: context)
                return .compiled(id)
            }
        case .run(let id, _):
            start(id) { work, request, context throws(KernelError) in
                try await work.run(request, in: context)
                return .executed(id)
            }
        case .mitigate(let id):
            start(id) { work, request, context throws(KernelError) in
                try work.mitigate(request, in: context)
                return .mitigated(id)
            }
        case .stop(let id): jobs[id]?.task?.cancel()
        case .deliver(let id): deliver(id)
        }
    }

    /// Runs one stage of a job outside the actor and takes its event in when it is done.
    private func start(
        _ id: JobID,
        _ stage: @escaping @Sendable (inout JobWork, JobRequest, JobContext) async throws(KernelError) -> KernelEvent
    ) {
        guard let record = jobs[id] else { return }
        let request = record.request, progress = record.progress
        let state = state.entries[id]?.state ?? .created
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
                await self.fail(id, with: error)
            }
        }
    }

    private func finished(_ id: JobID, _ work: JobWork, _ event: KernelEvent) {
        guard state.entries[id]?.state.isFinal == false else { return }
        // What the stage learnt, and the times that were noted meanwhile.
        var merged = work
        merged.reachedTimes = jobs[id]?.work.reachedTimes ?? [:]
        jobs[id]?.work = merged
        take(event)
    }

    private func fail(_ id: JobID, with error: KernelError) {
        guard let entry = state.entries[id], !entry.state.isFinal else { return }
        jobs[id]?.outcome = .failure(error)
        take(error.kind == .cancelled ? .cancelled(id) : .failed(id))
    }

    private func deliver(_ id: JobID) {
        guard var record = jobs[id] else { return }
        if record.outcome == nil {
            record.outcome = .success(record.work.result(of: id, record.request, deliveredAt: clock.now))
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
