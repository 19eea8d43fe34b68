import Foundation
import Testing

/// Calibrating, ageing and comparing devices from the command line.
extension CommandLineTests {
    private struct Document: Decodable {
        struct Change: Decodable {
            var figure: String
            var sites: [Int]
            var old: Double?
            var new: Double
            var standardError: Double
        }
        var record: String
        var applied: String?
        var proposal: [Change]
    }

    private func state() -> [String: String] {
        ["KELVIN_STATE": FileManager.default.temporaryDirectory.appendingPathComponent("kelvin-\(UUID())").path]
    }

    private func calibrate(_ arguments: [String], _ environment: [String: String]) throws -> Document {
        let outcome = try kelvin(
            [
                "calibrate", "heron-133", "--sites", "0-2", "--experiments", "t1,readout", "--seed", "5", "--format",
                "json",
            ]
                + arguments, environment: environment)
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    }

    @Test func anAgedMachineIsFoundOutAndRecalibrated() throws {
        let home = state()
        let fresh = try calibrate([], home)
        #expect(fresh.applied == nil)
        #expect(fresh.proposal.count == 9)
        // A machine that stands still agrees with its record.
        for change in fresh.proposal {
            #expect(abs(change.new - change.old!) < 5 * change.standardError, "\(change)")
        }
        #expect(
            try kelvin(["devices", "age", "heron-133", "--days", "40", "--seed", "3"], environment: home).code == 0)
        let aged = try calibrate(["--apply"], home)
        #expect(aged.record == fresh.record, "the record is stale")
        #expect(aged.proposal.contains { abs($0.new - $0.old!) > 8 * $0.standardError })
        let kept = try #require(aged.applied)
        // The next run believes the new version, and finds the machine as it says.
        let again = try calibrate([], home)
        #expect(again.record == kept)
        for change in again.proposal {
            let before = try #require(aged.proposal.first { $0.figure == change.figure && $0.sites == change.sites })
            #expect(abs(change.new - before.new) < 5 * (change.standardError + before.standardError))
        }
        let history = try kelvin(["devices", "history", "heron-133"], environment: home)
        #expect(history.output.contains(fresh.record) && history.output.contains(kept))
        let diff = try kelvin(["devices", "diff", "heron-133"], environment: home)
        #expect(diff.output.contains("T1 on 0") && diff.output.contains("P(1|0) on 2"))
        #expect(!diff.output.contains("cz error"))
        let old = try kelvin(["devices", "show", "heron-133", "--at", "2025-03-01T00:00:00Z"], environment: home)
        #expect(old.output.contains(fresh.record))
        let early = try kelvin(["devices", "show", "heron-133", "--at", "2001-01-01T00:00:00Z"], environment: home)
        #expect(early.code == 3 && early.errors.contains("2025-02-26T20:26:08Z"))
    }

    @Test func aDrainedDeviceTakesNoJobsUntilItResumes() throws {
        let home = state()
        let drained = try kelvin(["devices", "drain", "heron-133", "--reason", "new wiring"], environment: home)
        #expect(drained.code == 0, "\(drained.errors)")
        #expect(try kelvin(["devices"], environment: home).output.contains("maintenance: new wiring"))
        let refused = try kelvin(["run", "Examples/teleport.qasm", "--device", "heron-133"], environment: home)
        #expect(refused.code == 3)
        #expect(refused.errors.contains("new wiring"))
        #expect(try kelvin(["devices", "resume", "heron-133"], environment: home).code == 0)
        #expect(
            try kelvin(["run", "Examples/teleport.qasm", "--device", "heron-133"], environment: home).code == 0)
    }

    @Test func wrongRequestsAreExplained() throws {
        let cases: [([String], Int32, String)] = [
            (["calibrate", "heron-133", "--experiments", "t1,t9"], 2, "no experiment 't9'"),
            (["calibrate", "heron-133", "--sites", "0,x"], 2, "'x' is no site"),
            (["calibrate", "heron-133", "--sites", "5-2"], 2, "'5-2'"),
            (["calibrate", "heron-133", "--sites", "999"], 1, "no site 999"),
            (["calibrate", "ideal"], 1, "nothing to calibrate"),
            (["calibrate", "heron-134"], 3, "heron-134"),
            (["calibrate", "heron-133", "--apply"], 2, "KELVIN_STATE"),
            (["devices", "diff", "heron-133"], 3, "one version"),
            (["devices", "diff", "heron-133", "nonsense"], 3, "'nonsense'"),
            (["devices", "drain", "ideal"], 3, "no machine"),
            (["devices", "age", "ideal", "--days", "1"], 1, "only emulated devices"),
            (["devices", "age", "heron-133"], 2, "--days"),
            (["devices", "age", "heron-133", "--days", "-1"], 2, "--days"),
        ]
        for (arguments, code, part) in cases {
            let outcome = try kelvin(arguments)
            #expect(outcome.code == code, "\(arguments): \(outcome)")
            #expect(outcome.errors.contains(part), "\(arguments): \(outcome.errors)")
        }
    }
}
