import Foundation
import Kernel
import Testing

/// The command line against a real daemon, over TLS with an authority of its own.
@Suite struct ServiceClientTests {
    private static func object(_ text: String) -> [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    private static func list(_ text: String) -> [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [[String: Any]] ?? []
    }

    private static func rights(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func signingInKeepsTheTokenForOneselfAndTrustsOnlyTheAuthority() throws {
        let daemon = try TestDaemon(), home = StateHome(), token = try daemon.token
        let book = home.path + "/configuration/kelvin/services.json"
        // Nobody knows the authority: nothing is sent, nothing is kept.
        let stranger = try home.run(["login", daemon.url], input: token)
        #expect(stranger.code == 3 && stranger.errors.contains("--cacert"), "\(stranger.errors)")
        #expect(!FileManager.default.fileExists(atPath: book))
        let wrong = try home.run(["login", daemon.url, "--cacert", daemon.authority], input: "not-the-token\n")
        #expect(wrong.code == 3 && wrong.errors.contains("in force") && !wrong.errors.contains("not-the-token"))
        #expect(!FileManager.default.fileExists(atPath: book))
        let plain = try home.run(["login", "http://example.org"], input: token)
        #expect(plain.code == 2 && plain.errors.contains("unencrypted"), "\(plain.errors)")

        let good = try home.run(["login", daemon.url, "--cacert", daemon.authority, "--name", "lab"], input: token)
        #expect(good.output == "signed in to lab (\(daemon.url)) as local/admin\n", "\(good.errors)")
        #expect(try Self.rights(book) == 0o600)
        #expect(try Self.rights(home.path + "/configuration/kelvin") == 0o700)
        // The authority's own file may go.
        try FileManager.default.moveItem(atPath: daemon.authority, toPath: daemon.authority + ".gone")
        #expect(try home.run(["jobs"]).output == "no jobs\n")
        #expect(try home.run(["services"]).output == "* lab  \(daemon.url)\n")
        #expect(try !home.run(["services", "--format", "json"]).output.contains(token))
        // What others may read is not used.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: book)
        let open = try home.run(["jobs"])
        #expect(open.code == 3 && open.errors.contains("chmod 600"), "\(open.errors)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: book)

        let typo = try home.run(["jobs", "--service", "lob"])
        #expect(typo.code == 2 && typo.errors.contains("lab"), "\(typo.errors)")
        #expect(try home.run(["services", "--use", "local"]).code == 0)
        #expect(try home.run(["admin", "organisations"]).errors.contains("none is chosen"))
        #expect(
            try home.run(["admin", "organisations"], environment: ["KELVIN_SERVICE": "lab"]).output.contains("local"))
        // Without anything kept, as scripts do it.
        let bare = StateHome()
        let environment = [
            "KELVIN_SERVICE": daemon.url, "KELVIN_TOKEN": token, "KELVIN_CACERT": daemon.authority + ".gone",
        ]
        #expect(try bare.run(["jobs"], environment: environment).output == "no jobs\n")
        // The token is revoked, and everything about it forgotten.
        #expect(try home.run(["logout", "lab", "--revoke"]).code == 0)
        #expect(try !String(contentsOfFile: book, encoding: .utf8).contains(token))
        #expect(try bare.run(["jobs"], environment: environment).code == 3)
    }

    @Test func jobsOfAServiceAreHandledAsOnesOwn() throws {
        let daemon = try TestDaemon(), home = StateHome(), token = try daemon.token
        #expect(try home.run(["login", daemon.url, "--cacert", daemon.authority], input: token).code == 0)
        let seeded = ["Examples/bell.qasm", "--device", "ideal", "--seed", "7", "--shots", "500"]
        let json = ["--format", "json", "--no-timing"]
        // The same answer as from this computer, but for the version of the clock.
        let there = try home.run(["submit"] + seeded + json + ["--tag", "first"])
        let here = try home.run(["submit"] + seeded + json + ["--service", "local"])
        #expect(there.code == 0 && here.code == 0, "\(there.errors)\(here.errors)")
        let samples = { (text: String) in
            let results = Self.object(text)["results"] as? [[String: Any]]
            return (results?.first?["samples"] as? [[String: Any]])?.first?["counts"] as? [String: Int]
        }
        #expect(samples(there.output) != nil && samples(there.output) == samples(here.output))
        #expect(try home.run(["results", "1"] + json).output == there.output)
        // One shape of a job, wherever it is kept.
        let job = Self.object(try home.run(["job", "1", "--format", "json"]).output)
        let own = Self.object(try home.run(["job", "1", "--format", "json", "--service", "local"]).output)
        #expect(job["id"] as? String == "job-1" && job["status"] as? String == "completed")
        #expect(job["user"] as? String == "local/admin" && job["tags"] as? [String] == ["first"])
        #expect(
            Set(own.keys).subtracting(job.keys) == [] && Set(job.keys).subtracting(own.keys) == ["project", "user"])
        let event = try #require((job["history"] as? [[String: Any]])?.first)
        let ownEvent = try #require((own["history"] as? [[String: Any]])?.first)
        #expect(Set(event.keys) == Set(ownEvent.keys))
        #expect(try home.run(["jobs", "--tag", "first"]).output.contains("job-1"))
        #expect(try home.run(["jobs", "--tag", "second"]).output == "no jobs\n")
        #expect(try home.run(["jobs", "--account", "x"]).code == 2)

        // A long one is followed, paused, resumed and cancelled.
        let long = ["Examples/bell.qasm", "--device", "heron-133", "--shots", "90000", "--batch-shots", "100"]
        #expect(try home.run(["submit"] + long + ["--detach"]).output == "job-2\n")
        #expect(try home.run(["pause", "2"]).output.contains("asked to pause"))
        var state = ""
        for _ in 0..<200 where state != "paused" {
            state = Self.object(try home.run(["job", "2", "--format", "json"]).output)["status"] as? String ?? ""
        }
        #expect(state == "paused")
        #expect(try home.run(["results", "2", "--wait"]).errors.contains("paused"))
        #expect(try home.run(["resume", "2"]).code == 0)
        #expect(try home.run(["cancel", "2", "1"]).output.contains("job-1 was completed already"))
        let logs = try home.run(["logs", "2", "--follow", "--format", "json"])
        let lines = logs.output.split(separator: "\n").map { Self.object(String($0)) }
        #expect(lines.map { $0["number"] as? Int } == Array(1...lines.count) && lines.count > 5)
        #expect(lines.compactMap { $0["status"] as? String }.last == "cancelled")
        let cancelled = try home.run(["results", "2"])
        #expect(cancelled.code == 3 && cancelled.errors.contains("job-2 was cancelled"), "\(cancelled.errors)")

        // Refused as it would be here.
        let wide = try home.program("OPENQASM 3.0; qubit[40] q; bit[40] c; c = measure q;")
        let refused = try home.run(["submit", wide, "--device", "garnet-20"])
        #expect(refused.code == 1 && refused.errors.contains("20"), "\(refused.errors)")
        #expect(
            try home.run(["submit", "Examples/bell.qasm", "--device", "./x.json"]).errors.contains(
                "file of this computer"))
        let unknown = try home.run(["job", "99"])
        #expect(unknown.code == 1 && unknown.errors.contains("job-99"), "\(unknown.errors)")
        let dry = try home.run(["submit", "Examples/bell.qasm", "--device", "heron-133,garnet-20", "--dry-run"])
        #expect(dry.output.contains("garnet-20") && dry.output.contains("success"), "\(dry.errors)")
        // Devices are the service's; `kelvin` itself asks for them.
        let devices = try home.run(["devices", "--format", "json"], program: StateHome.program("kelvin"))
        #expect(Self.list(devices.output).contains { $0["id"] as? String == "heron-133" }, "\(devices.errors)")
        let shown = try home.run(["devices", "show", "garnet-20"], program: StateHome.program("kelvin"))
        #expect(shown.code == 0 && shown.output.contains("garnet-20"))
        #expect(try home.run(["share", "x", "2"]).errors.contains("--service local"))
    }

    /// Sessions of a service and of this computer are the same to a user: a machine that is kept, jobs that run on it.
    @Test(arguments: [true, false]) func sessionsKeepAMachine(isThere: Bool) throws {
        let daemon = try TestDaemon(), home = StateHome(), token = try daemon.token
        #expect(try home.run(["login", daemon.url, "--cacert", daemon.authority], input: token).code == 0)
        let place = isThere ? [:] : ["KELVIN_SERVICE": "local"]
        func kelvin(_ words: String...) throws -> (code: Int32, wasKilled: Bool, output: String, errors: String) {
            try home.run(words, environment: place)
        }
        #expect(try kelvin("sessions").output == "no sessions\n")
        let opened = try kelvin(
            "sessions", "open", "--device", "garnet-20", "--kind", "dedicated", "--idle", "5m", "--budget", "40")
        #expect(opened.output == "ses-1\n", "\(opened.errors)")
        let other = try kelvin("sessions", "open", "--device", "ideal", "--kind", "batch", "--format", "json")
        #expect(Self.object(other.output)["kind"] as? String == "batch", "\(other.errors)")
        let ran = try kelvin("submit", "Examples/bell.qasm", "--session", "ses-1", "--shots", "60", "--format", "json")
        #expect((Self.object(ran.output)["device"] as? [String: Any])?["id"] as? String == "garnet-20", "\(ran.errors)")
        #expect(try kelvin("submit", "Examples/bell.qasm", "--shots", "50").code == 0)
        let jobs = Self.list(try kelvin("jobs", "--session", "ses-1", "--format", "json").output)
        #expect(jobs.map { $0["id"] as? String } == ["job-1"] && jobs.first?["session"] as? String == "ses-1")
        let shown = Self.object(try kelvin("sessions", "show", "ses-1", "--format", "json").output)
        #expect(shown["status"] as? String == "active" && shown["idleSeconds"] as? Double == 300, "\(shown)")
        #expect((shown["machineSeconds"] as? Double ?? 0) > 0 && shown["budgetSeconds"] as? Double == 40)
        #expect(try kelvin("sessions", "show", "ses-1").output.contains("dedicated, active, on garnet-20"))
        let list = try kelvin("sessions", "--state", "open").output
        #expect(list.contains("ses-2") && !list.contains("ses-1"), "\(list)")
        // A session without money lets nobody wait.
        let poor = try kelvin("sessions", "open", "--device", "heron-133", "--budget", "0.01", "--format", "json")
        let last = try #require(Self.object(poor.output)["id"] as? String, "\(poor.errors)")
        for place in ["after 1 of 3 parts", "before it started"] {
            let paused = try kelvin("submit", "Examples/bell.qasm", "--session", last)
            #expect(paused.code == 1 && paused.errors.contains("is paused \(place): the budget of the session \(last)"))
        }
        let unpaid = try kelvin("submit", "Examples/bell.qasm", "--session", last, "--dry-run")
        #expect(unpaid.code == 1 && unpaid.errors.contains("error[budget.spent]"), "\(unpaid.errors)")
        // What is not possible is said before anything is sent, or by who keeps it.
        #expect(try kelvin("submit", "Examples/bell.qasm", "--session", "ses-1", "--device", "garnet-20").code == 2)
        #expect(try kelvin("submit", "Examples/bell.qasm", "--session", "one").code == 2)
        let unknown = try kelvin("submit", "Examples/bell.qasm", "--session", "ses-9")
        #expect(unknown.code == 1 && unknown.errors.contains("ses-9"), "\(unknown.errors)")
        #expect(try kelvin("sessions", "open", "--device", "nothing").code != 0)
        #expect(try kelvin("sessions", "open", "--device", "ideal", "--idle", "2h").code == 2)

        #expect(try kelvin("submit", "Examples/bell.qasm", "--session", "ses-1", "--shots", "60").code == 0)
        #expect(try kelvin("sessions", "close", "ses-1").output.contains("closed"))
        let late = try kelvin("submit", "Examples/bell.qasm", "--session", "ses-1")
        #expect(late.code != 0 && late.errors.contains("ses-1"), "\(late.errors)")
        let closed = Self.list(try kelvin("sessions", "--format", "json", "--state", "closed").output)
        #expect(closed.map { $0["id"] as? String } == ["ses-1"])
    }

    /// Of a job of a service, too, the command says what it waits for that is no queue.
    @Test func whoeverWaitsForASessionOfAServiceIsTold() throws {
        let daemon = try TestDaemon(), home = StateHome(), token = try daemon.token
        #expect(try home.run(["login", daemon.url, "--cacert", daemon.authority], input: token).code == 0)
        let open = ["sessions", "open", "--device", "heron-156", "--kind", "dedicated", "--idle", "4s"]
        #expect(try home.run(open).output == "ses-1\n")
        let bell = ["submit", "Examples/bell.qasm", "--shots", "50"]
        #expect(try home.run(bell + ["--session", "ses-1"]).code == 0)
        let waited = try home.run(bell + ["--device", "heron-156"])
        #expect(waited.code == 0, "\(waited.errors)")
        #expect(
            waited.errors.contains("job-2 waits: heron-156 is kept by the dedicated session ses-1 until"),
            "\(waited.errors)")
    }

    /// A submission whose answer is lost is sent again and makes no second job; a service that starts again in the middle
    /// is waited for.
    @Test func aLostAnswerAndARestartLoseNothingAndDoubleNothing() throws {
        let daemon = try TestDaemon(), home = StateHome(), token = try daemon.token
        #expect(try home.run(["login", daemon.url, "--cacert", daemon.authority], input: token).code == 0)
        let relay = try CuttingRelay(to: daemon.port, cutting: 1)
        let environment = [
            "KELVIN_SERVICE": "https://localhost:\(relay.port)", "KELVIN_TOKEN": token,
            "KELVIN_CACERT": daemon.authority,
        ]
        // The first answer is cut off when it is on its way.
        let sent = try home.run(
            ["submit", "Examples/bell.qasm", "--device", "ideal", "--detach"], environment: environment)
        #expect(sent.output == "job-1\n" && relay.cuts == 1, "\(sent.errors)")
        #expect(try home.run(["jobs", "--format", "json"]).output.contains("job-1"))
        #expect(Self.list(try home.run(["jobs", "--format", "json"]).output).count == 1)

        // It had arrived, and came again.
        let trail = Self.list(try home.run(["admin", "audit", "--format", "json"]).output)
        #expect(trail.count { $0["action"] as? String == "submitJob" } == 2, "\(trail)")

        let long = ["Examples/bell.qasm", "--device", "heron-133", "--shots", "6000", "--batch-shots", "100"]
        let waiting = Process(), output = Pipe(), errors = Pipe()
        waiting.executableURL = StateHome.binary
        waiting.arguments = ["submit"] + long + ["--format", "json"]
        waiting.currentDirectoryURL = StateHome.root
        waiting.environment = ProcessInfo.processInfo.environment.merging(
            ["XDG_STATE_HOME": home.path, "XDG_CONFIG_HOME": home.path + "/configuration"]) { $1 }
        waiting.standardOutput = output
        waiting.standardError = errors
        waiting.standardInput = FileHandle.nullDevice
        try waiting.run()
        for _ in 0..<200 {
            if try home.run(["jobs", "--state", "running", "--state", "completed"]).output.contains("job-2") { break }
        }
        daemon.stop()
        try daemon.start()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        waiting.waitUntilExit()
        let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(waiting.terminationStatus == 0, "\(told.suffix(600))")
        let programs = Self.object(text)["programs"] as? [[String: Any]]
        #expect(programs?.reduce(0) { $0 + ($1["shots"] as? Int ?? 0) } == 6_000, "\(text.prefix(300))")
        #expect(Self.list(try home.run(["jobs", "--format", "json"]).output).count == 2)
    }

    @Test func aServiceIsLookedAfterFromTheCommandLine() throws {
        let daemon = try TestDaemon(), home = StateHome(), token = try daemon.token
        #expect(try home.run(["login", daemon.url, "--cacert", daemon.authority], input: token).code == 0)
        func admin(_ words: String...) throws -> String {
            let done = try home.run(["admin"] + words)
            #expect(done.code == 0, "\(words): \(done.errors)")
            return done.output
        }
        #expect(try admin("organisations", "add", "acme") == "added the organisation acme\n")
        #expect(try admin("organisations").contains("acme"))
        #expect(try admin("projects", "add", "acme/lab") == "added the project acme/lab\n")
        #expect(try admin("users", "add", "acme/alice", "--role", "member:acme/lab") == "added the user acme/alice\n")
        #expect(try admin("users", "list", "acme").contains("member:acme/lab"))
        let secret = try admin(
            "tokens", "add", "acme/alice", "--name", "laptop", "--ability", "read", "--ability", "jobs"
        )
        .trimmingCharacters(in: .newlines)
        #expect(try admin("budget", "acme/lab", "--seconds", "0") == "acme/lab has used 0.0 of 0.0 s\n")
        #expect(try admin("budget", "acme/lab", "--unlimited").contains("without a limit"))
        // Alice works, and does not administer.
        let alice = ["KELVIN_TOKEN": secret]
        #expect(try home.run(["submit", "Examples/bell.qasm", "--device", "ideal"], environment: alice).code == 0)
        #expect(try home.run(["jobs", "--project", "acme/lab"], environment: alice).output.contains("job-1"))
        let refused = try home.run(["admin", "users", "add", "acme/bob"], environment: alice)
        #expect(refused.code == 3 && refused.errors.contains("error["), "\(refused.errors)")
        // The view of who is no operator has the jobs and says what it lacks.
        let plain = try home.run(["top"], environment: alice)
        #expect(plain.code == 0 && plain.output.contains("for operators") && !plain.output.contains("\u{1B}"))
        _ = try admin("drain", "garnet-20", "--reason", "new filters")
        let drained = try home.run(["submit", "Examples/bell.qasm", "--device", "garnet-20", "--dry-run"])
        #expect(drained.output.contains("new filters") || drained.errors.contains("new filters"), "\(drained)")
        _ = try admin("resume", "garnet-20")
        _ = try admin("users", "change", "acme/alice", "--disable-tokens")
        #expect(try home.run(["jobs"], environment: alice).errors.contains("in force"))
        let trail = try admin("audit", "--limit", "3", "--format", "csv")
        #expect(trail.hasPrefix("time,user,token,address,action,target,status,request\r\n"))
        #expect(trail.contains("changeUser") && trail.split(separator: "\r\n").count == 4)
        #expect(try home.run(["top"]).output.contains("MACHINE"))
    }
}
