// The core of the operating system: a synchronous value, (state, event) → (state, effects). It does no work and knows no
// time; whoever drives it (the runtime in real time, a loop in virtual time) carries the effects out and reports back.

/// What happened.
public enum KernelEvent: Hashable, Sendable {
    case submitted(JobID, device: String, priority: Priority)
    /// The job fits its device.
    case validated(JobID)
    case compiled(JobID)
    /// All its executables ran; the machine is free.
    case executed(JobID)
    /// Errors were handled and the result is complete.
    case mitigated(JobID)
    case failed(JobID)
    /// Someone asked for the job to stop.
    case cancelled(JobID)
}

/// What is to be done.
public enum KernelEffect: Hashable, Sendable {
    case validate(JobID)
    case compile(JobID, device: String)
    case run(JobID, device: String)
    case mitigate(JobID)
    /// Tell whoever waits; the job is in a final state.
    case deliver(JobID)
    /// Stop the work that is under way for the job.
    case stop(JobID)
}

/// A step of one job's life, to be journaled.
public struct JobTransition: Hashable, Sendable {
    public var job: JobID
    /// Nil for the first.
    public var from: JobState?
    public var to: JobState
}

/// All that the kernel must remember to decide what happens next.
public struct KernelState: Sendable {
    public struct Entry: Hashable, Sendable {
        public var state: JobState
        public var device: String
        public var priority: Priority
        /// Order of submission.
        public var sequence: UInt64
    }

    public private(set) var entries: [JobID: Entry] = [:]
    private var queues: [String: JobQueue] = [:]
    /// The job that holds each device.
    private var holders: [String: JobID] = [:]
    private var submissions: UInt64 = 0

    public init() {}

    /// Takes in one event.
    ///
    /// An event that no longer applies (the compiler finishes after the job was cancelled) changes nothing.
    public mutating func handle(_ event: KernelEvent) -> (transitions: [JobTransition], effects: [KernelEffect]) {
        var changes = Changes()
        switch event {
        case .submitted(let job, let device, let priority):
            guard entries[job] == nil else { break }
            submissions += 1
            entries[job] = Entry(state: .created, device: device, priority: priority, sequence: submissions)
            changes.transitions.append(JobTransition(job: job, from: nil, to: .created))
            changes.effects.append(.validate(job))
        case .validated(let job):
            guard advance(job, to: .validated, &changes), advance(job, to: .queued, &changes),
                let entry = entries[job]
            else { break }
            queues[entry.device, default: JobQueue()].insert(job, priority: entry.priority, sequence: entry.sequence)
            dispatch(entry.device, &changes)
        case .compiled(let job):
            guard advance(job, to: .running, &changes), let entry = entries[job] else { break }
            changes.effects.append(.run(job, device: entry.device))
        case .executed(let job):
            guard advance(job, to: .mitigating, &changes) else { break }
            changes.effects.append(.mitigate(job))
            release(job, &changes)
        case .mitigated(let job): finish(job, as: .completed, &changes)
        case .failed(let job): finish(job, as: .failed, &changes)
        case .cancelled(let job): finish(job, as: .cancelled, &changes)
        }
        return (changes.transitions, changes.effects)
    }

    /// Jobs ahead of this one on its device, the running one included; nil unless it is queued.
    public func position(of job: JobID) -> Int? {
        guard let entry = entries[job], entry.state == .queued,
            let place = queues[entry.device]?.position(of: job)
        else { return nil }
        return place + (holders[entry.device] == nil ? 0 : 1)
    }

    /// The job that holds a device now.
    public func holder(of device: String) -> JobID? { holders[device] }

    private struct Changes {
        var transitions: [JobTransition] = []
        var effects: [KernelEffect] = []
    }

    private mutating func advance(_ job: JobID, to state: JobState, _ changes: inout Changes) -> Bool {
        guard let current = entries[job]?.state, current.successors.contains(state) else { return false }
        entries[job]?.state = state
        changes.transitions.append(JobTransition(job: job, from: current, to: state))
        return true
    }

    private mutating func finish(_ job: JobID, as state: JobState, _ changes: inout Changes) {
        guard let before = entries[job], advance(job, to: state, &changes) else { return }
        queues[before.device]?.remove(job)
        if state == .cancelled, before.state != .queued { changes.effects.append(.stop(job)) }
        changes.effects.append(.deliver(job))
        release(job, &changes)
    }

    /// Frees the device the job holds, if it holds one, and starts the next job there.
    private mutating func release(_ job: JobID, _ changes: inout Changes) {
        guard let device = entries[job]?.device, holders[device] == job else { return }
        holders[device] = nil
        dispatch(device, &changes)
    }

    private mutating func dispatch(_ device: String, _ changes: inout Changes) {
        guard holders[device] == nil, let job = queues[device]?.popFirst() else { return }
        holders[device] = job
        guard advance(job, to: .compiling, &changes) else {
            preconditionFailure("job \(job) stood in a queue without being queued")
        }
        changes.effects.append(.compile(job, device: device))
    }

    /// What must hold between events; tests check it after every one.
    func checkInvariants() -> Bool {
        let holding = entries.filter { $0.value.state.holdsDevice }
        let queued = entries.filter { $0.value.state == .queued }
        return holding.allSatisfy { holders[$0.value.device] == $0.key }
            && holders.allSatisfy { entries[$0.value]?.state.holdsDevice == true }
            && queued.allSatisfy { queues[$0.value.device]?.position(of: $0.key) != nil }
            && queues.values.reduce(0) { $0 + $1.count } == queued.count
            && queues.allSatisfy { $0.value.count == 0 || holders[$0.key] != nil }
    }
}
