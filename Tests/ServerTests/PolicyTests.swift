import Foundation
import Storage
import Testing

@testable import Server

/// Rules of who may run what: the right one decides, is named, and cannot be talked round.
@Suite struct PolicyTests {
    private static var rules: [String: Any] {
        [
            "rules": [
                ["name": "boss", "users": ["local/admin"], "decision": "allow"],
                [
                    "name": "wide", "over": ["qubits": 3], "devices": ["heron-*"], "decision": "deny",
                    "because": "students share it",
                ],
                ["name": "no-feed-forward", "kinds": ["dynamic", "compiled"], "decision": "deny"],
                ["name": "long", "over": ["shots": 1000, "machineSeconds": 100], "decision": "deny"],
                ["name": "nobody-alone", "kinds": ["dedicated"], "decision": "deny"],
            ]
        ]
    }

    private static func ghz(_ width: Int) -> String {
        "OPENQASM 3.0; include \"stdgates.inc\"; qubit[\(width)] q; bit[\(width)] c; h q[0]; c = measure q;"
    }

    private func policy(_ service: TestService, _ policy: [String: Any], headers: [(String, String)] = []) async throws
        -> HTTPAnswer
    {
        try await service.send(
            "PUT", "/v1/policy", token: service.admin,
            body: String(decoding: try JSONSerialization.data(withJSONObject: policy), as: UTF8.self), headers: headers)
    }

