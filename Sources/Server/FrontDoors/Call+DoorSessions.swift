import Kernel
import Storage

extension Call {
    /// Opens a session on a machine, as the caller's only project pays for it.
    ///
    /// - Parameters:
    ///   - idleSeconds: after which it ends if nothing happens.
    ///   - maximalSeconds: after its first job.
    func openSession(
        _ kind: SessionKind, on machine: String, idleSeconds: Double, maximalSeconds: Double
    ) async throws -> SessionIndex {
        try await openedSession(
            SessionBody(kind: kind, device: machine, idleSeconds: idleSeconds, maximalSeconds: maximalSeconds)
        ).index
    }
}
