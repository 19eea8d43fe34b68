import Client
import Console
import Kernel
import Storage

/// Sessions of the user's own store.
extension JobStore {
    func sessions(
        _ phase: SessionOutlook.Phase?, project: String?, limit: Int
    ) async throws(CommandFailure) -> [SessionDocument] {
        try Self.refuse(project)
        let runtime = try runtime()
        return try await asking { () throws(KernelError) in
            try await runtime.sessions(limit: limit) { phase == nil || $0.phase == phase }
        }.map(SessionDocument.init(ofStore:))
    }

    func session(_ id: SessionIndex) async throws(CommandFailure) -> SessionDocument {
        try await session(id, of: try runtime())
    }

    func openSession(_ wanted: SessionRequest) async throws(CommandFailure) -> SessionDocument {
        try Self.refuse(wanted.project)
        let runtime = try runtime()
        let opened = try await asking { () throws(KernelError) in
            try await runtime.openSession(
                wanted.kind.kind, on: wanted.device, interactiveSeconds: wanted.idleSeconds,
                maximalSeconds: wanted.maximalSeconds, budget: wanted.budget ?? .infinity)
        }
        return try await session(opened.index, of: runtime)
    }

    func closeSession(_ id: SessionIndex, cancelling: Bool) async throws(CommandFailure) -> SessionDocument {
        let runtime = try runtime()
        _ = try await session(id, of: runtime)
        try await asking { () throws(KernelError) in try await runtime.close(id, cancelling: cancelling) }
        try startWorker()
        return try await session(id, of: runtime)
    }

    /// The machine of a session that takes jobs.
    func machine(of id: SessionIndex) async throws(CommandFailure) -> String {
        let session = try await session(id)
        guard session.status == .open || session.status == .active else {
            throw CommandFailure(
                KernelError(
                    .program, code: "session-over", "\(id.name) is \(session.status.rawValue)",
                    cure: "open another: kelvin sessions open --device \(session.device)"), source: nil)
        }
        return session.device
    }

    private func session(_ id: SessionIndex, of runtime: Runtime) async throws(CommandFailure) -> SessionDocument {
        let found = try await asking { () throws(KernelError) in try await runtime.session(id) }
        guard let found else {
            throw CommandFailure(
                KernelError(
                    .program, code: "unknown-session", "there is no session \(id.name)",
                    cure: "`kelvin sessions` lists them"), source: nil)
        }
        return SessionDocument(ofStore: found)
    }

    private static func refuse(_ project: String?) throws(CommandFailure) {
        if project != nil {
            throw .usage("--project is for the sessions of a service\n  cure: `kelvin login` signs in to one")
        }
    }
}

extension SessionDocument {
    fileprivate init(ofStore session: SessionOutlook) {
        self.init(session)
        account = session.account.isEmpty ? nil : session.account
    }
}
