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
        #expect(outlook["coverage"] as? Double == 0.9 && outlook["position"] as? Int == 0)
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
