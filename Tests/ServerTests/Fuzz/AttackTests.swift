import Foundation
import Testing

@testable import Server

/// Callers that mean harm: every operation with everything that the grammar makes of it, wrong tokens by the thousand,
/// connections that never say what they want. Nothing leaks, nothing breaks, memory stays where it was.
@Suite(.serialized) struct AttackTests {
    /// Words that alice alone may read.
    private static let marker = "quokka-7f3a91"

    private static var count: Int {
        ProcessInfo.processInfo.environment["KELVIN_ATTACKS"].flatMap { Int($0) } ?? 1_500
    }

    private static func residentMegabytes() -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }

    @Test func everyOperationBearsWhateverComes() async throws {
        let service = try await TestService {
            $0.jobsPerProject = 20
            $0.wrongTokensPerMinute = 1_000_000
            $0.graceSeconds = 1
            $0.requestSeconds = 5
        }
        _ = try await service.post("/v1/organisations", ["name": "other"])
        _ = try await service.post("/v1/organisations/other/projects", ["name": "lab"])
        let alice = try await service.user("alice", "member", in: "local/main")
        let eve = try await service.user("eve", "admin", in: "other", organisation: "other")
        let mallory = try await service.user("mallory", "member", in: "other/lab", organisation: "other")
        let program = "// \(Self.marker)\n" + TestService.bell
        let job = try await service.finished(
            ["program": program, "name": Self.marker, "tags": [Self.marker]], token: alice)
        let session = try await service.post("/v1/sessions", ["device": "ideal", "idleSeconds": 3600], token: alice)
        let hers = try await service.finished(["project": "other/lab"], token: eve)
        let result = try await service.get("/v1/jobs/\(job)/result", alice).body
        let tokens: [String?] = [
            eve, mallory, eve, mallory, nil, "kelvin_" + String(repeating: "A", count: 43), "a.b.c",
        ]
        var grammar = try RequestGrammar(
            seed: 7,
            names: [
                "job": [job, hers, "job-1", "job-999"], "session": [session.object["id"] as? String ?? "", "ses-9"],
                "device": ["ideal", "heron-133", "nothing"], "organisation": ["local", "other"],
                "project": ["main", "lab"], "user": ["alice", "eve", "admin"], "token": ["tok-none"],
                "code": ["forbidden", "nothing"], "secret": ["ionq"],
            ])
        var statuses: [Int: Int] = [:], begin = Self.residentMegabytes(), done = 0
        while done < Self.count {
            let round = (0..<min(50, Self.count - done)).map { _ in
                grammar.request(grammar.pick(grammar.operations), token: grammar.pick(tokens))
            }
            done += round.count
            let port = service.port
            let answers = await withTaskGroup(of: [UInt8].self) { group in
                for lane in 0..<2 { group.addTask { await Self.exchange(round, lane, of: 2, port: port) } }
                return await group.reduce(into: [[UInt8]]()) { $0.append($1) }
            }
            for bytes in answers {
                for part in Self.answers(in: bytes) {
                    statuses[part.status, default: 0] += 1
                    #expect(part.status != 500 && part.status >= 200, "\(part.text.prefix(600))")
                    #expect(
                        !part.text.contains(Self.marker) && !part.text.contains("root:x:0"), "\(part.text.prefix(400))")
                    #expect(part.headers["set-cookie"] == nil)
                    // HEAD has the head of a problem alone.
                    if part.status >= 400, part.headers["content-type"] == "application/problem+json",
                        !part.body.isEmpty
                    {
                        #expect(part.code != nil && part.code != "fault", "\(part.text.prefix(400))")
                    }
                }
            }
            // What comes first fills caches.
            if done <= 500 { begin = Self.residentMegabytes() }
        }
        let growth = Self.residentMegabytes() - begin
        #expect(statuses.values.reduce(0, +) > Self.count / 2, "\(statuses)")
        #expect(statuses[200, default: 0] > 0 && statuses[404, default: 0] > 0, "\(statuses)")
        #expect(growth < 400, "\(growth) MB more after \(done) requests")
        print("attacks: \(done) requests, statuses \(statuses.sorted { $0.key < $1.key }), \(Int(growth)) MB more")
        #expect(try await service.get("/v1/ready").status == 200)
        #expect(try await service.get("/v1/jobs/\(job)/result", alice).body == result)
        try await service.stop()
    }

    /// Sends every second request, one connection each, and collects what comes.
    private static func exchange(
        _ requests: [[UInt8]], _ lane: Int, of lanes: Int, port: Int
    ) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var all: [UInt8] = []
                for (place, request) in requests.enumerated() where place % lanes == lane {
                    guard let connection = try? RawConnection(port: port) else { continue }
                    connection.send(request)
                    all += connection.receiveAll() + Self.seam
                    connection.close()
                }
                continuation.resume(returning: all)
            }
        }
    }

    private static let seam = Array("\r\n<<seam>>\r\n".utf8)

    private static func answers(in bytes: [UInt8]) -> [HTTPAnswer] {
        let data = Data(bytes), seam = Data(seam)
        var found: [HTTPAnswer] = [], start = data.startIndex
        while let range = data.range(of: seam, in: start..<data.endIndex) {
            if let answer = HTTPAnswer(Array(data[start..<range.lowerBound])) { found.append(answer) }
            start = range.upperBound
        }
        return found
    }

    /// Guessing is slowed down after so many, and whoever has a right token is let in meanwhile.
    @Test func guessedTokensAreSlowedDown() async throws {
        let service = try await TestService { $0.wrongTokensPerMinute = 20 }
        var random = SplitMix(state: 3), refused = 0, slowed = 0
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        for _ in 0..<120 {
            let guess = "kelvin_" + String((0..<43).map { _ in alphabet[Int(random.next() % 64)] })
            let answer = try await service.get("/v1/me", guess)
            if answer.status == 401 { refused += 1 }
            if answer.status == 429 {
                slowed += 1
                #expect(answer.headers["retry-after"].flatMap { Int($0) } ?? 0 > 0)
            }
        }
        #expect(refused == 20 && slowed == 100)
        #expect(try await service.get("/v1/me").status == 200)
        try await service.stop()
    }

    /// Two hundred connections that say one letter a second take no place from others, and are closed.
    @Test func slowConnectionsKeepNobodyOut() async throws {
        let service = try await TestService { $0.requestSeconds = 2 }
        let slow = try (0..<200).map { _ in try RawConnection(port: service.port) }
        for connection in slow { connection.send(Array("POST /v1/jobs HTTP/1.1\r\nHost: a\r\nX-".utf8)) }
        for _ in 0..<3 {
            let begin = ContinuousClock.now
            #expect(try await service.get("/v1/me").status == 200)
            #expect(begin.duration(to: .now) < .seconds(3))
            for connection in slow { connection.send([0x61]) }
            try await Task.sleep(for: .milliseconds(300))
        }
        let closed = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                for connection in slow {
                    _ = connection.receiveAll()
                    connection.close()
                }
                continuation.resume(returning: true)
            }
        }
        #expect(closed)
        #expect(try await service.get("/v1/ready").status == 200)
        try await service.stop()
    }
}
