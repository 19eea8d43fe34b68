import Foundation
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
}
