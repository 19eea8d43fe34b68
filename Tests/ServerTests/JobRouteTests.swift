import Drivers
import Foundation
import Kernel
import Testing

@testable import Server

/// Jobs over HTTP, from submission to result, against a real server.
@Suite struct JobRouteTests {
    @Test func aJobGivesWhatTheCommandLineGives() async throws {
        let service = try await TestService()
        let submitted = try await service.post(
            "/v1/jobs",
            TestService.submission(["device": "heron-133", "shots": 200, "tenancy": "alone", "name": "bell"]))
        #expect(submitted.status == 202)
        let id = try #require(submitted.object["id"] as? String)
        #expect(submitted.headers["location"] == "/v1/jobs/\(id)")
        let job = try await service.get("/v1/jobs/\(id)?wait=60")
        #expect(job.object["status"] as? String == "completed")
        #expect(job.object["user"] as? String == "local/admin")
        #expect(job.object["project"] as? String == "local/main")
        var served = try await service.get("/v1/jobs/\(id)/result").object
        // The same request on a kernel in this process, as `kelvin run` has it.
        let document = SubmissionDocument(
            name: "bell", device: "heron-133", blocks: [.init(file: "program", text: TestService.bell)], shots: 200,
            seed: 7)
        var request = try document.request()
        request.tenancy = .alone
        let runtime = Runtime(devices: CatalogFleet(catalog: service.service.machines.catalog))
        let result = try await runtime.result(of: runtime.submit(request))
        let bytes = DocumentCoding.encode(ResultDocument(result, includesTiming: false))
        let expected = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? NSDictionary)
        #expect(served.removeValue(forKey: "timing") != nil)
        #expect(served as NSDictionary == expected)
        try await service.stop()
    }

    @Test func aKeyMakesOneJob() async throws {
        let service = try await TestService()
        var body = TestService.submission()
        body["seed"] = nil
        let first = try await service.post("/v1/jobs", body, key: "k1")
        let again = try await service.post("/v1/jobs", body, key: "k1")
        #expect(first.object["id"] as? String == again.object["id"] as? String)
        let other = try await service.post("/v1/jobs", body, key: "k2")
        #expect(first.object["id"] as? String != other.object["id"] as? String)
        body["shots"] = 101
        let reused = try await service.post("/v1/jobs", body, key: "k1")
        #expect(reused.status == 409)
        #expect(reused.code == "submission.key")
        #expect(!reused.text.contains("local/main"))
        // Someone else's key of the same name is another key.
        let alice = try await service.user("alice", "member", in: "local/main")
        let hers = try await service.post("/v1/jobs", body, token: alice, key: "k1")
        #expect(hers.status == 202)
        #expect(try await service.get("/v1/jobs").object["jobs"].map { ($0 as? [Any])?.count } == 3)
        let hostile = try await service.send(
            "POST", "/v1/jobs", token: service.admin, body: "{\"program\": \"\"}", headers: [("Idempotency-Key", "a b")]
        )
        #expect(hostile.code == "bad-request")
        try await service.stop()
    }

    @Test func pagesHoldEveryJobOnce() async throws {
        let service = try await TestService()
        var ids: [String] = []
        for k in 0..<7 {
            ids.append(try await service.finished(["tags": k % 2 == 0 ? ["even"] : ["odd", "né"], "seed": k]))
        }
        var path = "/v1/jobs?limit=3", seen: [String] = []
        while true {
            let page = try await service.get(path).object
            seen += (page["jobs"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
            guard let next = page["next"] as? String else { break }
            #expect(seen.count <= 7)
            path = next
        }
        #expect(seen == ids.reversed())
        func listed(_ query: String) async throws -> [String] {
            let page = try await service.get("/v1/jobs?" + query).object
            return (page["jobs"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        }
        #expect(try await listed("tag=even") == [ids[6], ids[4], ids[2], ids[0]])
        #expect(try await listed("tag=n%C3%A9&limit=2") == [ids[5], ids[3]])
        #expect(try await listed("state=failed").isEmpty)
        #expect(try await listed("state=failed&state=completed") == ids.reversed())
        #expect(try await listed("device=ideal&project=local/main") == ids.reversed())
        #expect(try await service.get("/v1/jobs?state=done").code == "bad-request")
        #expect(try await service.get("/v1/jobs?stat=completed").code == "bad-request")
        #expect(try await service.get("/v1/jobs?limit=0").code == "bad-request")
        try await service.stop()
    }

    @Test func eventsComeInOrderAndGoOnWhereTheyWereCut() async throws {
        let service = try await TestService()
        let submitted = try await service.post(
            "/v1/jobs", TestService.submission(["device": "heron-133", "shots": 400, "batchShots": 100]))
        let id = try #require(submitted.object["id"] as? String)
        // Follows from the beginning, whenever it connects; the stream ends with the job.
        let stream = try await service.get("/v1/jobs/\(id)/events")
        #expect(stream.headers["content-type"] == "text/event-stream")
        let events = stream.text.components(separatedBy: "\n\n").filter { $0.hasPrefix("id: ") }
        let names = events.compactMap {
            $0.components(separatedBy: "\nevent: ").last?.components(separatedBy: "\n").first
        }
        #expect(events.map { $0.prefix { $0 != "\n" } } == (1...events.count).map { "id: \($0)" })
        let states = names.filter { JobState(name: $0) != nil }
        #expect(states == ["created", "validated", "queued", "compiling", "running", "mitigating", "completed"])
        #expect(names.count { $0 == "part-finished" } >= 4)
        let rest = try await service.send(
            "GET", "/v1/jobs/\(id)/events", token: service.admin, headers: [("Last-Event-ID", "\(events.count - 2)")])
        #expect(rest.text == events.suffix(2).map { $0 + "\n\n" }.joined())
        try await service.stop()
    }

    @Test func aLongJobIsFollowedAndCancelled() async throws {
        let service = try await TestService()
        // Batches by the thousand: it does not end by itself while the test looks.
        let submitted = try await service.post(
            "/v1/jobs", TestService.submission(["device": "heron-133", "shots": 90_000, "batchShots": 20]))
        let id = try #require(submitted.object["id"] as? String)
        let early = try await service.get("/v1/jobs/\(id)/result")
        #expect(early.code == "unfinished")
        let begin = ContinuousClock.now
        let waited = try await service.get("/v1/jobs/\(id)?wait=0.3")
        #expect(begin.duration(to: .now) >= .milliseconds(280))
        #expect(waited.status == 200)
        let refused = try await service.send("DELETE", "/v1/jobs/\(id)?forget=true", token: service.admin)
        #expect(refused.code == "unfinished")
        let waiting = Task { try await service.get("/v1/jobs/\(id)?wait=60") }
        let cancelled = try await service.send("DELETE", "/v1/jobs/\(id)", token: service.admin)
        #expect(cancelled.status == 202)
        #expect(try await waiting.value.object["status"] as? String == "cancelled")
        #expect(try await service.get("/v1/jobs/\(id)/result").code == "cancelled")
        let forgotten = try await service.send("DELETE", "/v1/jobs/\(id)?forget=true", token: service.admin)
        #expect(forgotten.status == 204)
        #expect(try await service.get("/v1/jobs/\(id)").code == "unknown-job")
        #expect(try await service.get("/v1/jobs/\(id)/request").status == 404)
        try await service.stop()
    }

    @Test func aPausedJobGoesOn() async throws {
        let service = try await TestService()
        let submitted = try await service.post(
            "/v1/jobs", TestService.submission(["device": "heron-133", "shots": 30_000, "batchShots": 50]))
        let id = try #require(submitted.object["id"] as? String)
        #expect(try await service.post("/v1/jobs/\(id)/pause").status == 202)
        #expect(try await service.get("/v1/jobs/\(id)?wait=30").object["status"] as? String == "paused")
        #expect(try await service.get("/v1/jobs/\(id)/result").code == "paused")
        #expect(try await service.post("/v1/jobs/\(id)/resume").status == 202)
        #expect(try await service.get("/v1/jobs/\(id)?wait=60").object["status"] as? String == "completed")
        try await service.stop()
    }

    @Test func estimatesAndSweepsAreTakenAsTheyAreWritten() async throws {
        let service = try await TestService()
        let program = "OPENQASM 3.0; include \"stdgates.inc\"; input angle t; qubit q; ry(t) q;"
        let id = try await service.finished([
            "program": program, "observables": ["Z"], "inputs": [["t": 0], ["t": "pi/2"], ["t": Double.pi]],
            "mitigation": "none",
        ])
        let result = try await service.get("/v1/jobs/\(id)/result").object
        let blocks = try #require(result["results"] as? [[String: Any]])
        let values = (blocks[0]["estimates"] as? [[String: Any]] ?? []).compactMap { $0["value"] as? Double }
        #expect(values.count == 3)
        for (value, expected) in zip(values, [1.0, 0, -1]) { #expect(abs(value - expected) < 1e-9) }
        // What was asked for can be asked for again.
        let request = try await service.get("/v1/jobs/\(id)/request")
        let again = try await service.send("POST", "/v1/jobs", token: service.admin, body: request.text)
        #expect(again.status == 202, "\(again.text)")
        try await service.stop()
    }

    /// The machine time that a dry run tells is what the job takes, the measuring of the readout with it.
    /// A program of the form U U† U is as long on the machine as it was written, where that is asked for.
    @Test func gatesStayWhereThatIsAskedFor() async throws {
        let service = try await TestService()
        let program = """
            OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q;
            cz q[0], q[1]; cz q[0], q[1]; cz q[0], q[1]; cz q[0], q[1]; cz q[0], q[1]; h q; c = measure q;
            """
        func entanglers(_ changes: [String: Any]) async throws -> (count: Int, kept: Bool?) {
            let asked: [String: Any] = ["program": program, "device": "heron-133", "shots": 10]
            let id = try await service.finished(asked.merging(changes) { $1 })
            let result = try await service.get("/v1/jobs/\(id)/result").object
            let text = (result["programs"] as? [[String: Any]])?.first?["compiled"] as? String
            let options = result["options"] as? [String: Any]
            return (try #require(text).components(separatedBy: "cz $").count - 1, options?["keepsGates"] as? Bool)
        }
        #expect(try await entanglers(["keepGates": true]) == (5, true))
        #expect(try await entanglers(["keepGates": false]) == (1, nil))
        #expect(try await entanglers([:]) == (1, nil))
        let both = try await service.post(
            "/v1/jobs", TestService.submission(["keepGates": true, "compiled": true]))
        #expect(both.status == 422 && both.text.contains("keepGates"), "\(both.text)")
        try await service.stop()
    }

    @Test(arguments: ["readout", "none"])
    func theDryRunTellsTheMachineTime(mitigation: String) async throws {
        let service = try await TestService()
        for shots in [300, 4000] {
            let wish: [String: Any] = ["device": "heron-133", "shots": shots, "mitigation": mitigation]
            let dry = try await service.post("/v1/check", TestService.submission(wish))
            let offers = try #require(dry.object["offers"] as? [[String: Any]])
            let told = try #require(offers.first?["machineSeconds"] as? Double)
            let job = try await service.get("/v1/jobs/\(try await service.finished(wish))")
            let taken = try #require(job.object["machineSeconds"] as? Double)
            #expect(abs(told / taken - 1) < 0.1, "\(shots) shots: \(told) s told, \(taken) s taken")
        }
        try await service.stop()
    }

    /// Prices are the operator's; what a dry run says is seconds of the machine times what one costs.
    @Test func aDryRunTellsThePrice() async throws {
        let directory = TestService.directory()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try #"{"heron-133": 1.75}"#.write(toFile: directory + "/prices.json", atomically: true, encoding: .utf8)
        let service = try await TestService(directory: directory)
        let dry = try await service.post(
            "/v1/check", ["program": TestService.bell, "devices": ["heron-133", "garnet-20"], "shots": 2_000])
        for offer in try #require(dry.object["offers"] as? [[String: Any]]) {
            let seconds = try #require(offer["machineSeconds"] as? Double)
            let price = try #require(offer["price"] as? Double)
            let isPriced = offer["device"] as? String == "heron-133"
            #expect(abs(price - (isPriced ? 1.75 * seconds : 0)) < 1e-9 && seconds > 0)
        }
        try await service.stop(keepsDirectory: true)
        try "[1]".write(toFile: directory + "/prices.json", atomically: true, encoding: .utf8)
        await #expect { try await TestService(directory: directory) } throws: {
            ($0 as? KernelError)?.code == "storage.prices"
        }
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test func aDryRunIsWhatASubmissionMeets() async throws {
        let service = try await TestService()
        let offers = try await service.post(
            "/v1/check", ["program": TestService.bell, "devices": ["heron-133", "garnet-20"]])
        #expect(offers.status == 200, "\(offers.text)")
        let names = (offers.object["offers"] as? [[String: Any]] ?? []).compactMap { $0["device"] as? String }
        #expect(Set(names) == ["heron-133", "garnet-20"])
        let wide = "OPENQASM 3.0; qubit[40] q; bit[40] c; c = measure q;"
        for path in ["/v1/check", "/v1/jobs"] {
            let refused = try await service.post(path, ["program": wide, "device": "garnet-20"])
            #expect(refused.status == 422)
            #expect(refused.text.contains("20"))
            let wrong = try await service.post(path, ["program": "OPENQASM 3.0; qubit q; hh q;", "device": "ideal"])
            #expect(wrong.status == 422)
            #expect(wrong.code?.hasPrefix("QASM") == true)
        }
        // A dry run leaves nothing behind.
        #expect((try await service.get("/v1/jobs").object["jobs"] as? [Any])?.isEmpty == true)
        try await service.stop()
    }

    @Test func jobsOutliveTheService() async throws {
        let first = try await TestService()
        let done = try await first.finished()
        let result = try await first.get("/v1/jobs/\(done)/result").body
        let long = try await first.post(
            "/v1/jobs", TestService.submission(["device": "heron-133", "shots": 3_000, "batchShots": 30]), key: "long")
        let id = try #require(long.object["id"] as? String)
        try await first.stop(keepsDirectory: true)
        let second = try await TestService(directory: first.directory)
        #expect(second.admin == first.admin)
        #expect(try await second.get("/v1/jobs/\(done)/result").body == result)
        // A hundred parts, beside other tests.
        for _ in 0..<5 where try await second.get("/v1/jobs/\(id)").object["status"] as? String != "completed" {
            _ = try await second.get("/v1/jobs/\(id)?wait=60")
        }
        #expect(try await second.get("/v1/jobs/\(id)").object["status"] as? String == "completed")
        let counted = try await second.get("/v1/jobs/\(id)/result").object
        let programs = try #require(counted["programs"] as? [[String: Any]])
        #expect(programs.reduce(0) { $0 + ($1["shots"] as? Int ?? 0) } == 3_000)
        // What was acknowledged before is the same afterwards.
        let again = try await second.post(
            "/v1/jobs", TestService.submission(["device": "heron-133", "shots": 3_000, "batchShots": 30]), key: "long")
        #expect(again.object["id"] as? String == id)
        // Nobody else works in the directory meanwhile.
        await #expect(throws: KernelError.self) { _ = try await TestService(directory: first.directory) }
        try await second.stop()
    }
}
