import Kernel
import Logging
import Storage
import Synchronization

/// Writes the audit trail, many lines in one transaction.
///
/// A line follows its answer within a moment: what is killed before that keeps the change itself, and the journal's facts of
/// jobs, but not the line.
final class AuditTrail: Sendable {
    private let accounts: any AccountStorage
    private let log: Logger
    private let pending = Mutex<(entries: [AuditEntry], isScheduled: Bool)>(([], false))

    private static let delay = Duration.milliseconds(200)

    init(_ accounts: any AccountStorage, log: Logger) {
        self.accounts = accounts
        self.log = log
    }

    func note(_ entry: AuditEntry) {
        let isFirst = pending.withLock { pending in
            pending.entries.append(entry)
            defer { pending.isScheduled = true }
            return !pending.isScheduled
        }
        guard isFirst else { return }
        Task {
            try? await Task.sleep(for: Self.delay)
            self.flush()
        }
    }

    func flush() {
        let entries = pending.withLock { pending in
            defer { pending = ([], false) }
            return pending.entries
        }
        if entries.isEmpty { return }
        do throws(KernelError) {
            try accounts.changeAccounts { store throws(KernelError) in try store.append(entries) }
        } catch {
            // Nobody waits for them any more: the log keeps what the store did not take.
            for entry in entries { log.error("audit", metadata: ["entry": "\(entry)", "error": "\(error.message)"]) }
        }
    }
}
