import HTTPTypes
import Hardware
import Kernel
import Storage

// Sessions and batches are Kelvin's own.
extension IBM {
    static let sessionRoutes: [Route] = [
        Route(.post, base + "/sessions", "openSession", .anyone(.jobs), bodyLimit: 64 << 10) { call in
            try call.checkQuery()
            var body = try WireObject(JSONNode.body(call.body), "")
            let mode = try body.text("mode") ?? "dedicated"
            guard let kind = ["dedicated": SessionKind.dedicated, "batch": .batch][mode] else {
                throw WireObject.wrong("mode", "'\(mode.clipped)' is neither dedicated nor batch")
            }
            // Clients other than Qiskit's have another name for it.
            let names = [try body.text("backend"), try body.text("backend_name")]
            guard let backend = names.compactMap({ $0 }).first else { throw WireObject.wrong("backend", "missing") }
            // Names the project again, which the header does.
            _ = try body.text("instance")
            let seconds = try body.integer("max_ttl", in: 1...86_400) ?? 28_800
            try body.end()
            let session = try await call.openedSession(
                SessionBody(
                    project: try call.instance(), kind: kind, device: try call.offered(backend).id,
                    // A client may think between two jobs; nobody else has the machine meanwhile.
                    idleSeconds: min(600, Double(seconds)), maximalSeconds: Double(seconds)))
            return .node(node(session))
        },
        Route(.get, base + "/sessions/{session}", "getSession", .readSession) { call in
            try call.checkQuery()
            return .node(node(try call.session))
        },
        Route(.patch, base + "/sessions/{session}", "closeSession", .changeSession, bodyLimit: 4096) { call in
            var body = try WireObject(JSONNode.body(call.body), "")
            guard try body.flag("accepting_jobs") == false else {
                throw WireObject.wrong("accepting_jobs", "a session can be closed, not opened again")
            }
            try body.end()
            try await call.service.runtime.close(try call.session.index, cancelling: false)
            return Answer(.noContent)
        },
        Route(.delete, base + "/sessions/{session}/close", "cancelSession", .changeSession) { call in
            try await call.service.runtime.close(try call.session.index, cancelling: true)
            return Answer(.noContent)
        },
    ]

    private static func node(_ session: SessionOutlook) -> JSONNode {
        let state =
            switch session.phase {
            case .open: "open"
            case .active: session.liveJobs > 0 ? "active" : "inactive"
            case .closing: "active"
            case .closed: "closed"
            }
        func time(_ seconds: Double?) -> JSONNode { seconds.map { .text(Timestamp.precise($0)) } ?? .null }
        let isOver = session.phase == .closed
        return .object([
            ("id", .text(session.index.name)), ("backend_name", .text(session.device)),
            ("mode", .text(session.kind == .batch ? "batch" : "dedicated")), ("state", .text(state)),
            ("state_reason", .null),
            ("accepting_jobs", .flag(session.phase == .open || session.phase == .active)),
            ("max_ttl", .number(session.maximalSeconds)), ("active_ttl", .number(session.maximalSeconds)),
            ("interactive_ttl", .number(session.idleSeconds)), ("started_at", time(session.opened)),
            ("activated_at", time(session.activated)), ("closed_at", time(isOver ? session.lastActive : nil)),
            ("last_job_started", .null), ("last_job_completed", .null), ("elapsed_time", .number(session.usedSeconds)),
            ("timestamps", .list([])),
        ])
    }
}