    @Test func theFirstRuleThatFitsDecidesAndIsNamed() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        #expect(try await policy(service, Self.rules).status == 200)
        func submit(_ changes: [String: Any], _ path: String = "/v1/jobs", token: String? = nil) async throws
            -> HTTPAnswer
        {
            var body = TestService.submission(changes)
            if changes["devices"] != nil { body["device"] = nil }
            return try await service.post(path, body, token: token ?? alice)
        }
        #expect(try await submit([:]).status == 202)
        let wide: [String: Any] = ["program": Self.ghz(4), "device": "heron-133"]
        for path in ["/v1/jobs", "/v1/check"] {
            let refused = try await submit(wide, path)
            #expect(refused.status == 403 && refused.code == "policy", "\(refused.text)")
            #expect(refused.text.contains("'wide'") && refused.text.contains("students share it"))
        }
        #expect(try await submit(wide, token: service.admin).status == 202)
        #expect(try await submit(["program": Self.ghz(4)]).status == 202)
        let dynamic = """
            OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit c; h q[0]; c = measure q[0]; if (c) { x q[1]; }
            c = measure q[1];
            """
        #expect(try await submit(["program": dynamic]).text.contains("'no-feed-forward'"))
        #expect(try await submit(["shots": 1001]).text.contains("'long'"))
        #expect(try await submit(["shots": 1000]).status == 202)
        // Sets of inputs count: many small ones are one large one.
        let sets = (0..<20).map { ["t": Double($0)] }
        let sweep = "OPENQASM 3.0; include \"stdgates.inc\"; input angle t; qubit q; bit c; ry(t) q; c = measure q;"
        #expect(try await submit(["program": sweep, "inputs": sets]).text.contains("'long'"))
        // Of several machines those that are left; a job is never moved to one that is forbidden.
        var several = wide
        several["devices"] = ["heron-133", "garnet-20"]
        several["shots"] = 50
        let moved = try await submit(several)
        let id = try #require(moved.object["id"] as? String, "\(moved.text)")
        let job = try await service.get("/v1/jobs/\(id)?wait=30", alice)
        #expect(job.object["device"] as? String == "garnet-20", "\(job.text)")
        let offers = try await submit(several, "/v1/check").object["offers"] as? [[String: Any]]
        #expect(offers?.map { $0["device"] as? String } == ["garnet-20"])
        #expect(
            try await service.post("/v1/sessions", ["device": "ideal", "kind": "dedicated"], token: alice).code
                == "policy")
        // A session may cost as much as it may last.
        #expect(try await service.post("/v1/sessions", ["device": "ideal"], token: alice).text.contains("'long'"))
        let short = try await service.post("/v1/sessions", ["device": "ideal", "maximalSeconds": 60], token: alice)
        #expect(short.status == 201, "\(short.text)")
        // The trail says which rule it was.
        let trail = try await service.get("/v1/audit?user=local/alice&limit=200").object
        let targets = (trail["entries"] as? [[String: Any]] ?? []).compactMap { $0["target"] as? String }
        #expect(targets.contains("policy:wide heron-133") && targets.contains("policy:long ideal"))
        try await service.stop()
    }

    @Test func rulesAreTriedOutBeforeTheyHold() async throws {
        let service = try await TestService()
        _ = try await service.user("alice", "member", in: "local/main")
        let trial: [String: Any] = [
            "user": "local/alice", "policy": Self.rules,
            "job": TestService.submission(["program": Self.ghz(4), "device": "heron-133"]),
        ]
        let verdict = try await service.post("/v1/policy/test", trial)
        #expect(verdict.status == 200 && verdict.object["isAllowed"] as? Bool == false, "\(verdict.text)")
        let machine = try #require((verdict.object["machines"] as? [[String: Any]])?.first)
        #expect(machine["rule"] as? String == "wide")
        let trace = try #require(machine["trace"] as? [[String: Any]])
        #expect(trace.map { $0["rule"] as? String } == ["boss", "wide"])
        #expect(trace[0]["mismatch"] as? String == "the user is local/alice")
        #expect((machine["figures"] as? [String: Any])?["qubits"] as? Double == 4)
        // Nothing holds yet.
        #expect(try await service.get("/v1/policy").object["rules"].map { ($0 as? [Any])?.isEmpty } == true)
        #expect(try await service.post("/v1/policy/test", ["user": "local/nobody", "job": [:]]).status == 422)
        let tag = try #require(try await service.get("/v1/policy").headers["etag"])
        #expect(try await policy(service, Self.rules, headers: [("If-Match", tag)]).status == 200)
        #expect(try await policy(service, Self.rules, headers: [("If-Match", tag)]).code == "precondition-failed")
        #expect(try await policy(service, Self.rules, headers: [("If-Match", "")]).code == "bad-request")
        for wrong: [String: Any] in [
            ["rules": [["name": "x"]]], ["rules": [["name": "x", "decision": "perhaps"]]],
            ["rules": [["name": "x", "decision": "deny", "kind": ["dynamic"]]]],
            ["rules": [["name": "x", "decision": "deny", "kinds": ["dynamical"]]]],
            ["rules": [["name": "x", "decision": "deny", "kinds": [String]()]]],
            ["rules": [["name": "x", "decision": "deny", "over": ["qbits": 3]]]],
            ["rules": [["name": "x", "decision": "deny", "over": [String: Any]()]]],
            ["rules": [["name": "x", "decision": "deny"], ["name": "x", "decision": "deny"]]],
            ["rules": [["name": "x", "decision": "deny", "roles": ["king"]]]], [:],
        ] { #expect(try await policy(service, wrong).code == "bad-field", "\(wrong)") }
        try await service.stop()
    }

    @Test func patternsFitWholeWords() {
        typealias Rule = UsePolicy.Rule
        #expect(Rule.matches("heron-133", "heron-*") && Rule.matches("heron-133", "*"))
        #expect(Rule.matches("acme/lab", "acme/*") && Rule.matches("a/b/c", "a*c"))
        #expect(!Rule.matches("heron-133", "heron") && !Rule.matches("xheron-1", "heron-*"))
        #expect(Rule.matches("", "*") && !Rule.matches("a", "") && Rule.matches("aXbXb", "a*b"))
        // A pattern that makes simple matchers take for ever.
        let text = String(repeating: "a", count: 5_000)
        #expect(!Rule.matches(text, String(repeating: "a*", count: 50) + "b"))
    }
}
