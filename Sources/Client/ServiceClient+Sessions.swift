package import Kernel

/// What is asked for when a session or batch is opened.
package struct SessionRequest: Encodable, Sendable {
    package var project: String?
    package var kind: SessionKind
    package var device: String
    /// It ends when it had no job for so long, seconds.
    package var idleSeconds: Double
    /// It ends so long after its first job started, seconds.
    package var maximalSeconds: Double
    /// Machine time, seconds; nil for no limit.
    package var budget: Double?

    package init(
        project: String?, kind: SessionKind, device: String, idleSeconds: Double, maximalSeconds: Double,
        budget: Double?
    ) {
        self.project = project
        self.kind = kind
        self.device = device
        self.idleSeconds = idleSeconds
        self.maximalSeconds = maximalSeconds
        self.budget = budget
    }
}

extension ServiceClient {
    package func open(_ wanted: SessionRequest) throws(KernelError) -> SessionDocument {
        try change("POST", "/v1/sessions", body: wanted)
    }

    package func session(_ id: SessionIndex) throws(KernelError) -> SessionDocument {
        try get("/v1/sessions/\(id.name)")
    }

    /// - Parameter limit: how many at most, over as many pages as it takes.
    package func sessions(_ query: [(String, String)], limit: Int) throws(KernelError) -> [SessionDocument] {
        var page: SessionPage = try get("/v1/sessions", query + [("limit", "\(min(limit, 200))")])
        var sessions = page.sessions
        while sessions.count < limit, let next = page.next {
            page = try get(next)
            sessions += page.sessions
        }
        return Array(sessions.prefix(limit))
    }

    /// Lets a session take no more jobs; those on their way are finished, or cancelled.
    package func close(_ id: SessionIndex, cancelling: Bool) throws(KernelError) -> SessionDocument {
        try change("DELETE", "/v1/sessions/\(id.name)", cancelling ? [("cancel", "true")] : [])
    }
}
