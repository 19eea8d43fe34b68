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
        let body = SessionBody(
            kind: kind, device: machine, idleSeconds: idleSeconds, maximalSeconds: maximalSeconds)
        let project = try project(asked: nil)
        guard service.machines.has(machine) else {
            throw Problem(.unknownDevice, "there is no device '\(machine.clipped)'")
        }
        try admitSession(body, in: project)
        return try await service.runtime.openSession(
            kind.kind, on: machine, account: try caller.account(in: project), interactiveSeconds: idleSeconds,
            maximalSeconds: maximalSeconds, budget: .infinity
        ).index
    }
}
