public import Hardware

/// The operating system at work: drives the kernel's state in real time.
///
/// The actor only keeps the books; validating, compiling, running and mitigating happen outside it, one task a job.
/// Several runtimes, in one process or in many, work on one storage: each reads the facts that others wrote before it
/// decides, and works only under leases.
public actor Runtime {
    var state: KernelState<StandardPolicy>
    /// Number of the last fact that `state` holds; nil where it must be read anew.
    var seen: UInt64?
    var jobs: [JobID: JobRecord] = [:]
    let machines: MachinePark
    /// The regions that the scheduler knows, by the calibration they belong to.
    var equipment: [DeviceIndex: String] = [:]
    let storage: any KernelStorage
    let clock: any KernelClock
    let options: RuntimeOptions
    /// What sessions keep between their jobs.
    var warmSessions = WarmSessions()
    /// Jobs that wait compiled.
    var ahead: Set<JobID> = []
    let pulse: Pulse?
    var timer: Task<Void, Never>?
    var nextTick = Double.infinity
    var poller: Task<Void, Never>?
    var mark: UInt64?
    var health = FleetHealth()
    var heartbeats: Task<Void, Never>?
    /// What failed with a machine, while that is being taken in.
    var failure: String?
    /// Nil until somebody asks for a wait.
    var forecaster: WaitForecaster?
    /// Whether no more work is taken up.
    var isStandingDown = false
    /// Whether nothing is written any more.
    var hasStoodDown = false
    /// Stages of jobs that are being worked on.
    var activeStages = 0
    /// Jobs that others wrote of and the observer has not been told of.
    var news = JobNews()
    /// Waits that were promised and have not ended.
    var promises: [JobID: Promise] = [:]
    /// Until then the next promise waits.
    var nextPromise = 0.0
    /// How jobs came in; what was before this process, once a wait is asked for.
    var traffic = TrafficMemory()
    /// How far back that was read; nil before the first time.
    var pastTraffic: PastTraffic?
    /// Jobs whose work this process has leased for the turn that comes; nil where it may take what it sees.
    var leased: Set<JobID>?
    /// Processes that left a job alone for a lease, and when that was seen.
    var silentOwners: [UInt64: Double] = [:]
    /// What was decided and is not durable yet.
    var unsettled = UnsettledTurns()
    /// What is on its way to the disk, the oldest first.
    var settling: [UnsettledTurns] = []
    /// Calibrations that the storage is known to have.
    var keptCalibrations: Set<String> = []
    /// Whether the next turn looks for jobs that nobody works on.
    var seeksOrphans = true
    /// Whether news were taken in outside a turn, from which nothing has followed yet.
    var hasOnlyWatched = false
    /// Until then what others write is watched, if nothing is to be decided here.
    var nextLook = 0.0

    public init(
        devices: any DeviceProvider, storage: any KernelStorage = MemoryStorage(), clock: any KernelClock = WallClock(),
        options: RuntimeOptions = RuntimeOptions()
    ) {
        machines = MachinePark(
            devices, clock: clock, gatherSeconds: options.gatherSeconds,
            guardDistance: options.scheduling.sharing.guardDistance)
        self.storage = storage
        self.clock = clock
        self.options = options
        state = KernelState(policy: StandardPolicy(rules: options.scheduling), rules: options.rules)
        pulse = options.isShared ? Pulse(storage: storage, clock: clock, leaseSeconds: options.rules.leaseSeconds) : nil
    }

    deinit {
        timer?.cancel()
        poller?.cancel()
        heartbeats?.cancel()
    }

    /// All that belongs to one job.
    struct JobRecord {
        let request: JobRequest
        let progress: (@Sendable (JobProgress) -> Void)?
        var work = JobWork()
        var task: Task<Void, Never>?
        /// The last state, once it is over.
        var final: JobState?
        /// The result; before the end, what the last attempt failed with.
        var outcome: Swift.Result<JobResult, KernelError>?
        var waiting: [CheckedContinuation<JobState, Never>] = []
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
    /// - Parameters:
    ///   - document: the request as it is kept; without it no other process can work on the job.
    ///   - key: a request with the same key never makes two jobs: the first one's id is returned.
    ///   - isDetached: someone else is to work on it.
    ///   - receivedAt: when the request arrived, before it was parsed; now, if nil.
    ///   - checked: what `checked` found; the job is then queued at once.
    ///   - refusal: why no new job is made of the request. One that was made of it before, with the same key, is there
    ///     all the same.
    /// - Returns: the job's id; follow it with `result(of:)`.
    /// - Throws: `submission.key` where the key belongs to another request; the refusal.
    @discardableResult
    public func submit(
        _ request: JobRequest, document: SubmissionDocument? = nil, key: String? = nil, session: SessionIndex? = nil,
        tags: [String] = [], isDetached: Bool = false, receivedAt: Double? = nil, checked: CheckedRequest? = nil,
        unless refusal: KernelError? = nil, progress: (@Sendable (JobProgress) -> Void)? = nil
    ) async throws(KernelError) -> JobID {
        let id = try admit(
            request, document: document, key: key, session: session, tags: tags,
            isDetached: isDetached || options.mostRuns == 0, receivedAt: receivedAt, checked: checked,
            unless: refusal, progress: progress)
        try await durable()
        return id
    }

    /// Takes a job in like `submit`, and tells how it stands: what a service answers with.
    public func submitted(
        _ request: JobRequest, document: SubmissionDocument, key: String?, session: SessionIndex?, tags: [String],
        receivedAt: Double, checked: CheckedRequest?, unless refusal: KernelError?
    ) async throws(KernelError) -> JobSummary {
        let id = try admit(
            request, document: document, key: key, session: session, tags: tags, isDetached: options.mostRuns == 0,
            receivedAt: receivedAt, checked: checked, unless: refusal, progress: nil)
        // What the turn has just changed lies in memory still.
        let summary = try look { transaction throws(KernelError) in try transaction.summary(of: id) }
        try await durable()
        guard let summary else { throw KernelError.unknownJob(id) }
        return summary
    }

    /// Takes a job in without waiting until it is durable.
    private func admit(
        _ request: JobRequest, document: SubmissionDocument?, key: String?, session: SessionIndex?, tags: [String],
        isDetached: Bool, receivedAt: Double?, checked: CheckedRequest?, unless refusal: KernelError?,
        progress: (@Sendable (JobProgress) -> Void)?
    ) throws(KernelError) -> JobID {
        let submission = Submission(
            key: key, name: request.name, account: request.account, device: request.devices.joined(separator: ","),
            owner: isDetached ? 0 : options.worker, tags: tags, isReadOnce: document?.isReadOnce == true,
            request: document?.bytes ?? [])
        let sites = siteCounts(request)
        var known: JobID?
        let id = try transact { transaction, handle throws(KernelError) -> JobID in
            let (id, isNew) = try transaction.register(submission)
            guard isNew else {
                known = id
                return id
            }
            if let refusal { throw refusal }
            if !isDetached {
                var record = JobRecord(request: request, progress: progress)
                if let checked { record.work = checked.work }
                record.work.received = receivedAt ?? clock.now
                jobs[id] = record
            }
            let card = card(for: request, in: session, sites, handle)
            equip(for: card, handle)
            handle(.submit(id, card))
            // What was found before need not be found again.
            if let demand = checked?.demand, session == nil, !request.compilesAhead,
                impossibility(of: id, demand) == nil
            {
                handle(.validated(id, demand))
            }
            return id
        }
        if known != nil, jobs[id] == nil {
            jobs[id] = JobRecord(request: request, progress: progress)
            jobs[id]?.work.received = receivedAt ?? clock.now
            reconcile()
        }
        startPolling()
        return id
    }

    /// What the scheduler must know of a request.
    ///
    /// - Parameter sites: how many each of its machines has.
    func card(
        for request: JobRequest, in session: SessionIndex? = nil, _ sites: [Int], _ handle: (KernelEvent) -> Void
    ) -> JobCard {
        var card = JobCard(
            account: account(request.account, handle), session: session, priority: request.priority,
            onRecalibration: request.onRecalibration, wantsMachineAlone: request.tenancy == .alone,
            budget: request.budget, deadline: request.deadline, tag: .max)
        card.weights = request.weights
        let choices = zip(request.devices, sites).compactMap { device($0, $1, handle) }
        if choices.count == 1 { card.device = choices[0] } else { card.choices = choices }
        return card
    }

    func siteCounts(_ request: JobRequest) -> [Int] {
        request.devices.map { (try? machines.device($0))?.description.siteCount ?? 0 }
    }

    /// The kernel's number for a machine; one it has not met is added, and found wanting when the job is validated.
    func device(_ name: String, _ sites: Int, _ handle: (KernelEvent) -> Void) -> DeviceIndex? {
        if state.book.device(named: name) == nil { handle(.addDevice(name: name, siteCount: sites)) }
        return state.book.device(named: name)
    }

    /// The account at a path; it and those above it are opened when they are first named.
    func account(_ path: String, _ handle: (KernelEvent) -> Void) -> AccountIndex {
        var parent = AccountIndex.root
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix += (prefix.isEmpty ? "" : "/") + part
            if state.book.account(at: prefix) == nil { handle(.addAccount(path: prefix, parent: parent, share: 1)) }
            parent = state.book.account(at: prefix) ?? parent
        }
        return parent
    }

    /// Waits for the job's end.
    ///
    /// - Throws: what made it fail, or `cancelled`.
    public func result(of id: JobID) async throws(KernelError) -> JobResult {
        if try await end(of: id) == .paused {
            let reason = state.book.jobs.slot(of: id).flatMap { state.book.standstill(of: $0) }
            throw KernelError(
                .program, code: "paused", "\(id) stands aside: \(reason?.reason ?? "its owner paused it")",
                cure: reason?.cure ?? "resume it")
        }
        guard let outcome = jobs[id]?.outcome else { throw Self.gaveUp(id) }
        return try outcome.get()
    }

    /// Waits until the job is over or stands aside, whoever works on it.
    public func end(of id: JobID) async throws(KernelError) -> JobState {
        guard let record = jobs[id] else { throw KernelError.unknownJob(id) }
        if let final = record.final { return final }
        if state.state(of: id) == .paused {
            // What could still be lost is not told.
            try await durable()
            return .paused
        }
        return await withCheckedContinuation { jobs[id]?.waiting.append($0) }
    }

    public func state(of id: JobID) -> JobState? { state.state(of: id) ?? jobs[id]?.final }

    /// Jobs ahead of a queued one.
    public func position(of id: JobID) -> Int? { state.position(of: id) }

    public func history(of id: JobID) throws(KernelError) -> [JournalEntry] {
        try storage.snapshot { transaction throws(KernelError) in try transaction.history(of: id) }
    }

    /// Stops a job wherever it is; nothing happens to a finished one.
    public func cancel(_ id: JobID) async throws(KernelError) { try await ask(.cancel(id), of: id) }

    /// Lets a job stand aside at the end of the part that runs; `resume` lets it go on from there.
    public func pause(_ id: JobID) async throws(KernelError) { try await ask(.pause(id), of: id) }

    public func resume(_ id: JobID) async throws(KernelError) { try await ask(.resume(id), of: id) }

    private func ask(_ event: KernelEvent, of id: JobID) async throws(KernelError) {
        try transact { transaction, handle throws(KernelError) in
            guard try transaction.summary(of: id) != nil else { throw KernelError.unknownJob(id) }
            handle(event)
        }
        try await durable()
    }

    /// Sets the machine time that an account and those under it may use, seconds.
    public func setBudget(_ path: String, seconds: Double) async throws(KernelError) {
        try transact { _, handle throws(KernelError) in
            handle(.setBudget(account(path, handle), seconds: seconds))
        }
        try await durable()
    }

    static func gaveUp(_ id: JobID) -> KernelError {
        KernelError(
            .system, code: "kernel.gave-up", "\(id) was given up: its session ended, or too many workers died over it",
            cure: "look at its history, then submit it again")
    }
}
