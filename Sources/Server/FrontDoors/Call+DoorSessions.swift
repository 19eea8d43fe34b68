import Kernel
import Storage

extension Call {
    /// Opens a session on a machine.
    ///
    /// - Parameters:
    ///   - project: that pays for it; nil for the caller's only one.
    ///   - idleSeconds: after which it ends if nothing happens.
    ///   - maximalSeconds: after its first job.
    func openSession(
        _ kind: SessionKind, on machine: String, project: String? = nil, idleSeconds: Double, maximalSeconds: Double
    ) async throws -> SessionIndex {
        try await openedSession(
            SessionBody(
                project: project, kind: kind, device: machine, idleSeconds: idleSeconds, maximalSeconds: maximalSeconds)
        ).index
    }
}
