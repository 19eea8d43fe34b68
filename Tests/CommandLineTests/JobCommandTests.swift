import Foundation
import Hardware
import Kernel
import Storage
import Testing

/// What `kelvin submit` and `kelvin job` tell, with real processes.
@Suite struct JobCommandTests {
    /// A job that waits behind another is told when it should start, as an interval that is kept in the journal and
    /// judged by what comes of it.
    @Test func aWaitingJobIsToldAnInterval() throws {
        let home = StateHome()
        let wide = try home.program(
            """
            OPENQASM 3.0;
            include "stdgates.inc";
            qubit[16] q;
            h q[0];
            for int k in [0:14] { cx q[k], q[k + 1]; rz(0.3) q[k + 1]; sx q[k]; }
            bit[16] c = measure q;
            """)
        let long = [wide, "--device", "heron-133", "--shots", "100000", "--alone", "--detach"]
        #expect(try home.run(["submit"] + long).output == "job-1\n")
        let short = ["Examples/bell.qasm", "--device", "heron-133", "--shots", "100", "--alone", "--detach"]
        // The second is submitted once the first has the machine.
        for _ in 0..<200 {
            if try home.run(["jobs"]).output.contains("running") { break }
            usleep(20_000)
        }
        let second = try home.run(["submit"] + short)
        #expect(second.output == "job-2\n", "\(second.errors)")
        var told = ""
        for _ in 0..<50 {
            told = try home.run(["job", "2", "--format", "json"]).output
            if told.contains("latestSeconds") { break }
        }
        let document = try #require(JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: Any])
        let outlook = try #require(document["outlook"] as? [String: Any], "\(told)")
        let start = try #require(outlook["startsInSeconds"] as? Double)
        let earliest = try #require(outlook["earliestSeconds"] as? Double)
        let latest = try #require(outlook["latestSeconds"] as? Double)
        #expect(earliest <= start && start <= latest && start > 0)
        #expect(outlook["coverage"] as? Double == 0.9 && document["position"] as? Int == 0)
        let text = try home.run(["job", "2"]).output
        #expect(text.contains("first in line") && text.contains("holds for 90 of 100 jobs"), "\(text)")
        // The machine is free: the promise is judged.
        #expect(try home.run(["cancel", "1"]).code == 0)
        #expect(try home.run(["results", "2", "--wait"]).code == 0)
        let kept = try home.store.exclusively { (turn) throws(KernelError) in try turn.keptPromises(10) }
        #expect(kept.count == 1 && kept[0].wait > 0)
        let promise = try home.history(of: JobID(2)).compactMap { entry -> WaitForecaster.Forecast? in
            if case .foretold(_, let forecast) = entry.fact { forecast } else { nil }
        }
        #expect(promise.count == 1 && promise.first == kept.first?.forecast)
    }

