@preconcurrency import Dispatch
import Synchronization

/// Keeps the leases of a worker alive, from a thread of its own: long work on all others must not look like death.
final class Pulse: Sendable {
    private let leases = Mutex<[(job: JobID, fence: Fence)]>([])
    private let timer: any DispatchSourceTimer

    init(storage: any KernelStorage, clock: any KernelClock, leaseSeconds: Double) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "pulse"))
        let period = leaseSeconds / 4
        timer.schedule(deadline: .now() + period, repeating: period)
        timer.setEventHandler { [weak self] in
            guard let held = self?.leases.withLock({ $0 }), !held.isEmpty else { return }
            // A beat that cannot be written is missed; the next may do better.
            try? storage.exclusively { transaction throws(KernelError) in
                let end = clock.now + leaseSeconds
                for lease in held { try transaction.renew(lease.job, lease.fence, until: end) }
            }
        }
        timer.activate()
    }

    deinit { timer.cancel() }

    func set(_ runs: [RunRecord]) { leases.withLock { $0 = runs.map { ($0.job, $0.fence) } } }
}
