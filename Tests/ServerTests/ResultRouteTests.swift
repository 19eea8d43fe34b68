import Foundation
import Kernel
import Synchronization
import Testing

@testable import Server

/// Results in all their forms: as bits, as one file, and once.
@Suite struct ResultRouteTests {
    private static let binary = [("Accept", "application/octet-stream")]

    private func tallied(_ body: [UInt8]) throws -> (file: ShotFile, counts: [String: Int]) {
        try #require(body.count > 16 && Array(body[..<8]) == Array("KELVSHOT".utf8))
        let length = (0..<4).reduce(0) { $0 | Int(body[12 + $1]) << (8 * $1) }
        let file = try JSONDecoder().decode(ShotFile.self, from: Data(body[16..<16 + length]))
        var tally: [UInt64: Int] = [:], place = 16 + length
        let program = try #require(file.programs.first)
        for _ in 0..<program.shots {
            var word: UInt64 = 0
            for k in 0..<program.bytesPerShot { word |= UInt64(body[place + k]) << UInt64(8 * k) }
            tally[word, default: 0] += 1
            place += program.bytesPerShot
        }
        #expect(place == body.count)
        let counts = tally.map { word, count in
            let text = String(word, radix: 2)
            return (String(repeating: "0", count: program.bits - text.count) + text, count)
        }
        return (file, Dictionary(uniqueKeysWithValues: counts))
    }

    /// A million shots, piece by piece; what comes is what was counted.
    @Test func aMillionShotsAreSentAsBits() async throws {
        let service = try await TestService()
        let program = """
            OPENQASM 3.0; include "stdgates.inc"; qubit[12] q; bit[12] c; for int k in [0:11] { h q[k]; } c = measure q;
            """
        let id = try await service.finished(["program": program, "shots": 1_000_000, "mitigation": "none"])
        // Unoptimised, and beside other tests, it takes its time.
        for _ in 0..<5 where try await service.get("/v1/jobs/\(id)").object["status"] as? String != "completed" {
            _ = try await service.get("/v1/jobs/\(id)?wait=60")
        }
        let body = try await service.send("GET", "/v1/jobs/\(id)/result", token: service.admin, headers: Self.binary)
        #expect(body.status == 200 && body.headers["content-type"] == "application/octet-stream")
        #expect(body.headers["transfer-encoding"] == "chunked" && body.headers["vary"] == "Accept")
        let (file, counts) = try tallied(body.body)
        #expect(file.programs[0].shots == 1_000_000 && file.programs[0].bytesPerShot == 2)
        let result = try await service.get("/v1/jobs/\(id)/result")
        let samples = ((result.object["results"] as? [[String: Any]])?[0]["samples"] as? [[String: Any]])?[0]
        #expect(samples?["counts"] as? [String: Int] == counts)
        // Twelve times smaller than the same in JSON with its correction; and smaller than one piece a shot.
        #expect(body.body.count < 2_001_000)
        let wishes = [
            ("application/json", 200), ("*/*", 200), ("application/*;q=0.1", 200), ("text/html", 406),
            ("application/json;q=0, text/*", 406),
        ]
        for (wish, status) in wishes {
            let answer = try await service.send(
                "GET", "/v1/jobs/\(id)/result", token: service.admin, headers: [("Accept", wish)])
            #expect(answer.status == status, "\(wish)")
            if status == 200 { #expect(answer.headers["content-type"] == "application/json") }
        }
        let mixed = try await service.send(
            "GET", "/v1/jobs/\(id)/result", token: service.admin,
            headers: [("Accept", "application/json;q=0.5, application/octet-stream")])
        #expect(mixed.headers["content-type"] == "application/octet-stream")
        try await service.stop()
    }

    @Test func aBundleIsWholeAndRunsAgainToTheSame() async throws {
        let service = try await TestService()
        let id = try await service.finished(["device": "garnet-20"])
        let answer = try await service.get("/v1/jobs/\(id)/bundle")
        #expect(answer.headers["content-type"] == "application/x-tar")
        let bundle = try ResultBundle(verifying: answer.body)
        #expect(answer.headers["x-kelvin-bundle-digest"] == bundle.digest && bundle.manifest.job == id)
        let names = Set(bundle.manifest.parts.map(\.name))
        #expect(
            names.isSuperset(of: [
                "request.json", "result.json", "itinerary.json", "history.json", "devices/0.json", "compiled/0.qasm",
                "shots.bin",
            ]))
        let replay = try await Replay(bundle, on: service.service.machines.catalog)
        #expect(replay.isEqual, "\(replay.differences)")
        let long = try await service.post(
            "/v1/jobs", TestService.submission(["device": "heron-133", "shots": 90_000, "batchShots": 20]))
        let unfinished = try #require(long.object["id"] as? String)
        #expect(try await service.get("/v1/jobs/\(unfinished)/bundle").code == "unfinished")
        try await service.stop()
    }

    /// Twenty readers at a time: one gets it, the others learn who did, and nothing of it is left.
    @Test(arguments: ["application/json", "application/octet-stream", "bundle"])
    func aPrivateResultIsGivenOutOnce(_ form: String) async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        let id = try await service.finished(["readOnce": true, "name": "sesame"], token: alice)
        let path = "/v1/jobs/\(id)/" + (form == "bundle" ? "bundle" : "result")
        // Its owner's alone, whatever others may otherwise.
        for route in ["result", "bundle", "request"] {
            #expect(try await service.get("/v1/jobs/\(id)/\(route)").code == "forbidden")
        }
        // A look at its head takes nothing away.
        #expect(try await service.send("HEAD", path, token: alice).status == 405)
        let headers = form == "bundle" ? [] : [("Accept", form)]
        let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            for _ in 0..<20 {
                group.addTask { try await service.send("GET", path, token: alice, headers: headers) }
            }
            return try await group.reduce(into: [HTTPAnswer]()) { $0.append($1) }
        }
        let winners = answers.filter { $0.status == 200 }
        #expect(winners.count == 1)
        if form == "application/octet-stream", let winner = winners.first {
            #expect(try tallied(winner.body).counts.values.reduce(0, +) == 100)
        }
        for loser in answers where loser.status != 200 {
            #expect(loser.status == 410 && loser.code == "read-once" && loser.text.contains("local/alice"))
        }
        for route in ["result", "bundle"] {
            #expect(try await service.get("/v1/jobs/\(id)/\(route)", alice).code == "read-once")
        }
        // Of all who asked the trail has the one who got it.
        let page = try await service.get("/v1/audit?limit=1000").object["entries"] as? [[String: Any]]
        let given = try #require(page).filter { $0["action"] as? String == "giveOut" }
        #expect(given.map { $0["target"] as? String } == [id] && given.map { $0["user"] as? String } == ["local/alice"])
        #expect(try await service.get("/v1/jobs/\(id)/request", alice).status == 404)
        #expect(try await service.get("/v1/jobs/\(id)", alice).object["status"] as? String == "completed")
        try await service.stop(keepsDirectory: true)
        try FileManager.default.removeItem(atPath: service.directory)
    }
}
