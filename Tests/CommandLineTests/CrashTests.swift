import Foundation
import Kernel
import Storage
import Synchronization
import Testing

/// Real processes, killed with SIGKILL at chosen points of the journal: in every state a job can be in, before, within and
/// after the transaction that writes it. The next process goes on; the job ends once, is charged once, and its result is
/// what an undisturbed one gives.
@Suite(.serialized) struct CrashTests {
    private static let program = [
        "Examples/bell.qasm", "--seed", "11", "--shots", "400", "--batch-shots", "100", "--key", "crash",
    ]

    /// What an undisturbed process prints.
    private static let undisturbed = Result {
        try StateHome().run(["submit"] + program + ["--format", "json", "--no-timing"]).output
    }

    private func finishedParts(_ history: [JournalEntry]) -> Int {
        history.count { if case .partFinished = $0.fact { true } else { false } }
    }

    private static let places = [
        "created", "validated", "queued", "compiling", "running", "part", "mitigating", "completed",
    ]

    /// Every state that a job can be in, and the end of a part chosen by the boundary, times four boundaries; four at a time,
    /// since most of the time is spent waiting for leases to run out.
    @Test func killedAnywhereAJobEndsOnceWithTheSameResult() async throws {
        let expected = try Self.undisturbed.get()
        #expect(expected.contains("kelvin-result/1"))
        let failpoints = Self.places.flatMap { place in
            Failpoint.Boundary.allCases.enumerated().map { k, boundary in
                // The part is another one at each boundary: two of six measure the readout.
                "\(place):\(boundary.rawValue)" + (place == "part" ? ":\(min(6, 2 * k + 1))" : "")
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    for k in stride(from: lane, to: failpoints.count, by: 4) { try kill(at: failpoints[k], expected) }
                }
            }
            try await group.waitForAll()
        }
        for boundary in Failpoint.Boundary.allCases {
            try killWhereItIsPausedAndCancelled(boundary, expected)
        }
        try killWhereItFails()
        print("killed, by state (or the end of a part) and boundary:\n\(Self.kills.table)")
        #expect(Self.kills.missing == [])
    }

    private func kill(at failpoint: String, _ expected: String) throws {
        let home = StateHome()
        let first = try home.run(["submit"] + Self.program, failpoint: failpoint)
        #expect(first.wasKilled, "\(failpoint) was not passed")
        Self.kills.note(failpoint, first.wasKilled)
        let again = try home.run(["submit"] + Self.program + ["--detach"])
        #expect(again.output == "job-1\n", "\(failpoint): \(again.errors)")
        let result = try home.run(["results", "--wait", "1", "--format", "json", "--no-timing"])
        #expect(result.output == expected, "\(failpoint): \(result.errors)")
        let history = try home.history(of: JobID(1))
        #expect(finishedParts(history) == 6, "\(failpoint) finished a part twice or never")
        #expect(history.count { $0.fact.state?.isFinal == true } == 1)
        let requeued = history.count { if case .queued(_, .workerLost, _) = $0.fact { true } else { false } }
        #expect(requeued <= 1, "\(failpoint) was queued again \(requeued) times")
    }

    /// Processes that change a job die as well: what they wrote holds, what they did not write did not happen. The account
    /// may spend nothing, so that the job stands aside in the turn in which it would be queued.
    private func killWhereItIsPausedAndCancelled(_ boundary: Failpoint.Boundary, _ expected: String) throws {
        let home = StateHome()
        _ = try home.run(["budget", "poor", "--seconds", "0"])
        let poor = ["submit"] + Self.program + ["--account", "poor"]
        let paused = try home.run(poor, failpoint: "paused:\(boundary.rawValue)").wasKilled
        #expect(paused)
        Self.kills.note("paused:\(boundary.rawValue)", paused)
        var states = try home.history(of: JobID(1)).compactMap(\.fact.state)
        // What nobody was told of may be lost with the turn that it would have been synchronised with.
        let possible: [JobState?] = boundary == .after ? [.paused] : [nil, .created]
        #expect(possible.contains(states.last))
        let again = try home.run(poor)
        #expect(again.code == 1 && again.errors.contains("paused"), "\(again.errors)")
        if boundary == .before {
            // With money it goes on.
            _ = try home.run(["budget", "poor", "--unlimited"])
            let result = try home.run(["results", "--wait", "1", "--format", "json", "--no-timing"])
            #expect(result.output == expected, "\(result.errors)")
            return
        }
        for cut in Failpoint.Boundary.allCases {
            let cancelled = try home.run(["cancel", "1"], failpoint: "cancelled:\(cut.rawValue)").wasKilled
            #expect(cancelled)
            Self.kills.note("cancelled:\(cut.rawValue)", cancelled)
            states = try home.history(of: JobID(1)).compactMap(\.fact.state)
            #expect((states.last == .cancelled) == (cut == .after))
        }
        #expect(try home.run(["results", "1"]).errors.contains("was cancelled"))
    }

    /// What was asked for is damaged while the job waits, so that it fails: once, however often a process dies of it.
    private func killWhereItFails() throws {
        let home = StateHome()
        #expect(try home.run(["submit"] + Self.program, failpoint: "queued:after").wasKilled)
        try home.store.exclusively { (turn) throws(KernelError) in
            try turn.setDocument(.request, of: JobID(1), number: 0, Array("{}".utf8))
        }
        for boundary in Failpoint.Boundary.allCases {
            let failed = try home.run(["worker"], failpoint: "failed:\(boundary.rawValue)")
            #expect(failed.wasKilled, "\(boundary): \(failed.output)\(failed.errors)")
            Self.kills.note("failed:\(boundary.rawValue)", failed.wasKilled)
            let states = try home.history(of: JobID(1)).compactMap(\.fact.state)
            #expect((states.last == .failed) == (boundary == .after), "\(boundary): \(states)")
        }
        #expect(try home.run(["results", "1"]).errors.contains("storage.document"))
        #expect(try home.history(of: JobID(1)).count { $0.fact.state?.isFinal == true } == 1)
    }

    /// Whoever waits for a job has its work taken up again when the background process is killed. Each that the command
    /// starts is given the fault of its environment along with it, and dies with the second part that it finishes.
    @Test func whoeverWaitsReplacesAWorkerThatDied() throws {
        let home = StateHome()
        #expect(try home.run(["submit"] + Self.program, failpoint: "queued:after").wasKilled)
        let begin = ContinuousClock.now
        let result = try home.run(
            ["results", "--wait", "1", "--format", "json", "--no-timing"], failpoint: "part:after:2")
        #expect(result.output == (try Self.undisturbed.get()), "\(result.errors)")
        // A lease of 2 s for each that died, and a moment until that is noticed.
        #expect(ContinuousClock.now - begin < .seconds(90))
        let history = try home.history(of: JobID(1))
        #expect(finishedParts(history) == 6)
        #expect(history.contains { if case .queued(_, .workerLost, _) = $0.fact { true } else { false } })
    }

    /// Where processes were really killed.
    private final class Kills: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        func note(_ failpoint: String, _ wasKilled: Bool) {
            guard wasKilled else { return }
            let cell = failpoint.split(separator: ":").prefix(2).joined(separator: ":")
            counts.withLock { $0[cell, default: 0] += 1 }
        }

        private static let places = JobState.allCases.map(\.description) + ["part"]

        /// Every state of a job, whatever this file thinks of, times every boundary.
        var missing: [String] {
            let counts = counts.withLock { $0 }
            return Self.places.flatMap { place in Failpoint.Boundary.allCases.map { "\(place):\($0.rawValue)" } }
                .filter { counts[$0] == nil }
        }

        var table: String {
            let counts = counts.withLock { $0 }
            return Self.places.map { place in
                let cells = Failpoint.Boundary.allCases.map { "\($0) \(counts["\(place):\($0.rawValue)"] ?? 0)" }
                return "  \(place): \(cells.joined(separator: ", "))"
            }.joined(separator: "\n")
        }
    }

    private static let kills = Kills()

    /// Four processes at once share one machine: each in a region of its own, one speaking to the machine at a time.
    @Test func twoProcessesShareTheStore() async throws {
        let home = StateHome()
        _ = try home.run(["jobs"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seed in 1...4 {
                group.addTask {
                    let result = try home.run([
                        "submit", "Examples/bell.qasm", "--seed", "\(seed)", "--shots", "300", "--batch-shots", "50",
                    ])
                    #expect(result.code == 0, "\(result.errors)")
                }
            }
            try await group.waitForAll()
        }
        let entries = try home.store.exclusively { (turn) throws(KernelError) in try turn.facts(after: 0).entries }
        var regions: [JobID: SiteSet] = [:], speaker: JobID?
        for entry in entries {
            switch entry.fact {
            case .placed(let id, _, let sites, _):
                for other in regions.values { #expect(other.isDisjoint(with: sites)) }
                regions[id] = sites
            case .partStarted(let id, _):
                #expect(speaker == nil || speaker == id)
                speaker = id
            case .mitigating(let id, _), .queued(let id, _, _):
                regions[id] = nil
                if speaker == id { speaker = nil }
            default: break
            }
        }
        #expect(entries.count { $0.fact.state == .completed } == 4)
    }

    /// A background process keeps nothing of what its parent was given, however high the number: who reads the parent's
    /// output comes to its end while the background process waits for a machine.
    @Test func theWorkerHoldsNobodysPipes() throws {
        let home = StateHome(), calendar = ["reserve", "heron-133", "--account", "operators"]
        #expect(try home.run(calendar + ["--until", "1h"]).code == 0)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        shell.arguments = [
            "-c", "timeout 30 bash -c '\"$0\" submit Examples/bell.qasm --detach 300>&1 2>/dev/null | cat' \"$0\"",
            StateHome.binary.path,
        ]
        shell.currentDirectoryURL = StateHome.root
        shell.environment = ProcessInfo.processInfo.environment.merging(["XDG_STATE_HOME": home.path]) { $1 }
        shell.standardOutput = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        #expect(try home.run(calendar + ["--cancel"]).code == 0)
        #expect(try home.run(["results", "--wait", "1"]).code == 0)
    }

    /// Jobs of several tenants that wait for one machine: the background process runs them side by side, and the one that
    /// wants the machine alone by itself.
    @Test func theWorkerRunsSmallJobsSideBySide() throws {
        let home = StateHome()
        // Until everybody is there the machine is kept for others.
        let calendar = ["reserve", "heron-133", "--account", "operators"]
        #expect(try home.run(calendar + ["--until", "1h"]).code == 0)
        let again = try home.run(calendar + ["--until", "2h"])
        #expect(again.code == 1 && again.errors.contains("is reserved from"))
        let many = [
            "submit", "Examples/bell.qasm", "--detach", "--shots", "4000", "--batch-shots", "200", "--seed", "3",
        ]
        for tenant in 1...3 { _ = try home.run(many + ["--account", "tenant\(tenant)"]) }
        _ = try home.run(many + ["--account", "hermit", "--alone"])
        let waiting = try home.run(["job", "2"]).output
        #expect(waiting.contains("1 waiting before it") && waiting.contains("reserved for others"))
        #expect(try home.run(["fleet"]).output.contains("4 waiting for it"))
        #expect(try home.run(calendar + ["--cancel"]).output.contains("1 reservation"))
        var results: [ResultDocument] = []
        for job in 1...4 {
            let output = try home.run(["results", "--wait", "\(job)", "--format", "json"]).output
            results.append(try DocumentCoding.decode(Array(output.utf8)))
        }
        #expect(results.allSatisfy { $0.results[0].samples?[0].shots == 4000 })
        #expect(results[..<3].count { $0.isolation?.isAlone == false } >= 2)
        #expect(results[..<3].allSatisfy { $0.isolation?.leakBound == 0 })
        #expect(results[3].isolation == nil)
        let entries = try home.store.exclusively { (turn) throws(KernelError) in try turn.facts(after: 0).entries }
        var regions: [JobID: SiteSet] = [:], most = 0
        for entry in entries {
            switch entry.fact {
            case .placed(let id, _, let sites, _):
                for other in regions.values { #expect(other.isDisjoint(with: sites)) }
                regions[id] = sites
                if id == JobID(4) { #expect(regions.count == 1 && sites.count == 133) }
            case .mitigating(let id, _), .queued(let id, _, _): regions[id] = nil
            default: break
            }
            most = max(most, regions.count)
        }
        #expect(most == 3)
    }

    @Test func failuresAndMistakesAreToldPlainly() throws {
        let home = StateHome()
        #expect(try home.run(["jobs"]).output == "no jobs\n")
        let unknown = try home.run(["job", "7"])
        #expect(unknown.code == 1 && unknown.errors.contains("no job job-7") && unknown.errors.contains("kelvin jobs"))
        #expect(try home.run(["results", "seven"]).code == 2)
        let refused = try home.run(["submit", "Examples/bell.qasm", "--device", "nowhere"])
        #expect(refused.code == 3 && refused.errors.contains("nowhere"))
        #expect(try home.run(["jobs"]).output == "no jobs\n")
        _ = try home.run(["submit"] + Self.program)
        let other = try home.run(["submit"] + Self.program + ["--priority", "high"])
        #expect(other.code == 1 && other.errors.contains("belongs to job-1"))
        #expect(try home.run(["cancel", "1"]).output.contains("was completed already"))
        let listed = try home.run(["jobs", "--format", "json"])
        #expect(listed.output.contains("\"status\" : \"completed\""))
        #expect(try home.run(["results", "1"]).output.contains("trust"))
    }
}
