import Hardware

/// A machine kept for one user for a while: programs stay compiled, the readout stays measured, so that an iteration
/// costs only its shots.
public struct Session: Sendable {
    public let index: SessionIndex
    public let device: String
    private let runtime: Runtime

    init(index: SessionIndex, device: String, runtime: Runtime) {
        self.index = index
        self.device = device
        self.runtime = runtime
    }

    /// Runs one job of the session and waits for its result. The request's device is the session's.
    public func run(_ request: JobRequest) async throws(KernelError) -> JobResult {
        let id = try await submit(request)
        let result = try await runtime.result(of: id)
        await runtime.forget(id)
        return result
    }

    /// Hands in a job without waiting: what a batch is made of.
    public func submit(_ request: JobRequest) async throws(KernelError) -> JobID {
        var request = request
        request.device = device
        return try await runtime.submit(request, session: index)
    }

    /// No more jobs: the session ends with those that are on their way.
    public func close() async throws(KernelError) { try await runtime.close(index, cancelling: false) }
}

extension Runtime {
    /// Opens a session, or a batch.
    ///
    /// - Parameters:
    ///   - interactiveSeconds: it ends when it had no job for so long.
    ///   - maximalSeconds: it ends so long after its first job started; jobs that run then are cancelled.
    ///   - budget: machine time, seconds.
    /// - Throws: `device.unavailable` where there is no such device.
    public func openSession(
        _ kind: SessionCard.Kind, on device: String, account: String = "", interactiveSeconds: Double = 60,
        maximalSeconds: Double = 28_800, budget: Double = .infinity
    ) async throws(KernelError) -> Session {
        let sites: Int
        do { sites = try machines.device(device).description.siteCount } catch { throw KernelError(error) }
        let index = try transact { _, handle throws(KernelError) -> SessionIndex? in
            guard let machine = self.device(device, sites, handle) else { return nil }
            handle(
                .openSession(
                    SessionCard(
                        kind: kind, account: self.account(account, handle), device: machine,
                        interactiveSeconds: interactiveSeconds, maximalSeconds: maximalSeconds, budget: budget)))
            return SessionIndex(state.book.sessions.count - 1)
        }
        guard let index else { preconditionFailure("a device that was just added is known") }
        try await durable()
        return Session(index: index, device: device, runtime: self)
    }

    /// Lets go of a job whose result was handed over.
    func forget(_ id: JobID) { if jobs[id]?.final != nil { jobs[id] = nil } }
}
