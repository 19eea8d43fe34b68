public import Hardware

/// The health of every machine of the kernel, kept up from the kernel's own facts and from what machines say.
///
/// A synchronous value like the kernel's state. It answers with the events that the kernel has to be told: a machine that
/// takes no jobs any more is set unavailable, one that does again is set available.
public struct FleetHealth: Sendable {
    public let rules: DeviceHealth.Rules
    /// By device number.
    private var machines: [Machine] = []
    /// Where each job waits or runs.
    private var places: [JobID: Place] = [:]

    private struct Machine: Sendable {
        var health: DeviceHealth
        /// What the kernel holds.
        var isAvailable = true
        /// What was last said here: of several that watch one machine, none repeats itself against the others.
        var said: Bool?
        /// Whether it was in error when it was made available: one job may find out whether it still is.
        var isProbed = false
    }

    private struct Place: Sendable {
        var device: Int?
        var isQueued = false
        var isRunning = false
    }

    public init(rules: DeviceHealth.Rules = DeviceHealth.Rules()) { self.rules = rules }

    /// The health of a machine; nil for one the kernel has not met.
    public subscript(device: DeviceIndex) -> DeviceHealth? {
        device.place < machines.count ? machines[device.place].health : nil
    }

    /// What happened to a machine outside the kernel: it was heard of, drained, repaired, calibrated.
    public mutating func handle(_ event: DeviceHealth.Event, of device: DeviceIndex, at now: Double) -> [KernelEvent] {
        guard device.place < machines.count else { return [] }
        machines[device.place].health.handle(event, at: now)
        return changes(at: now)
    }

    /// Takes the kernel's facts in.
    ///
    /// - Parameter failure: what an attempt that failed in these facts failed with, where the machine is at fault.
    public mutating func observe(
        _ facts: some Sequence<Transition>, failure: String? = nil, at now: Double
    ) -> [KernelEvent] {
        absorb(facts, failure: failure, at: now)
        return changes(at: now)
    }

    /// The same for facts that are history: what follows is said later.
    public mutating func absorb(_ facts: some Sequence<Transition>, failure: String? = nil, at now: Double) {
        for fact in facts {
            switch fact {
            case .deviceAdded: machines.append(Machine(health: DeviceHealth(rules: rules)))
            case .deviceChanged(let device, let isAvailable):
                if device.place < machines.count { machines[device.place].isAvailable = isAvailable }
            case .submitted(let job, let card): places[job] = Place(device: card.device?.place)
            case .queued(let job, let reason, _):
                leave(job, reason == .retried ? .failed(reason: failure ?? "the run failed") : .left, now)
                places[job]?.isQueued = true
                tell(.queued, places[job]?.device, now)
            case .placed(let job, let device, _, _):
                if places[job]?.device != device.place {
                    // It waited for another machine, or for any: it never stood in this one's queue.
                    withdraw(job, now)
                    tell(.queued, device.place, now)
                }
                places[job] = Place(device: device.place, isQueued: false, isRunning: true)
                tell(.started, device.place, now)
            case .mitigating(let job, _): leave(job, .finished, now)
            case .paused(let job, _): leave(job, .left, now)
            case .ended(let job, _):
                // A wrong program, or one that was cancelled, unless the machine is known to be at fault.
                leave(job, failure.map { .failed(reason: $0) } ?? .left, now)
                withdraw(job, now)
                places[job] = nil
            default: break
            }
        }
    }

    /// Looks at the clock: silence and waiting times end by themselves.
    public mutating func tick(at now: Double) -> [KernelEvent] { changes(at: now) }

    /// When to look at the clock again, after `now`.
    public func nextTick(after now: Double) -> Double {
        machines.reduce(.infinity) { min($0, $1.health.nextChange(after: now)) }
    }

    private mutating func tell(_ event: DeviceHealth.Event, _ place: Int?, _ now: Double) {
        if let place, place < machines.count { machines[place].health.handle(event, at: now) }
    }

    private mutating func leave(_ job: JobID, _ event: DeviceHealth.Event, _ now: Double) {
        guard let place = places[job], place.isRunning else { return }
        places[job]?.isRunning = false
        tell(event, place.device, now)
    }

    private mutating func withdraw(_ job: JobID, _ now: Double) {
        guard let place = places[job], place.isQueued else { return }
        places[job]?.isQueued = false
        tell(.withdrawn, place.device, now)
    }

    private mutating func changes(at now: Double) -> [KernelEvent] {
        var events: [KernelEvent] = []
        for place in machines.indices {
            let health = machines[place].health
            var isError = false
            if case .error = health.status(at: now) { isError = true }
            if !isError { machines[place].isProbed = false }
            // The one job with which a machine in error is tried does not make it unavailable for itself.
            if machines[place].isProbed, health.running > 0, health.drainReason == nil { continue }
            let takes = health.takesJobs(at: now)
            if takes == machines[place].said { continue }
            machines[place].said = takes
            if takes != machines[place].isAvailable {
                machines[place].isAvailable = takes
                machines[place].isProbed = takes && isError
                events.append(.setAvailable(DeviceIndex(place), takes))
            }
        }
        return events
    }
}
