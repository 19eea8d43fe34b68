import HTTPTypes
import Kernel
import Storage

extension Service {
    /// Machines kept for one user for a while, and jobs that belong together.
    static let sessionRoutes: [Route] = [
        Route(
            .post, "/v1/sessions", "openSession", .anyone(.jobs), bodyLimit: 64 << 10
        ) { call in
            try call.checkQuery()
            return try await call.openSession(call.decoded())
        },
        Route(.get, "/v1/sessions", "listSessions", .anyone(.read)) { call in try await call.listSessions() },
        Route(.get, "/v1/sessions/{session}", "getSessionState", .readSession) { call in
            try call.checkQuery()
            return .json(SessionDocument(ofService: try call.session))
        },
        Route(.delete, "/v1/sessions/{session}", "closeSession", .changeSession) { call in
            try call.checkQuery("cancel")
            let index = try call.session.index
            try await call.service.runtime.close(index, cancelling: try call.flag("cancel"))
            guard let now = try await call.service.runtime.session(index) else {
                throw Problem(.fault, "\(index.name) was closed and is not there")
            }
            return .json(SessionDocument(ofService: now), now.phase == .closed ? .ok : .accepted)
        },
    ]
}

extension Call {
    fileprivate func openSession(_ body: SessionBody) async throws -> Answer {
        let session = try await openedSession(body)
        return Answer.json(SessionDocument(ofService: session), .created).header(
            .location, "/v1/sessions/\(session.index.name)")
    }

    /// Opens a session, or a batch.
    func openedSession(_ body: SessionBody) async throws -> SessionOutlook {
        let project = try project(asked: body.project)
        guard service.machines.has(body.device) else {
            throw Problem(.unknownDevice, "there is no device '\(body.device.clipped)'")
        }
        try admitSession(body, in: project)
        let session = try await service.runtime.openSession(
            body.kind.kind, on: body.device, account: try caller.account(in: project),
            interactiveSeconds: body.idleSeconds, maximalSeconds: body.maximalSeconds, budget: body.budget ?? .infinity)
        guard let outlook = try await service.runtime.session(session.index) else {
            throw Problem(.fault, "\(session.index.name) was opened and is not there")
        }
        return outlook
    }

    fileprivate func listSessions() async throws -> Answer {
        try checkQuery("status", "project", "before", "limit")
        let limit = try integer("limit", in: 1...200) ?? 50
        let phase = try query("status").map { word in
            guard let phase = SessionOutlook.Phase(rawValue: word) else {
                let words = SessionOutlook.Phase.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.badRequest, "status=\(word.clipped): expected one of \(words)")
            }
            return phase
        }
        let last = try query("before").map { name in
            guard let index = SessionIndex(name: name) else {
                throw Problem(.badRequest, "before=\(name.clipped): expected a session, such as ses-1")
            }
            return index
        }
        let projects = try visibleProjects(asked: try query("project")).map(Set.init)
        let found = try await service.runtime.sessions(before: last, limit: limit) { session in
            guard phase == nil || session.phase == phase, let owner = Owner(account: session.account) else {
                return false
            }
            return projects?.contains(owner.project.text) ?? true
        }
        var page = SessionPage(sessions: found.map(SessionDocument.init(ofService:)))
        if found.count == limit, let last = found.last {
            page.next = "/v1/sessions?" + nextQuery(before: last.index.name)
        }
        return .json(page)
    }
}
