import Foundation
import Testing

/// Results as files: written, checked, damaged, and run again, of jobs on this computer and on a service.
@Suite struct BundleCommandTests {
    private static let pair = """
        OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;
        """

    @Test func aBundleIsWrittenVerifiedAndReplayed() throws {
        let home = StateHome(), file = home.path + "/pair.tar"
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        let submit = ["submit", try home.program(Self.pair), "--device", "garnet-20", "--shots", "200", "--seed", "5"]
        #expect(try home.run(submit + ["--detach"]).code == 0)
        #expect(try home.run(["results", "job-1", "--wait"]).code == 0)
        let written = try home.run(["results", "job-1", "--bundle", file])
        #expect(written.code == 0, "\(written.errors)")
        let digest = try #require(written.output.firstMatch(of: /digest ([0-9a-f]{64})/)?.output.1)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        // Nothing is written over.
        #expect(try home.run(["results", "job-1", "--bundle", file]).code != 0)
        let whole = try home.run(["verify", file, "--digest", String(digest)])
        #expect(whole.code == 0 && whole.output.contains("is whole: job-1") && whole.output.contains(digest))
        let other = try home.run(["verify", file, "--digest", String(repeating: "0", count: 64)])
        #expect(other.code != 0 && other.errors.contains(digest))
        for what in [file, "job-1"] {
            let replay = try home.run(["replay", what])
            #expect(replay.code == 0 && replay.output.contains("the same, bit by bit"), "\(replay.errors)")
        }
        // Any tar program unpacks it; a changed part is refused by name, with the file and with the job.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let place = try #require(bytes.range(of: Data("\"seed\":5".utf8)))
        bytes[place.upperBound - 1] = UInt8(ascii: "6")
        let forged = home.path + "/forged.tar"
        try bytes.write(to: URL(fileURLWithPath: forged))
        for word in ["verify", "replay"] {
            let refused = try home.run([word, forged])
            #expect(refused.code != 0 && refused.errors.contains("request.json was changed"), "\(refused.errors)")
        }
        for strange in ["/dev/zero", home.path, home.path + "/nothing.tar"] {
            let refused = try home.run(["verify", strange])
            #expect(refused.code != 0 && refused.errors.contains("cannot be read"), "\(refused.errors)")
        }
        #expect(try home.run(["replay", "job-7"]).errors.contains("job-7"))
    }

    @Test func aServiceGivesTheSameBundle() throws {
        let daemon = try TestDaemon(), home = StateHome(), file = home.path + "/pair.tar"
        defer { try? FileManager.default.removeItem(atPath: home.path) }
        let environment = [
            "KELVIN_SERVICE": daemon.url, "KELVIN_TOKEN": try daemon.token, "KELVIN_CACERT": daemon.authority,
        ]
        let submit = ["submit", try home.program(Self.pair), "--device", "garnet-20", "--shots", "200", "--seed", "5"]
        #expect(try home.run(submit + ["--detach"], environment: environment).output.contains("job-1"))
        #expect(try home.run(["results", "job-1", "--wait"], environment: environment).code == 0)
        let written = try home.run(["results", "job-1", "--bundle", file], environment: environment)
        #expect(written.code == 0, "\(written.errors)")
        #expect(try home.run(["verify", file]).output.contains("is whole: job-1"))
        // Without the service as well.
        #expect(try home.run(["replay", file]).output.contains("the same, bit by bit"))
        #expect(try home.run(["replay", "job-1"], environment: environment).code == 0)
    }
}