    /// What an operator asks for a second is what a dry run says and what the choice of a machine weighs; nothing is
    /// submitted by asking.
    @Test func aPriceIsSetOnceAndToldBeforeSubmission() throws {
        let home = StateHome()
        #expect(try home.run(["price"]).output == "no machine has a price\n")
        #expect(try home.run(["price", "heron-133", "1.5"]).output == "heron-133  1.5 a second\n")
        let asked = ["Examples/bell.qasm", "--device", "heron-133,heron-156", "--shots", "1000", "--dry-run"]
        let told = try home.run(["submit"] + asked + ["--format", "json", "--price-worth", "1e6"])
        let document = try #require(JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any])
        let offers = try #require(document["offers"] as? [[String: Any]], "\(told.output)\(told.errors)")
        #expect(offers.map { $0["device"] as? String } == ["heron-156", "heron-133"])
        let prices = offers.compactMap { $0["price"] as? Double },
            seconds = offers.compactMap { $0["machineSeconds"] as? Double }
        #expect(prices[0] == 0 && prices[1] > 0 && abs(prices[1] - 1.5 * seconds[1]) < 1e-9)
        #expect(try home.run(["submit"] + asked).output.contains("price "))
        #expect(try home.run(["jobs"]).output.contains("job-") == false)
        // Refused as `submit` would, with the figure.
        let wide = try home.program(
            "OPENQASM 3.0; include \"stdgates.inc\"; qubit[140] q; for int k in [0:138] { cx q[k], q[k + 1]; } bit[140] c = measure q;"
        )
        let refused = try home.run(["submit", wide, "--device", "heron-133", "--dry-run"])
        #expect(
            refused.code == 1 && refused.errors.contains("140") && refused.errors.contains("133"), "\(refused.errors)")
        #expect(try home.run(["price", "heron-134", "1"]).errors.contains("there is no machine 'heron-134'"))
        #expect(try home.run(["price", "heron-133", "-1"]).code == 2)
        #expect(try home.run(["price", "heron-133", "0"]).output == "heron-133  costs nothing\n")
        try Data("[1, 2]".utf8).write(to: URL(fileURLWithPath: home.path + "/kelvin/prices.json"))
        let broken = try home.run(["submit"] + asked)
        #expect(broken.code != 0 && broken.errors.contains("prices.json is no list of prices"), "\(broken.errors)")
    }

    /// Too deep for the best region is too deep for the whole machine.
    @Test func aProgramTooDeepForTheMachineIsRefusedWithTheFigure() throws {
        let home = StateHome()
        let turns = String(repeating: "cx q[0], q[1];\nh q[0];\n", count: 20_000)
        let deep = try home.program(
            "OPENQASM 3;\ninclude \"stdgates.inc\";\nqubit[2] q;\nbit[2] c;\n\(turns)c = measure q;\n")
        for tenancy in [["--alone"], []] {
            let refused = try home.run(["submit", deep, "--device", "heron-133", "--shots", "10"] + tenancy)
            #expect(refused.code == 1 && refused.errors.contains("times the least T2"), "\(refused.errors)")
            #expect(refused.errors.contains("make it shallower"))
        }
        #expect(try home.run(["jobs", "--format", "json"]).output.contains("heron") == false)
    }

    @Test func weightsAreChecked() throws {
        let home = StateHome()
        for worth in ["--success-worth", "--price-worth"] {
            let wrong = try home.run(["submit", "Examples/bell.qasm", "\(worth)=-1"])
            #expect(wrong.code != 0 && wrong.errors.contains("zero or more seconds"), "\(wrong.errors)")
        }
        let weighed = try home.run([
            "submit", "Examples/bell.qasm", "--device", "any", "--success-worth", "5", "--shots", "50",
        ])
        #expect(weighed.code == 0, "\(weighed.errors)")
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    /// A machine that is reserved for somebody: the dry run says when it is free, `submit` says so at once while it waits,
    /// and a deadline that cannot be kept is refused by both in the same words.
    @Test func whoeverWaitsForAReservationIsTold() throws {
        let home = StateHome(), bell = ["submit", "Examples/bell.qasm", "--device", "heron-133", "--shots", "100"]
        for wrong in ["", "a//b", "/a"] {
            let refused = try home.run(["reserve", "heron-133", "--account", wrong, "--until", "1h"])
            #expect(refused.code == 2 && refused.errors.contains("must be a path"), "\(wrong): \(refused.errors)")
        }
        #expect(try home.run(["reserve", "heron-133", "--account", "physics", "--until", "1h"]).code == 0)
        let dry = try home.run(bell + ["--dry-run", "--format", "json"])
        let offers = try #require(try Self.object(dry.output)["offers"] as? [[String: Any]])
        let wait = try #require(offers.first?["waitSeconds"] as? Double)
        #expect(wait > 3_500 && wait <= 3_600)
        #expect((offers.first?["hindrance"] as? String)?.contains("heron-133 is reserved for others until") == true)
        let inside = try home.run(bell + ["--dry-run", "--account", "physics/bob"])
        #expect(inside.output.contains("wait 0.0 s") && !inside.output.contains("reserved"), "\(inside.output)")
        for dryRun in [[], ["--dry-run"]] {
            let late = try home.run(bell + ["--deadline", "10m"] + dryRun)
            #expect(late.code == 1, "\(late.errors)")
            #expect(late.errors.contains("after its deadline: heron-133 is reserved"), "\(late.errors)")
        }
        let detached = try home.run(bell + ["--detach"])
        #expect(detached.output == "job-1\n", "\(detached.errors)")
        #expect(detached.errors.contains("job-1 waits: heron-133 is reserved for others"), "\(detached.errors)")
        #expect(try home.run(["reserve", "heron-133", "--account", "physics", "--cancel"]).code == 0)
        // One that ends soon is waited for, aloud.
        #expect(try home.run(["reserve", "heron-133", "--account", "physics", "--until", "4s"]).code == 0)
        let waited = try home.run(bell)
        #expect(waited.code == 0 && waited.output.contains("heron-133"), "\(waited.errors)")
        let lines = waited.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(lines)")
        #expect(lines.first?.hasPrefix("job-2 waits: heron-133 is reserved for others until") == true, "\(lines)")
    }

    @Test func whoeverWaitsForAnotherSessionIsTold() throws {
        let home = StateHome(), bell = ["submit", "Examples/bell.qasm", "--shots", "100"]
        let open = ["sessions", "open", "--device", "heron-133", "--kind", "dedicated", "--idle", "4s"]
        #expect(try home.run(open).output == "ses-1\n")
        #expect(try home.run(bell + ["--session", "ses-1"]).code == 0)
        let own = try home.run(bell + ["--session", "ses-1", "--dry-run"])
        #expect(own.output.contains("wait 0.0 s") && !own.output.contains("kept by"), "\(own.output)\(own.errors)")
        let other = try home.run(bell + ["--device", "heron-133", "--dry-run"]).output
        #expect(other.contains("heron-133 is kept by the dedicated session ses-1 until"), "\(other)")
        let late = try home.run(bell + ["--device", "heron-133", "--deadline", "1s", "--dry-run"])
        #expect(late.code == 1 && late.errors.contains("ses-1"), "\(late.errors)")
        let waited = try home.run(bell + ["--device", "heron-133"])
        #expect(waited.code == 0 && waited.errors.contains("job-2 waits: heron-133 is kept by"), "\(waited.errors)")
    }

    /// Where nobody pays, nothing waits: the dry run refuses with the figures, and a job that is submitted all the same
    /// stands aside, with the same figures, until it is paid for.
    @Test func whereABudgetIsUsedUpNobodyWaits() throws {
        let home = StateHome(), bell = ["submit", "Examples/bell.qasm", "--device", "heron-133", "--seed", "1"]
        #expect(try home.run(bell + ["--account", "physics"]).code == 0)
        let budget = try home.run(["budget", "physics", "--seconds", "0.5"])
        #expect(budget.code == 0 && budget.output.hasPrefix("physics has used 0.77"), "\(budget.output)")
        #expect(try home.run(["budget", "a//b"]).code == 2)
        let bob = bell + ["--account", "physics/bob"], figures = "the budget of physics is used up: 0.77"
        let dry = try home.run(bob + ["--dry-run"])
        #expect(dry.code == 1 && dry.errors.contains("error[budget.spent]: \(figures)"), "\(dry.output)\(dry.errors)")
        #expect(dry.errors.contains("the job takes 0.77") && dry.errors.contains("kelvin budget physics --seconds"))
        let held = try home.run(bob)
        #expect(held.code == 1 && held.errors.contains("error[paused]: job-2 is paused before it started: \(figures)"))
        let told = try Self.object(try home.run(["job", "2", "--format", "json"]).output)
        #expect(told["status"] as? String == "paused" && (told["reason"] as? String)?.contains(figures) == true)
        let resumed = try home.run(["resume", "2"])
        #expect(resumed.code == 1 && resumed.errors.contains(figures), "\(resumed.output)\(resumed.errors)")
        #expect(try home.run(["budget", "physics", "--unlimited"]).code == 0)
        let paid = try home.run(["results", "2", "--wait"])
        #expect(paid.code == 0, "\(paid.errors)")

        #expect(try home.run(["sessions", "open", "--device", "heron-133", "--budget", "0.1"]).output == "ses-1\n")
        let session = ["submit", "Examples/bell.qasm", "--session", "ses-1"]
        let warned = try home.run(session + ["--dry-run"])
        #expect(warned.code == 0 && warned.output.contains("ses-1 has 0.1 of 0.1 s left"), "\(warned.output)")
        let first = try home.run(session), second = try home.run(session)
        #expect(first.code == 1 && first.errors.contains("job-3 is paused after 1 of 3 parts"), "\(first.errors)")
        #expect(second.code == 1 && second.errors.contains("job-4 is paused before it started"), "\(second.errors)")
        for failed in [first, second] {
            #expect(failed.errors.contains("the budget of the session ses-1 is used up: 0.258 of 0.1 s"))
        }
        #expect(try home.run(session + ["--dry-run"]).errors.contains("error[budget.spent]"))
    }

    /// A key that was used gives its job, though a new one of the same request would be refused by now.
    @Test func aKeyGivesItsJobWhenItIsTooLateForANewOne() throws {
        let home = StateHome()
        let deadline = Timestamp.text(from: (Date().timeIntervalSince1970 + 6).rounded())
        let keyed = [
            "submit", "Examples/bell.qasm", "--device", "heron-133", "--shots", "100", "--deadline", deadline,
        ]
        let first = try home.run(keyed + ["--key", "k", "--format", "json", "--no-timing"])
        #expect(first.code == 0, "\(first.errors)")
        sleep(7)
        let again = try home.run(keyed + ["--key", "k", "--format", "json", "--no-timing"])
        #expect(again.code == 0 && again.output == first.output, "\(again.errors)")
        let new = try home.run(keyed + ["--key", "other"])
        #expect(new.code == 1 && new.errors.contains("after its deadline"), "\(new.errors)")
        #expect(try home.run(["jobs"]).output.contains("job-2") == false)
    }
}
