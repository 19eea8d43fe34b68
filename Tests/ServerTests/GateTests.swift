import Foundation
import HTTPTypes
import Storage
import Testing

@testable import Server

/// Every route × role × owner, asked of a real server: what is allowed is allowed, nothing else is, and what one may not
/// see looks like what is not there.
@Suite struct GateTests {
    /// Who may use a route; nil for everyone who has a token.
    private static func allowed(_ route: Route) -> Set<Caller>? {
        switch route.access {
        case .open: Set(Caller.allCases)
        case .anyone(.jobs): Set(Caller.allCases).subtracting([.nobody, .readOnlyOwner])
        case .anyone: nil
        case .service(.operator, _): [.serviceOperator, .serviceAdmin]
        case .service: [.serviceAdmin]
        case .organisation: [.organisationAdmin, .serviceAdmin]
        case .project(.viewer, _): Caller.seeing
        case .project: [.projectAdmin, .organisationAdmin, .serviceAdmin]
        case .readJob, .readSession, .readRecord: Caller.seeing
        case .changeJob, .changeSession, .changeRecord: Caller.changing
        }
    }

    @Test func everyRouteForEveryRoleAndOwner() async throws {
        let service = try await TestService()
        let tokens = try await service.callers()
        let id = try await service.finished(token: tokens[.owner])
        let opened = try await service.post("/v1/sessions", ["device": "ideal"], token: tokens[.owner])
        let session = try #require(opened.object["id"] as? String)
        let missing = try await service.get("/v1/jobs/job-99999", tokens[.stranger])
        let missingSession = try await service.get("/v1/sessions/ses-99999", tokens[.stranger])
        for route in service.service.table.routes where route.door == nil {
            let path = route.path.replacingOccurrences(of: "{job}", with: id)
                .replacingOccurrences(of: "{session}", with: session)
                .replacingOccurrences(of: "{device}", with: "ideal").replacingOccurrences(
                    of: "{code}", with: "forbidden"
                )
                .replacingOccurrences(of: "{organisation}", with: "local")
                .replacingOccurrences(of: "{project}", with: "main").replacingOccurrences(of: "{user}", with: "alice")
                .replacingOccurrences(of: "{token}", with: "tok-none")
            for caller in Caller.allCases {
                // Bodies that say nothing: whoever is let in is told so, and nothing is changed.
                let answer = try await service.send(
                    route.method.rawValue, path, token: tokens[caller], body: route.bodyLimit > 0 ? "[]" : nil)
                let isAllowed = Self.allowed(route)?.contains(caller) ?? (caller != .nobody)
                let note = "\(route.method) \(path) by \(caller.rawValue): \(answer.status) \(answer.code ?? "")"
                if isAllowed {
                    #expect(![401, 403].contains(answer.status), "\(note)")
                    #expect(answer.code != "unknown-job" && answer.code != "unknown-session", "\(note)")
                } else if caller == .nobody {
                    #expect(answer.status == 401, "\(note)")
                    #expect(answer.headers["www-authenticate"]?.hasPrefix("Bearer") == true, "\(note)")
                } else if path.contains(id), !Caller.seeing.contains(caller) {
                    // Word for word what is said of a job that never was.
                    #expect(answer.status == 404 && answer.code == missing.code, "\(note)")
                    #expect(
                        answer.object["detail"] as? String
                            == (missing.object["detail"] as? String)?.replacingOccurrences(of: "job-99999", with: id))
                } else if path.contains(session), !Caller.seeing.contains(caller) {
                    #expect(answer.status == 404 && answer.code == missingSession.code, "\(note)")
                    #expect(
                        answer.object["detail"] as? String
                            == (missingSession.object["detail"] as? String)?.replacingOccurrences(
                                of: "ses-99999", with: session))
                } else {
                    #expect([403, 404].contains(answer.status), "\(note)")
                }
            }
        }
        try await service.stop()
    }

    @Test func listsHoldOnlyWhatOneMaySee() async throws {
        let service = try await TestService()
        _ = try await service.post("/v1/organisations", ["name": "other"])
        _ = try await service.post("/v1/organisations/other/projects", ["name": "lab"])
        let alice = try await service.user("alice", "member", in: "local/main")
        let eve = try await service.user("eve", "member", in: "other/lab", organisation: "other")
        // The same name in another organisation is somebody else.
        let twin = try await service.user("alice", "member", in: "local/main", organisation: "other")
        let orla = try await service.user("orla", "viewer", in: "other", organisation: "other")
        let hers = try await service.finished(token: alice), theirs = try await service.finished(token: eve)
        let twins = try await service.finished(["seed": 8], token: twin)
        func listed(_ token: String, _ query: String = "") async throws -> [String] {
            let page = try await service.get("/v1/jobs" + query, token).object
            return (page["jobs"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        }
        #expect(try await listed(alice) == [twins, hers])
        #expect(try await listed(alice, "?mine=true") == [hers])
        #expect(try await listed(twin, "?mine=true") == [twins])
        #expect(try await listed(eve) == [theirs])
        #expect(try await listed(orla) == [theirs])
        #expect(try await listed(service.admin) == [twins, theirs, hers])
        #expect(try await service.get("/v1/jobs?project=local/main", eve).code == "account.unknown")
        let cancel = try await service.send("DELETE", "/v1/jobs/\(hers)?forget=true", token: twin)
        #expect(cancel.code == "forbidden")
        // Nor does one hand jobs in where one has no role.
        let foreign = try await service.post("/v1/jobs", TestService.submission(["project": "local/main"]), token: eve)
        #expect(foreign.code == "account.unknown")
        let viewer = try await service.user("vera", "viewer", in: "local/main")
        #expect(
            try await service.post("/v1/jobs", TestService.submission(["project": "local/main"]), token: viewer).code
                == "forbidden")
        try await service.stop()
    }
}
