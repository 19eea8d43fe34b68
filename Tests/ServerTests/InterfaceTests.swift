import Foundation
import HTTPTypes
import Kernel
import Testing

@testable import Server

/// The edges of the interface: its description, its problems, its limits, and callers that mean harm.
@Suite struct InterfaceTests {
    @Test func theDescriptionHasEveryRouteAndNoOther() throws {
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json)) as? [String: Any])
        #expect(document["openapi"] as? String == "3.1.0")
        var described: [String: String] = [:]
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        for (path, operations) in paths {
            for (method, operation) in operations {
                described["\(method.uppercased()) \(path)"] = (operation as? [String: Any])?["operationId"] as? String
            }
        }
        let routes = Service.routes(bodyLimit: 1)
        let own = Dictionary(uniqueKeysWithValues: routes.map { ("\($0.method.rawValue) \($0.path)", $0.operation) })
        #expect(described == own)
        #expect(Set(own.values).count == routes.count)
        // What takes a body says so; what is open says so.
        for route in routes {
            let operation = paths[route.path]?[route.method.rawValue.lowercased()] as? [String: Any]
            #expect((operation?["requestBody"] != nil) == (route.bodyLimit > 0), "\(route.operation)")
            #expect((operation?["security"] != nil) == (route.access == .open), "\(route.operation)")
        }
        // Every field that a submission may have is described, and none besides.
        let schemas = (document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]]
        let fields = (schemas?["Submission"]?["properties"] as? [String: Any])?.keys.sorted()
        #expect(fields == SubmissionBody.fields.sorted())
        let kept = schemas?["KeptRequest"]?["properties"] as? [String: [String: Any]]
        #expect(kept?.keys.sorted() == (SubmissionDocument.fields + SubmissionBody.companions).sorted())
        let block = (kept?["blocks"]?["items"] as? [String: Any])?["properties"] as? [String: Any]
        #expect(block?.keys.sorted() == SubmissionDocument.Block.fields.sorted())
    }

    @Test func keptRequestsAreReadAsStrictlyAsOthers() async throws {
        let service = try await TestService()
        let id = try await service.finished(["shots": 10])
        let kept = try await service.get("/v1/jobs/\(id)/request").object
        #expect(try await service.post("/v1/jobs?wait=30", kept).object["status"] as? String == "completed")
        var wrong = kept
        wrong["shotss"] = 10
        #expect(try await service.post("/v1/jobs", wrong).code == "bad-field")
        wrong = kept
        var blocks = kept["blocks"] as? [[String: Any]] ?? []
        blocks[0]["input"] = ["x"]
        wrong["blocks"] = blocks
        let refused = try await service.post("/v1/jobs", wrong)
        #expect(refused.code == "bad-field" && refused.text.contains("blocks[0]"), "\(refused.text)")
        // Nobody gives a job the standing of the machines' own maintenance.
        wrong = kept
        wrong["priority"] = 3
        #expect(try await service.post("/v1/jobs", wrong).code == "bad-field")
        try await service.stop()
    }

    @Test func problemsSayWhatAndWhyAndWhatHelps() async throws {
        let service = try await TestService()
        let answers = [
            try await service.get("/v1/nothing"), try await service.get("/v1/jobs/job-5"),
            try await service.get("/v1/jobs/5;DROP%20TABLE%20jobs"),
            try await service.send("PUT", "/v1/jobs", token: service.admin),
            try await service.send("GET", "/v1/jobs"), try await service.post("/v1/jobs", ["program": 5]),
            try await service.post("/v1/jobs", ["program": "x", "shot": 5]),
            try await service.post("/v1/jobs", TestService.submission(["shots": NSNull()])),
            try await service.post("/v1/jobs", TestService.submission(["seed": -1])),
            try await service.post("/v1/jobs", TestService.submission(["language": "qpy", "program": "UUlTS0lU"])),
            try await service.send("POST", "/v1/jobs", token: service.admin, body: "{"),
            try await service.post("/v1/jobs", TestService.submission(["priority": "system"])),
            try await service.post("/v1/jobs", TestService.submission(["shots": 0])),
            try await service.post("/v1/jobs", TestService.submission(["calibration": "other"])),
        ]
        let expected: [(Int, String)] = [
            (404, "not-found"), (404, "unknown-job"), (404, "unknown-job"), (405, "method-not-allowed"),
            (401, "unauthenticated"), (422, "bad-field"), (422, "bad-field"), (422, "bad-field"), (422, "bad-field"),
            (422, "qpy"), (400, "bad-request"), (422, "bad-field"),
            (422, "shots"), (409, "calibration-changed"),
        ]
        for (answer, (status, code)) in zip(answers, expected) {
            #expect(answer.status == status && answer.code == code, "\(answer.text)")
            #expect(answer.headers["content-type"] == "application/problem+json")
            let problem = answer.object
            for field in ["type", "title", "detail", "cause", "cure", "documentation"] {
                #expect((problem[field] as? String)?.isEmpty == false, "\(field) in \(answer.text)")
            }
            #expect(problem["status"] as? Int == status)
            // What it points to is there.
            let page = try await service.send("GET", problem["type"] as? String ?? "")
            #expect(page.status == 200 && page.object["title"] as? String == problem["title"] as? String)
            #expect(problem["instance"] as? String == "urn:kelvin:request:" + (answer.headers["x-request-id"] ?? ""))
        }
        #expect(answers[3].headers["allow"] == "POST, GET" || answers[3].headers["allow"] == "GET, POST")
        let page = try await service.send("GET", "/v1/errors/unauthenticated")
        #expect(page.object["status"] as? Int == 401)
        try await service.stop()
    }

    @Test func devicesAreNamesAndNoPaths() async throws {
        let service = try await TestService()
        let file = try await service.get("/v1/devices/garnet-20/calibration")
        let path = service.directory + "/secret.json"
        try file.text.write(toFile: path, atomically: true, encoding: .utf8)
        for device in [path, "../secret.json", "./garnet-20.json", path + "#garnet-20", "garnet-20/../garnet-20"] {
            let submitted = try await service.post("/v1/jobs", TestService.submission(["device": device]))
            #expect(submitted.code == "unknown-device", "\(submitted.text)")
            let encoded = try #require(device.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            #expect(try await service.get("/v1/devices/\(encoded)").status == 404)
        }
        for path in ["/v1/devices/..%2f..%2fetc%2fpasswd", "/v1/jobs/../me", "/v1/%00", "/v1/devices/%ff", "//v1/me"] {
            #expect(try await service.get(path).status == 404, "\(path)")
        }
        // An include is taken from the request and from nowhere else.
        let including = try await service.post(
            "/v1/jobs", ["program": "OPENQASM 3.0; include \"\(path)\"; qubit q;", "device": "ideal"])
        #expect(including.status == 422)
        try await service.stop()
    }

    @Test func devicesAndTheirCalibrationsInTime() async throws {
        let service = try await TestService()
        let list = try await service.get("/v1/devices").list
        #expect(list.contains { $0["id"] as? String == "heron-133" })
        let answer = try await service.get("/v1/devices/heron-133").object
        let device = try #require(answer["device"] as? [String: Any])
        #expect(device["format"] as? String == "kelvin-device")
        let history = try await service.get("/v1/devices/heron-133/calibrations").object
        let versions = try #require(history["versions"] as? [[String: Any]])
        let id = try #require(versions.first?["id"] as? String), time = try #require(versions.first?["time"] as? String)
        let now = try await service.get("/v1/devices/heron-133/calibration")
        #expect(try await service.get("/v1/devices/heron-133/calibration?at=\(id)").body == now.body)
        #expect(try await service.get("/v1/devices/heron-133/calibration?at=\(time)").body == now.body)
        #expect(try await service.get("/v1/devices/heron-133/calibration?at=1999-01-01T00:00:00Z").status == 404)
        // What was read is not sent again.
        let tag = try #require(now.headers["etag"])
        let again = try await service.send(
            "GET", "/v1/devices/heron-133/calibration", token: service.admin,
            headers: [("If-None-Match", "\"x\", \(tag)")])
        #expect(again.status == 304 && again.body.isEmpty && again.headers["etag"] == tag)
        try await service.stop()
    }

    @Test func whatIsTooMuchIsRefusedAndTheServiceGoesOn() async throws {
        let service = try await TestService { $0.bodyLimit = 100_000 }
        let long = try await service.post("/v1/jobs", ["program": String(repeating: " ", count: 200_000)])
        #expect(long.status == 413)
        // Without a length, as it comes.
        let chunk = "186A0\r\n" + String(repeating: "x", count: 100_000) + "\r\n"
        let endless = try RawConnection(port: service.port)
        endless.send(
            Array(
                ("POST /v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(service.admin)\r\n"
                    + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunk + chunk).utf8))
        #expect(HTTPAnswer(endless.receiveAll())?.status == 413)
        endless.close()
        let deep = try await service.send(
            "POST", "/v1/jobs", token: service.admin, body: "{\"program\":" + String(repeating: "[", count: 40_000))
        #expect(deep.status == 400)
        let nested = String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000)
        let closed = try await service.send("POST", "/v1/jobs", token: service.admin, body: "{\"program\":\(nested)}")
        #expect([400, 422].contains(closed.status))
        let headers = (0..<200).map { ("X-\($0)", "y") }
        #expect(
            [400, 431].contains(try await service.send("GET", "/v1/me", token: service.admin, headers: headers).status))
        let invalid = try RawConnection(port: service.port)
        invalid.send(
            Array(
                "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(service.admin)\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{\"program\":\""
                    .utf8)
                + [0xFF, 0xFE] + Array("\"}".utf8))
        #expect(HTTPAnswer(invalid.receiveAll())?.code == "bad-request")
        invalid.close()
        #expect(try await service.get("/v1/ready").status == 200)
        try await service.stop()
    }

    /// A request that never ends holds its connection no longer than the deadline, however lively it is.
    @Test func slowRequestsAreCutOff() async throws {
        let service = try await TestService { $0.requestSeconds = 1 }
        let slow = try RawConnection(port: service.port)
        let begin = ContinuousClock.now
        slow.send(Array("GET /v1/me HTTP/1.1\r\n".utf8))
        let feeder = Task.detached {
            for k in 0..<300 where !Task.isCancelled {
                slow.send(Array("X-\(k): y\r\n".utf8))
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        let closedAfter = await Task.detached {
            _ = slow.receiveAll()
            return begin.duration(to: .now)
        }.value
        feeder.cancel()
        #expect(closedAfter < .seconds(8))
        slow.close()
        #expect(try await service.get("/v1/ready").status == 200)
        try await service.stop()
    }

    @Test func aTokenHasItsRate() async throws {
        let service = try await TestService { $0.requestsPerSecond = 1 }
        var answers: [HTTPAnswer] = []
        while answers.count < 200, answers.last?.status != 429 { answers.append(try await service.get("/v1/me")) }
        // Two seconds' worth at once, and never less.
        #expect(answers.prefix(2).allSatisfy { $0.status == 200 })
        #expect(answers.last?.code == "rate-limit")
        #expect(answers.last?.headers["retry-after"] == "1")
        try await service.stop()
    }

    @Test func arraysThatNobodyCanHoldAreRefused() async throws {
        let service = try await TestService()
        let id = try await service.finished()
        var request = try await service.get("/v1/jobs/\(id)/request").object
        let block = try #require((request["blocks"] as? [[String: Any]])?.first)
        for shape in [[Int.max / 2, 4], [-1], [-1, -1], [1 << 21, 0, 3]] {
            request["blocks"] = [block.merging(["shape": shape, "rows": [[String]]()]) { $1 }]
            let refused = try await service.post("/v1/jobs", request)
            #expect(refused.status == 422, "\(shape): \(refused.text)")
            request["blocks"] = [block.merging(["observables": ["ZZ"], "observableShape": shape]) { $1 }]
            #expect(try await service.post("/v1/jobs", request).status == 422, "\(shape)")
        }
        // Small as they are written, and together more than anybody can wait for.
        let rows = Array(repeating: ["0.5"], count: 2_000)
        let program = "OPENQASM 3.0; include \"stdgates.inc\"; input angle t; qubit q; ry(t) q;"
        request["blocks"] = [
            block.merging([
                "text": program, "inputs": ["t"], "shape": [2_000, 1], "rows": rows,
                "observables": Array(repeating: "Z", count: 2_000), "observableShape": [2_000],
            ]) { $1 }
        ]
        let wide = try await service.post("/v1/jobs", request)
        #expect(wide.status == 422 && wide.text.contains("[2000, 2000]"), "\(wide.text)")
        try await service.stop()
    }

    @Test func aProjectHasItsNumberOfJobs() async throws {
        let service = try await TestService { $0.jobsPerProject = 2 }
        let long = TestService.submission(["device": "heron-133", "shots": 90_000, "batchShots": 20])
        let first = try await service.post("/v1/jobs", long)
        #expect(try await service.post("/v1/jobs", long).status == 202)
        #expect(try await service.post("/v1/jobs", long).code == "too-many-jobs")
        let id = try #require(first.object["id"] as? String)
        _ = try await service.post("/v1/jobs/\(id)/cancel")
        // The worker that was on it has stopped a moment later.
        var status = 429
        for _ in 0..<100 where status == 429 {
            status = try await service.post("/v1/jobs", long).status
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(status == 202)
        try await service.stop()
    }

    @Test func metersAndTheAuditTrailTellWhatHappened() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        let id = try await service.finished(token: alice)
        _ = try await service.send("DELETE", "/v1/jobs/\(id)?forget=true", token: alice)
        let meters = try await service.get("/v1/metrics")
        #expect(meters.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(meters.text.contains("kelvin_http_requests_total{operation=\"submitJob\",status=\"202\"} 1\n"))
        #expect(meters.text.contains("kelvin_jobs{state=\"running\"} 0\n"))
        let trail = try await service.get("/v1/audit?user=local/alice").object
        let entries = try #require(trail["entries"] as? [[String: Any]])
        #expect(entries.map { $0["action"] as? String } == ["deleteJob", "submitJob"])
        #expect(entries.first?["target"] as? String == id)
        #expect(entries.first?["status"] as? Int == 204)
        let first = try await service.get("/v1/audit?limit=1").object
        let next = try #require(first["next"] as? String)
        #expect((try await service.get(next).object["entries"] as? [Any])?.count == 1)
        try await service.stop()
    }
}
