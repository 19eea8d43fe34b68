import Foundation
import HTTPTypes
import Testing

@testable import Server

/// What a browser gets, and what it may do with a cookie.
@Suite struct DashboardTests {
    @Test func pagesAreWholeAndFetchNothingFromElsewhere() async throws {
        let service = try await TestService()
        let front = try await service.send("GET", "/dashboard")
        #expect(front.status == 200)
        let policy = try #require(front.headers["content-security-policy"])
        for rule in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"] {
            #expect(policy.contains(rule))
        }
        #expect(!policy.contains("unsafe"))
        #expect(try await service.send("GET", "/").headers["location"] == "/dashboard")
        // Every page that a page names is there, and none is named from elsewhere or written inline.
        var named: Set<String> = []
        for (name, page) in Dashboard.pages.merging(["index.html": Dashboard.front], uniquingKeysWith: { $1 }) {
            let text = String(decoding: page.bytes, as: UTF8.self)
            for match in text.matches(of: /(?:from "\.\/|"\/dashboard\/)([a-z]+\.[a-z]+)"/) {
                named.insert(String(match.1))
            }
            if name.hasSuffix(".html") || name.hasSuffix(".js") {
                #expect(!text.contains("https://") && !text.contains("innerHTML") && !text.contains("eval("), "\(name)")
                #expect(!text.contains(/<[a-z][^>]* (on[a-z]+|style)=/), "\(name)")
            }
        }
        #expect(named == Set(Dashboard.pages.keys))
        for name in named {
            let answer = try await service.send("GET", "/dashboard/\(name)")
            #expect(answer.status == 200 && answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["content-type"] == Dashboard.pages[name]?.type)
        }
        #expect(try await service.send("GET", "/dashboard/..%2fadmin.token").status == 404)
        #expect(try await service.send("GET", "/dashboard/other.js").code == "not-found")
        try await service.stop()
    }

    @Test func aBrowserSignsInAndOut() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        let (cookie, word) = try await signIn(service, alice)
        let headers = [("Cookie", cookie)], guarded = headers + [("X-Kelvin-Guard", word)]
        #expect(try await service.send("GET", "/v1/me", headers: headers).status == 200)
        #expect(
            try await service.send("GET", "/dashboard/session", headers: headers).object["guardWord"] as? String == word
        )
        // Looking needs the cookie; changing needs the word that another site's page cannot know.
        let body = String(
            decoding: try JSONSerialization.data(withJSONObject: TestService.submission()), as: UTF8.self)
        for wrong in [headers, headers + [("X-Kelvin-Guard", "")], headers + [("X-Kelvin-Guard", word + "x")]] {
            let refused = try await service.send("POST", "/v1/jobs", body: body, headers: wrong)
            #expect(refused.status == 403 && refused.code == "forbidden")
        }
        #expect(try await service.send("POST", "/v1/jobs", body: body, headers: guarded).status == 202)
        // A browser may do what its token may, and no more.
        #expect(try await service.send("GET", "/v1/audit", headers: headers).status == 403)
        #expect(try await service.send("DELETE", "/dashboard/session", headers: headers).status == 403)
        let out = try await service.send("DELETE", "/dashboard/session", headers: guarded)
        #expect(out.status == 204 && out.headers["set-cookie"]?.contains("Max-Age=0") == true)
        #expect(try await service.send("GET", "/v1/me", headers: headers).status == 401)
        try await service.stop()
    }

    @Test func aSessionIsAsGoodAsItsToken() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        let (cookie, _) = try await signIn(service, alice)
        let token = try #require(
            (try await service.get("/v1/me", alice).object["token"] as? [String: Any])?["id"] as? String)
        #expect(try await service.send("DELETE", "/v1/tokens/\(token)", token: alice).status < 300)
        #expect(try await service.send("GET", "/v1/me", headers: [("Cookie", cookie)]).status == 401)
        // Neither a token nor what looks like one is a cookie.
        for text in [alice, service.admin, "kelvin_" + String(repeating: "A", count: 43), "", "x; \(cookie)x"] {
            let answer = try await service.send("GET", "/v1/me", headers: [("Cookie", "kelvin_session=\(text)")])
            #expect(answer.status == 401)
        }
        let wrong = try await service.send(
            "POST", "/dashboard/session", body: "{\"token\":\"kelvin_\(String(repeating: "A", count: 43))\"}")
        #expect(wrong.status == 401 && wrong.headers["set-cookie"] == nil)
        try await service.stop()
    }

    @Test func sessionsEnd() {
        let sessions = BrowserSessions()
        let opened = sessions.open(token: [1], now: 1_000)
        func isOpen(_ now: Double) -> Bool {
            var request = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
            request.headerFields[.cookie] = "a=b; kelvin_session=\(opened.cookie)"
            return sessions.session(of: request, now: now) != nil
        }
        #expect(isOpen(1_000 + BrowserSessions.idle - 1))
        #expect(isOpen(1_000 + 2 * BrowserSessions.idle - 2))
        #expect(!isOpen(1_000 + 3 * BrowserSessions.idle))
        #expect(!isOpen(1_000))
    }

    @Test func programsAreDiagnosed() async throws {
        let service = try await TestService()
        let right = try await service.post("/v1/diagnosis", ["program": TestService.bell])
        let circuit = try #require(right.object["circuit"] as? [String: Any])
        #expect(circuit["qubits"] as? Int == 2 && (circuit["drawing"] as? String)?.contains("●") == true)
        let wrong = try await service.post("/v1/diagnosis", ["program": "OPENQASM 3.0;\nqubit q;\nhh q;\n"])
        #expect(wrong.status == 200 && wrong.object["circuit"] == nil)
        let list = (wrong.object["diagnosis"] as? [String: Any])?["diagnostics"] as? [[String: Any]]
        let start = (list?.first?["range"] as? [String: Any])?["start"] as? [String: Any]
        #expect(list?.first?["severity"] as? String == "error" && start?["line"] as? Int == 3)
        #expect(try await service.post("/v1/diagnosis", ["program": "", "dialect": "none"]).code == "bad-field")
        try await service.stop()
    }

    private func signIn(_ service: TestService, _ token: String) async throws -> (cookie: String, word: String) {
        let answer = try await service.send("POST", "/dashboard/session", body: "{\"token\":\"\(token)\"}")
        let set = try #require(answer.headers["set-cookie"])
        #expect(set.contains("HttpOnly") && set.contains("SameSite=Strict") && !set.contains(token))
        return (
            String(try #require(set.split(separator: ";").first)), try #require(answer.object["guardWord"] as? String)
        )
    }
}
