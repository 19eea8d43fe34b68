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

    /// Jobs of a batch are compiled while they wait, alone on the machine or in a region of it, and compiled again where the
    /// machine was calibrated before their turn. No other job is.
    @Test(arguments: [false, true]) func aBatchWaitsCompiled(calibrates: Bool) throws {
        let home = StateHome()
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        let environment = ["KELVIN_STATE": home.path + "/machines"]
        func run(_ words: [String], program: String = "kelvin-jobs") throws -> String {
            let outcome = try home.run(words, program: StateHome.program(program), environment: environment)
            #expect(outcome.code == 0, "\(words): \(outcome.errors)")
            return outcome.output
        }
        let open = ["sessions", "open", "--device", "heron-133", "--kind", "batch", "--idle", "10m"]
        #expect(try run(open) == "ses-1\n")
        // Their turn comes when the machine is no longer kept for others.
        let calendar = ["reserve", "heron-133", "--account", "operators"]
        _ = try run(calendar + ["--until", "1h"])
        let jobs = [["--session", "ses-1", "--alone"], ["--session", "ses-1"], ["--device", "heron-133"]]
        for (number, words) in jobs.enumerated() {
            _ = try run(["submit", "Examples/bell.qasm", "--detach", "--seed", "\(number)"] + words)
        }
        for _ in 0..<300 where try run(["jobs"]).components(separatedBy: "queued").count < 4 { usleep(20_000) }
        if calibrates {
            _ = try run(["devices", "age", "heron-133", "--days", "40", "--seed", "3"], program: "kelvin")
            let experiments = ["--sites", "0-2", "--experiments", "t1,readout", "--seed", "5", "--apply"]
            _ = try run(["calibrate", "heron-133"] + experiments, program: "kelvin")
            // A worker believes for a second that a machine is as it was.
            usleep(1_200_000)
        }
        // The batch keeps the machine until it is closed.
        _ = try run(["sessions", "close", "ses-1"])
        _ = try run(calendar + ["--cancel"])
        var calibrations: Set<String> = []
        for number in 1...3 {
            let text = try run(["results", "\(number)", "--wait", "--format", "json"])
            let result: ResultDocument = try DocumentCoding.decode(Array(text.utf8))
            let steps = try #require(result.timing?.steps), compile = try #require(steps.first { $0.step == .compile })
            let schedule = try #require(steps.first { $0.step == .schedule })
            let isAhead = number < 3 && !calibrates
            // Times are written so that their order is that of the texts.
            #expect((compile.end < schedule.end) == isAhead, "job-\(number): \(compile), \(schedule)")
            #expect(steps.map(\.step)[1] == (isAhead ? .compile : .schedule))
            #expect(compile.detail.contains("; while the job waited") == isAhead, "\(compile.detail)")
            #expect(compile.detail.contains("calibrated since it was compiled ahead") == (number < 3 && calibrates))
            calibrations.insert(result.device.calibration)
        }
        #expect(calibrations.count == 1)
    }
}
