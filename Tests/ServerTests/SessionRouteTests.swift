import Foundation
import Hardware
import Testing

@testable import Server

/// Sessions and batches over HTTP: they are the kernel's, with its limits, and nobody else's.
@Suite struct SessionRouteTests {
    private func opened(_ service: TestService, _ body: [String: Any], token: String? = nil) async throws -> String {
        let answer = try await service.post("/v1/sessions", body, token: token)
        #expect(answer.status == 201, "\(answer.text)")
        let id = try #require(answer.object["id"] as? String)
        #expect(answer.headers["location"] == "/v1/sessions/\(id)")
        return id
    }

    @Test func jobsOfASessionRunOnItsMachineUntilItIsClosed() async throws {
        let service = try await TestService()
        let id = try await opened(service, ["device": "garnet-20", "kind": "dedicated", "maximalSeconds": 600])
        let open = try await service.get("/v1/sessions/\(id)").object
        #expect(open["status"] as? String == "open" && open["user"] as? String == "local/admin")
        var body = TestService.submission(["session": id, "shots": 50])
        // The machine is the session's.
        #expect(try await service.post("/v1/jobs", body).code == "bad-field")
        body["device"] = nil
        var jobs: [String] = []
        for seed in 0..<3 {
            body["seed"] = seed
            let answer = try await service.post("/v1/jobs?wait=30", body)
            #expect(answer.object["status"] as? String == "completed", "\(answer.text)")
            #expect(answer.object["session"] as? String == id)
            jobs.append(try #require(answer.object["id"] as? String))
        }
        let used = try await service.get("/v1/sessions/\(id)").object
        #expect(used["status"] as? String == "active")
        #expect((used["machineSeconds"] as? Double ?? 0) > 0)
        let result = try await service.get("/v1/jobs/\(jobs[0])/result").object
        #expect((result["device"] as? [String: Any])?["id"] as? String == "garnet-20")
        _ = try await service.finished()
        let page = try await service.get("/v1/jobs?session=\(id)").object
        #expect((page["jobs"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == jobs.reversed())
        // The same key into another session is another request.
        let other = try await opened(service, ["device": "garnet-20"])
        body["seed"] = 9
        #expect(try await service.post("/v1/jobs?wait=30", body, key: "k").status == 200)
        body["session"] = other
        #expect(try await service.post("/v1/jobs", body, key: "k").code == "submission.key")
        let closed = try await service.send("DELETE", "/v1/sessions/\(id)", token: service.admin)
        #expect(closed.status == 200 && closed.object["status"] as? String == "closed")
        body["session"] = id
        #expect(try await service.post("/v1/jobs", body).code == "session-over")
        body["session"] = "ses-99"
        #expect(try await service.post("/v1/jobs", body).code == "unknown-session")
        let listed = try await service.get("/v1/sessions?limit=1").object
        #expect((listed["sessions"] as? [[String: Any]])?.first?["id"] as? String == other)
        let next = try await service.get(try #require(listed["next"] as? String)).object
        #expect((next["sessions"] as? [[String: Any]])?.first?["id"] as? String == id)
        let active = try await service.get("/v1/sessions?status=closed").object
        #expect((active["sessions"] as? [[String: Any]])?.map { $0["id"] as? String } == [id])
        try await service.stop()
    }

    /// A dedicated session has the machine to itself; when it is cancelled, whoever waited goes on.
    @Test func aDedicatedSessionKeepsOthersOutUntilItIsCancelled() async throws {
        let service = try await TestService()
        let id = try await opened(service, ["device": "garnet-20", "kind": "dedicated"])
        let long = try await service.post(
            "/v1/jobs", ["program": TestService.bell, "session": id, "shots": 20_000, "batchShots": 2])
        #expect(long.status == 202, "\(long.text)")
        let job = try #require(long.object["id"] as? String)
        for _ in 0..<200 {
            if try await service.get("/v1/sessions/\(id)").object["status"] as? String == "active" { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        let dry = try await service.post("/v1/check", TestService.submission(["device": "garnet-20"]))
        let offer = try #require((dry.object["offers"] as? [[String: Any]])?.first, "\(dry.text)")
        #expect((offer["waitSeconds"] as? Double ?? 0) > 28_000)
        let reason = "garnet-20 is kept by the dedicated session \(id) until"
        #expect((offer["hindrance"] as? String)?.hasPrefix(reason) == true, "\(dry.text)")
        let soon = Timestamp.text(from: Date().timeIntervalSince1970 + 600)
        for path in ["/v1/check", "/v1/jobs"] {
            let late = try await service.post(path, TestService.submission(["device": "garnet-20", "deadline": soon]))
            #expect(late.status == 422 && late.code == "appraisal.refused", "\(late.text)")
            #expect(late.text.contains(reason))
        }
        let outside = try await service.post("/v1/jobs", TestService.submission(["device": "garnet-20"]))
        let waiting = try #require(outside.object["id"] as? String)
        let still = try await service.get("/v1/jobs/\(waiting)?wait=0.7")
        #expect(still.object["status"] as? String == "queued")
        #expect((still.object["reason"] as? String)?.hasPrefix(reason) == true, "\(still.text)")
        let closing = try await service.send("DELETE", "/v1/sessions/\(id)", token: service.admin)
        #expect(closing.status == 202 && closing.object["status"] as? String == "closing")
        _ = try await service.send("DELETE", "/v1/sessions/\(id)?cancel=true", token: service.admin)
        #expect(try await service.get("/v1/jobs/\(job)?wait=30").object["status"] as? String == "cancelled")
        #expect(try await service.get("/v1/jobs/\(waiting)?wait=30").object["status"] as? String == "completed")
        #expect(try await service.get("/v1/sessions/\(id)").object["status"] as? String == "closed")
        try await service.stop()
    }

    /// Whoever has used up a budget is refused by a dry run, and their jobs stand aside at once; nobody waits for ever.
    @Test func aDryRunRefusesWhatNobodyPaysFor() async throws {
        let service = try await TestService()
        let id = try await opened(service, ["device": "heron-133", "budget": 0.001])
        var body = TestService.submission(["session": id, "shots": 500])
        body["device"] = nil
        let first = try await service.post("/v1/check", body)
        #expect(first.status == 200, "\(first.text)")
        #expect((first.object["shortage"] as? String)?.contains("\(id) has 0.001 of 0.001 s left") == true)
        for place in 1...2 {
            let job = try await service.post("/v1/jobs?wait=30", body)
            #expect(job.object["status"] as? String == "paused", "job \(place): \(job.text)")
            let reason = try #require(job.object["reason"] as? String)
            #expect(reason.contains("the budget of the session \(id) is used up"))
        }
        let spent = try await service.post("/v1/check", body)
        #expect(spent.status == 422 && spent.code == "budget.spent", "\(spent.text)")
        #expect(spent.text.contains("of 0.001 s"), "\(spent.text)")
        // Of the project, likewise.
        let budget = try await service.send(
            "PUT", "/v1/projects/local/main/budget", token: service.admin, body: #"{"machineSeconds": 0}"#)
        #expect(budget.status == 200, "\(budget.text)")
        let project = try await service.post("/v1/check", TestService.submission(["device": "heron-133"]))
        #expect(project.status == 422 && project.code == "budget.spent", "\(project.text)")
        #expect(project.text.contains("the budget of local/main is used up"))
        try await service.stop()
    }

    @Test func aSessionEndsWhenItLiesIdleAndOutlivesTheService() async throws {
        let first = try await TestService()
        let idle = try await opened(first, ["device": "ideal", "idleSeconds": 1])
        let kept = try await opened(first, ["device": "ideal", "idleSeconds": 600, "kind": "batch"])
        try await first.stop(keepsDirectory: true)
        let second = try await TestService(directory: first.directory)
        var status: String?
        for _ in 0..<100 where status != "closed" {
            status = try await second.get("/v1/sessions/\(idle)").object["status"] as? String
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(status == "closed")
        let job = try await second.post("/v1/jobs?wait=30", ["program": TestService.bell, "session": kept, "shots": 5])
        #expect(job.object["status"] as? String == "completed", "\(job.text)")
        try await second.stop()
    }

    @Test func nobodyUsesSomeoneElsesSession() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        let bob = try await service.user("bob", "member", in: "local/main")
        let vera = try await service.user("vera", "viewer", in: "local/main")
        let otto = try await service.user("otto", "operator", in: "local/main")
        _ = try await service.post("/v1/organisations", ["name": "other"])
        _ = try await service.post("/v1/organisations/other/projects", ["name": "lab"])
        let eve = try await service.user("eve", "admin", in: "other/lab", organisation: "other")
        #expect(try await service.post("/v1/sessions", ["device": "ideal"], token: vera).status == 422)
        #expect(
            try await service.post("/v1/sessions", ["device": "ideal", "project": "local/main"], token: vera).code
                == "forbidden")
        let id = try await opened(service, ["device": "ideal"], token: alice)
        let body: [String: Any] = ["program": TestService.bell, "session": id]
        #expect(try await service.post("/v1/jobs", body, token: bob).code == "forbidden")
        // Whoever may not see it is told the same as of one that never was.
        let missing = try await service.post("/v1/jobs", body.merging(["session": "ses-77"]) { $1 }, token: eve)
        let hidden = try await service.post("/v1/jobs", body, token: eve)
        #expect(hidden.status == 404 && hidden.code == missing.code)
        #expect(
            hidden.object["detail"] as? String
                == (missing.object["detail"] as? String)?.replacingOccurrences(of: "ses-77", with: id))
        #expect(try await service.send("DELETE", "/v1/sessions/\(id)", token: bob).code == "forbidden")
        #expect(try await service.send("DELETE", "/v1/sessions/\(id)", token: eve).code == "unknown-session")
        #expect((try await service.get("/v1/sessions", eve).object["sessions"] as? [Any])?.isEmpty == true)
        #expect((try await service.get("/v1/sessions", vera).object["sessions"] as? [Any])?.count == 1)
        #expect(try await service.send("DELETE", "/v1/sessions/\(id)", token: otto).status == 200)
        for wrong: [String: Any] in [
            ["device": "nothing"], ["device": "../x"], ["device": "ideal", "kind": "loud"],
            ["device": "ideal", "idleSeconds": 0], ["device": "ideal", "maximalSeconds": 1e9],
            ["device": "ideal", "budget": -1], ["device": "ideal", "extra": 1], [:],
        ] { #expect([400, 422].contains(try await service.post("/v1/sessions", wrong).status), "\(wrong)") }
        try await service.stop()
    }
}
