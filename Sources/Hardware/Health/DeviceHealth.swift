/// Whether a machine takes jobs, and why not: a synchronous value that is told what happens and when.
///
/// Several reasons may hold at once; the gravest is the status: offline, error, maintenance, calibrating, busy, online.
/// A machine that is drained finishes what it has and takes nothing new; it is in maintenance once it is idle.
public struct DeviceHealth: Sendable, Hashable, Codable {
    public struct Rules: Sendable, Hashable, Codable {
        /// A machine that has been silent for longer is offline.
        public var silence: Seconds
        /// So many failed runs in a row are an error of the machine; one that succeeds ends the row.
        public var failures: Int
        /// How long after the last of them a run may be tried again.
        public var retryAfter: Seconds

        public init(silence: Seconds = Seconds(60), failures: Int = 3, retryAfter: Seconds = Seconds(30)) {
            precondition(silence.value > 0 && failures > 0 && retryAfter.value >= 0, "rules that no machine can keep")
            self.silence = silence
            self.failures = failures
            self.retryAfter = retryAfter
        }
    }

    /// What happened; times are seconds since 1970-01-01 UTC and come with the event.
    public enum Event: Sendable, Hashable {
        /// The machine lives, and says this of itself.
        case heartbeat(DeviceStatus)
        case queued
        /// One that waited gave up.
        case withdrawn
        case started
        /// A run ended, well or because the machine failed. A wrong program says nothing about the machine.
        case finished
        case failed(reason: String)
        /// A run was stopped or moved away; that says nothing about the machine.
        case left
        case calibrationStarted, calibrationFinished
        /// Take no new jobs, finish those that run.
        case drain(reason: String)
        /// Take jobs again.
        case resume
        /// Someone has seen to the machine: what went wrong before counts no more.
        case repaired
    }

    public var rules: Rules
    /// Jobs that wait for the machine.
    public private(set) var queueLength = 0
    /// Jobs on it.
    public private(set) var running = 0
    public private(set) var isCalibrating = false
    /// Why it takes nothing new; nil unless it is drained.
    public private(set) var drainReason: String?
    /// When it was last heard of; nil before the first time.
    public private(set) var lastHeard: Double?
    /// What it said of itself then.
    public private(set) var reported = DeviceStatus.online
    private var failures = 0
    private var lastFailure: Failure?

    private struct Failure: Sendable, Hashable, Codable {
        var reason: String
        var time: Double
    }

    public init(rules: Rules = Rules()) { self.rules = rules }

    /// Takes an event in.
    ///
    /// Times may come out of order by a little; the machine is never heard of earlier than before.
    public mutating func handle(_ event: Event, at time: Double) {
        switch event {
        case .heartbeat(let status):
            lastHeard = max(lastHeard ?? time, time)
            reported = status
        case .queued: queueLength += 1
        case .withdrawn: queueLength = max(0, queueLength - 1)
        case .started:
            queueLength = max(0, queueLength - 1)
            running += 1
        case .finished:
            running = max(0, running - 1)
            failures = 0
            lastFailure = nil
            heard(time)
        case .failed(let reason):
            running = max(0, running - 1)
            failures += 1
            lastFailure = Failure(reason: reason, time: time)
        case .left: running = max(0, running - 1)
        case .calibrationStarted: isCalibrating = true
        case .calibrationFinished:
            isCalibrating = false
            heard(time)
        case .drain(let reason): drainReason = reason
        case .resume: drainReason = nil
        case .repaired:
            failures = 0
            lastFailure = nil
        }
    }

    /// A machine that answers lives, whatever it says.
    private mutating func heard(_ time: Double) { if let last = lastHeard { lastHeard = max(last, time) } }

    /// What can be said of the machine at a moment.
    public func status(at time: Double) -> DeviceStatus {
        if let lastHeard, time - lastHeard > rules.silence.value {
            return .offline(reason: "nothing was heard of it for \(Int((time - lastHeard).rounded())) s")
        }
        if case .offline = reported { return reported }
        if let lastFailure, failures >= rules.failures {
            return .error(reason: "\(failures) runs in a row failed, the last with: \(lastFailure.reason)")
        }
        if case .error = reported { return reported }
        if let drainReason, running == 0 { return .maintenance(reason: drainReason) }
        if case .maintenance = reported { return reported }
        if isCalibrating || reported == .calibrating { return .calibrating }
        return running > 0 || reported == .busy ? .busy : .online
    }

    /// Whether a job may be placed on the machine. Busy and calibrating machines take jobs into their queue; one in error
    /// is tried again, one job at a time, when some time has passed.
    public func takesJobs(at time: Double) -> Bool {
        if drainReason != nil { return false }
        switch status(at: time) {
        case .online, .busy, .calibrating: return true
        case .maintenance, .offline: return false
        case .error:
            guard let lastFailure, failures >= rules.failures else { return false }
            return running == 0 && time - lastFailure.time >= rules.retryAfter.value
        }
    }

    /// Whether it has been drained and nothing runs on it any more.
    public var isDrained: Bool { drainReason != nil && running == 0 }

    /// The next moment after `time` at which the answer may change by itself; infinite if it cannot.
    public func nextChange(after time: Double) -> Double {
        var next = Double.infinity
        if let lastHeard, lastHeard + rules.silence.value >= time { next = lastHeard + rules.silence.value }
        if let lastFailure, failures >= rules.failures, lastFailure.time + rules.retryAfter.value > time {
            next = min(next, lastFailure.time + rules.retryAfter.value)
        }
        return next
    }
}
