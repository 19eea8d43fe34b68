/// All that the kernel knows: the sum of the facts in its journal. Only `apply` changes it.
public struct KernelBook: Sendable {
    public internal(set) var jobs = JobTable()
    public internal(set) var devices: [DeviceRecord] = []
    public internal(set) var accounts: [AccountRecord] = [AccountRecord(path: "", parent: nil, share: 1)]
    public internal(set) var sessions: [SessionRecord] = []
    /// Jobs on machines, and those being mitigated; holes are nil.
    var runs: [RunRecord?] = []
    var freeRuns: [Int32] = []
    /// Runs whose jobs are over or paused while their workers have not stopped yet.
    var stoppingRuns: [Int32] = []
    private var deviceNames: [String: DeviceIndex] = [:]
    private var accountPaths: [String: AccountIndex] = ["": .root]
    /// Facts applied so far.
    public internal(set) var factCount: UInt64 = 0
    public let rules: KernelRules

    public init(rules: KernelRules = KernelRules()) { self.rules = rules }

    public func device(named name: String) -> DeviceIndex? { deviceNames[name] }
    public func account(at path: String) -> AccountIndex? { accountPaths[path] }

    public func run(of slot: JobSlot) -> RunRecord? {
        let place = jobs[slot].run
        return place < 0 ? nil : runs[Int(place)]
    }

    public func run(of id: JobID) -> RunRecord? {
        if let slot = jobs.slot(of: id) { return run(of: slot) }
        return stoppingRuns.lazy.compactMap { runs[Int($0)] }.first { $0.job == id }
    }

    /// Where a run that was told to stop stands in `stoppingRuns`.
    func stoppingIndex(_ id: JobID, _ fence: Fence) -> Int? {
        stoppingRuns.firstIndex { runs[Int($0)]?.job == id && runs[Int($0)]?.fence == fence }
    }

    /// Everything on machines and everything being mitigated.
    public var liveRuns: [RunRecord] { runs.compactMap { $0 } }

    /// Whether an account is another, or under it.
    public func isAccount(_ account: AccountIndex, within other: AccountIndex) -> Bool {
        var current: AccountIndex? = account
        while let index = current {
            if index == other { return true }
            current = accounts[index.place].parent
        }
        return false
    }

    mutating func addDevice(_ record: DeviceRecord) {
        guard deviceNames[record.name] == nil else { return }
        deviceNames[record.name] = DeviceIndex(devices.count)
        devices.append(record)
    }

    mutating func addAccount(_ record: AccountRecord) {
        guard accountPaths[record.path] == nil else { return }
        accountPaths[record.path] = AccountIndex(accounts.count)
        accounts.append(record)
    }

    mutating func addRun(_ run: RunRecord) -> Int32 {
        if let place = freeRuns.popLast() {
            runs[Int(place)] = run
            return place
        }
        runs.append(run)
        return Int32(runs.count - 1)
    }

    /// Gives the sites of a run back to its machine.
    mutating func vacate(_ run: RunRecord) {
        devices[run.device.place].occupied.subtract(run.sites)
        devices[run.device.place].runs -= 1
        if run.isSolitary { devices[run.device.place].solitaryRuns -= 1 }
    }

    // Who speaks to a machine: one worker at a time, for all the runs there.

    mutating func lend(_ device: DeviceIndex, to worker: WorkerID) {
        if devices[device.place].holder == worker { return }
        devices[device.place].holder = worker
        devices[device.place].holderFence += 1
    }

    /// Whether a worker may take a run up: no other worker speaks to its machine.
    public func mayClaim(_ run: RunRecord, _ worker: WorkerID) -> Bool {
        if run.sites.isEmpty { return true }
        let holder = devices[run.device.place].holder
        return holder == 0 || holder == worker
    }

    /// Ends the lease if its holder has no run there any more.
    mutating func returnMachine(_ device: DeviceIndex) {
        let holder = devices[device.place].holder
        guard holder != 0 else { return }
        for case let run? in runs where run.device == device && run.worker == holder && !run.sites.isEmpty { return }
        devices[device.place].holder = 0
    }

    // The two halves of a promise: machine time set aside for a part, and given back or charged at its end.

    mutating func promise(_ seconds: Double, _ account: AccountIndex, _ session: SessionIndex?) {
        var current: AccountIndex? = account
        while let index = current {
            accounts[index.place].promised += seconds
            accounts[index.place].running += 1
            current = accounts[index.place].parent
        }
        if let session {
            sessions[session.place].promised += seconds
            sessions[session.place].running += 1
        }
    }

    mutating func settle(_ promised: Double, used: Double, _ account: AccountIndex, _ session: SessionIndex?) {
        var current: AccountIndex? = account
        while let index = current {
            accounts[index.place].promised -= promised
            accounts[index.place].running -= 1
            // Rounding must not pile up.
            if accounts[index.place].running == 0 { accounts[index.place].promised = 0 }
            accounts[index.place].used += used
            current = accounts[index.place].parent
        }
        if let session {
            sessions[session.place].promised -= promised
            sessions[session.place].running -= 1
            if sessions[session.place].running == 0 { sessions[session.place].promised = 0 }
            sessions[session.place].used += used
        }
    }

    /// Whether the job, its session, its account and all above can pay for one more part.
    public func affords(_ slot: JobSlot, seconds: Double) -> Bool {
        let job = jobs[slot]
        // A job runs one part at a time: it may exceed its budget by that part alone.
        if job.charged >= Double(job.card.budget) { return false }
        if let session = job.card.session, !sessions[session.place].affords(seconds) { return false }
        var current: AccountIndex? = job.card.account
        while let index = current {
            if !accounts[index.place].affords(seconds) { return false }
            current = accounts[index.place].parent
        }
        return true
    }
}

/// Figures that say how patient the kernel is.
public struct KernelRules: Hashable, Sendable {
    /// Seconds a worker may be silent before its run is given to another.
    public var leaseSeconds = 15.0
    /// Attempts that may fail in a row before the job fails.
    public var transientAttempts = 5
    public var unavailableAttempts = 12
    /// Workers that may die over a job before it is the job that is suspected.
    public var workerLosses = 5
    /// Seconds before the second attempt; doubles with each.
    public var backoffSeconds = 1.0
    public var backoffLimit = 300.0
    /// Times a job may be started over because its machine was calibrated.
    public var reruns = 3

    public init() {}

    /// Seconds to wait after so many failures in a row. Spread by half, so that jobs that failed together do not come
    /// back together; a function of the job, so that a replay waits as long.
    func backoff(_ job: JobID, failures: Int, _ failure: FailureClass) -> Double {
        let first = failure == .unavailable ? 10 * backoffSeconds : backoffSeconds
        var limited = first
        for _ in 1..<max(1, failures) { limited = min(backoffLimit, limited * 2) }
        let share = Double(JobPlan.seed(job.rawValue, part: failures) >> 11) * 0x1p-53
        return limited * (0.75 + 0.5 * share)
    }

    func attempts(_ failure: FailureClass) -> Int {
        switch failure {
        case .permanent: 1
        case .transient: transientAttempts
        case .unavailable: unavailableAttempts
        }
    }
}
