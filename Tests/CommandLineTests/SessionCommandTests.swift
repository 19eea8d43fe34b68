import Foundation
import Kernel
import Testing

/// Sessions on this computer, whose every job is a process of its own or a background worker's.
@Suite struct SessionCommandTests {
    private static let submit = ["submit", "Examples/bell.qasm", "--shots", "200"]

    private static func open(_ home: StateHome, _ kind: String) throws -> String {
        let words = ["sessions", "open", "--device", "garnet-20", "--kind", kind, "--idle", "10m"]
        return try home.run(words).output.trimmingCharacters(in: .newlines)
    }

    /// - Returns: the parts that the job had, and its result without times.
    private static func outcome(_ job: String, _ home: StateHome) throws -> (parts: Int, result: ResultDocument) {
        let printed = try home.run(["results", job, "--wait", "--format", "json", "--no-timing"])
        #expect(printed.code == 0, "\(printed.errors)")
        let result: ResultDocument = try DocumentCoding.decode(Array(printed.output.utf8))
        let id = try #require(JobID(job))
        return (try home.history(of: id).count { if case .partFinished = $0.fact { true } else { false } }, result)
    }

    /// The readout is measured by the first job of a session, whichever process that is, and by nobody after it.
    @Test(arguments: [false, true]) func aSessionStaysWarmAcrossProcesses(detached: Bool) throws {
        func play() throws -> [ResultDocument] {
            let home = StateHome()
            defer { try? FileManager.default.removeItem(atPath: home.path) }
            let session = try Self.open(home, "shared")
            #expect(session == "ses-1")
            var results: [ResultDocument] = []
            for job in 1...4 {
                var words = Self.submit + ["--session", session, "--seed", "\(job)", "--alone"]
                if detached { words.append("--detach") }
                let submitted = try home.run(words)
                #expect(submitted.code == 0, "\(submitted.errors)")
                // Detached ones are there all at once; the others come one after the other.
                if detached, job < 4 { continue }
                for number in detached ? 1...4 : job...job {
                    let (parts, result) = try Self.outcome("job-\(number)", home)
                    #expect(parts == (number == 1 ? 3 : 1), "job-\(number)")
                    #expect(result.programs[0].readoutMeasuredBy == (number == 1 ? nil : JobID(1)))
                    results.append(result)
                }
            }
            // As it ran, with what the first job had measured for it.
            #expect(try home.run(["replay", "job-3"]).output.contains("job-3: the same, bit by bit"))
            // Another session has no share in it.
            let other = Self.submit + ["--session", try Self.open(home, "shared"), "--alone"]
            #expect(try home.run(detached ? other + ["--detach"] : other).code == 0)
            let apart = try Self.outcome("job-5", home)
            #expect(apart.parts == 3 && apart.result.programs[0].readoutMeasuredBy == nil)
            return results
        }
        let results = try play(), again = try play()
        #expect(results.count == 4)
        func readout(_ result: ResultDocument) throws -> [[Double]] {
            try #require(result.programs[0].readout).sorted { $0.site < $1.site }.map { [$0.falseOne, $0.falseZero] }
        }
        for (result, same) in zip(results, again) {
            #expect(try readout(result) == readout(results[0]))
            #expect(result.results[0].samples?[0].corrected != nil)
            // The same session with the same seeds gives the same bytes.
            #expect(DocumentCoding.encode(result) == DocumentCoding.encode(same))
        }
    }
}
