import Foundation
import PostgreSQLTesting
import Testing

/// How a daemon is set up, and what the doctor says of it; with real processes.
@Suite struct ServiceSetupTests {
    private static let kelvind = StateHome.program("kelvind")

    /// The port that a daemon says it listens on, or what it says instead.
    private static func listening(_ home: StateHome, _ words: [String], _ environment: [String: String]) throws
        -> String
    {
        let process = Process(), output = Pipe(), errors = Pipe()
        process.executableURL = kelvind
        process.arguments = ["serve"] + words
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["XDG_STATE_HOME": home.path, "KELVIN_STATE": home.path + "/devices"].merging(environment) { $1 }
        ) { $1 }
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("listening on ") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        process.terminate()
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").last.map(String.init) ?? complaint
    }

    private static func free() throws -> Int { try CuttingRelay(to: 1, cutting: 0).port }

    @Test func flagsGoBeforeTheEnvironmentAndThatBeforeTheFile() throws {
        let home = StateHome(), ports = try (0..<3).map { _ in try Self.free() }
        let file = try home.program("{\n  \"port\": \(ports[0]),\n  \"data\": \"\(home.path)/data\"\n}\n")
        let environment = ["KELVIND_PORT": "\(ports[1])"]
        #expect(try Self.listening(home, ["--config", file], [:]).hasSuffix(":\(ports[0])"))
        #expect(try Self.listening(home, [], ["KELVIND_CONFIG": file]).hasSuffix(":\(ports[0])"))
        #expect(try Self.listening(home, ["--config", file], environment).hasSuffix(":\(ports[1])"))
        #expect(
            try Self.listening(home, ["--config", file, "--port", "\(ports[2])"], environment).hasSuffix(":\(ports[2])")
        )
        #expect(FileManager.default.fileExists(atPath: home.path + "/data/kelvin.sqlite"))
    }

    @Test func whatNobodyKnowsIsRefusedWithItsPlace() throws {
        let home = StateHome()
        let wrong: [(String, [String])] = [
            ("{\n  \"host\": \"127.0.0.1\",\n  \"prot\": 1\n}", [":3:", "prot", "did you mean 'port'"]),
            ("{\"port\": \"1\"}", [":1:", "a whole number"]), ("{\"port\": 1.5}", ["a whole number"]),
            ("{\"port\": 70000}", ["65535"]), ("{\"rate\": -1}", ["negative"]), ("[1]", ["an object"]),
            ("{\"port\": 1,\n}", [":2:"]), ("{\"host\": \"0.0.0.0\"}", ["not this computer"]),
            ("{\"scheduling\": {\n \"windw\": 9}}", [":2:", "scheduling.windw", "did you mean 'window'"]),
            ("{\"scheduling\": {\"window\": \"9\"}}", [":1:", "scheduling.window", "whole number from 1 to 1000000"]),
            ("{\"scheduling\": {\"maximumLoss\": 3}}", ["3 is not a number from 0 to 1", "cure"]),
            ("{\"scheduling\": {\"preemption\": true}}", ["none, system, higherClasses"]),
            ("{\"scheduling\": 3}", ["\"scheduling\" is an object"]),
            ("{\"logLevel\": \"loud\"}", ["loud"]), ("{\"otlpEndpoint\": \"ftp://x\"}", ["ftp://x"]),
        ]
        for (text, parts) in wrong {
            let told = try home.run(["serve", "--config", home.program(text)], program: Self.kelvind)
            #expect(told.code == 2, "\(text): \(told.errors)")
            for part in parts { #expect(told.errors.contains(part), "\(text): \(told.errors)") }
        }
        for (name, value, part) in [
            ("KELVIND_PROT", "1", "did you mean 'KELVIND_PORT'"), ("KELVIND_PORT", "x", "a whole number"),
            ("KELVIND_PLAINTEXT", "perhaps", "true or false"),
            ("KELVIND_SCHEDULING_WINDO", "9", "did you mean 'KELVIND_SCHEDULING_WINDOW'"),
            ("KELVIND_SCHEDULING_GUARD_DISTANCE", "0.5", "a whole number from 0 to 8"),
            ("KELVIND_SCHEDULING_PREEMPTION", "all", "none, system, higherClasses"),
        ] {
            let told = try home.run(["serve"], program: Self.kelvind, environment: [name: value])
            #expect(told.code == 2 && told.errors.contains(name) && told.errors.contains(part), "\(told.errors)")
        }
    }

    /// What a machine is given out by is what the operator says, and the doctor shows it.
    @Test func theSchedulerIsTheOperators() throws {
        let home = StateHome()
        let file = try home.program(
            "{\"scheduling\": {\"coherenceBudget\": 0.001, \"patienceHours\": 2, \"preemption\": \"none\"}}")
        let told = try home.run(
            ["doctor", "--config", file, "--data", home.path + "/data"], program: Self.kelvind,
            environment: ["KELVIND_SCHEDULING_PATIENCE_HOURS": "3"])
        #expect(
            told.output.contains("ok    scheduling: patienceHours 3, preemption none, coherenceBudget 0.001\n"),
            "\(told.output)")
        #expect(try Self.findings(home, ["--data", home.path + "/data"]).found["scheduling"] == "ok")
        // A thousandth of T2 is too little for a Bell pair; by itself a service takes it.
        let words = ["submit", "Examples/bell.qasm", "--device", "garnet-20", "--shots", "10", "--dry-run"]
        for (environment, code) in [(["KELVIND_CONFIG": file], Int32(1)), ([:], 0)] {
            let daemon = try TestDaemon(environment: environment)
            let client = [
                "KELVIN_SERVICE": daemon.url, "KELVIN_TOKEN": try daemon.token, "KELVIN_CACERT": daemon.authority,
            ]
            let answer = try home.run(words, environment: client)
            #expect(answer.code == code, "\(answer.output) \(answer.errors)")
            let said = answer.output + answer.errors
            #expect(said.contains("the least T2 of its best region") == (code != 0), "\(said)")
            daemon.stop()
        }
    }

    private static func findings(_ home: StateHome, _ words: [String]) throws -> (code: Int32, found: [String: String])
    {
        let told = try home.run(["doctor", "--format", "json"] + words, program: kelvind)
        let list = try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [[String: Any]] ?? []
        var found: [String: String] = [:]
        for finding in list {
            let grade = finding["grade"] as? String ?? ""
            found[finding["check"] as? String ?? ""] = grade
            #expect((grade == "ok") == (finding["cure"] == nil), "\(finding)")
        }
        return (told.code, found)
    }

    @Test func theDoctorSeesWhatIsWrong() throws {
        let daemon = try TestDaemon(), home = StateHome(), data = daemon.directory + "/data"
        let tls = [
            "--certificate", daemon.directory + "/server.pem", "--private-key", daemon.directory + "/server.key",
        ]
        let place = ["--data", data, "--host", "localhost", "--port", "\(daemon.port)"]
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: daemon.directory + "/server.key")
        let well = try Self.findings(home, place + tls)
        #expect(well.found["store"] == "ok" && well.found["data directory"] == "ok" && well.found["fsync"] != "failure")
        // Two days are not long; the first token is no one's to keep.
        #expect(well.found["certificate"] == "warning" && well.found["first token"] == "warning")
        #expect(well.found["private key"] == "ok" && well.found["devices"] == "ok", "\(well)")
        #expect(well.found["port"] == "ok" && well.code == 0, "\(well)")
        // A health check reaches it by an address that its certificate does not name; another's certificate is another's.
        let address = ["--data", data, "--host", "127.0.0.1", "--port", "\(daemon.port)", "--running"]
        #expect(try Self.findings(home, address + tls).found["port"] == "ok")
        let stranger = try TestDaemon()
        let theirs = [
            "--certificate", stranger.directory + "/server.pem", "--private-key", stranger.directory + "/server.key",
        ]
        #expect(try Self.findings(home, address + theirs).found["port"] == "failure")
        stranger.stop()
        // Rights, a key of someone else's, a port that nobody has, a store that is none.
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: daemon.directory + "/server.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: data)
        daemon.stop()
        let ill = try Self.findings(home, place + tls + ["--running"])
        #expect(ill.code == 3 && ill.found["private key"] == "failure" && ill.found["data directory"] == "failure")
        #expect(ill.found["port"] == "failure")
        let other = ["--certificate", daemon.authority, "--private-key", daemon.directory + "/server.key"]
        #expect(try Self.findings(home, place + other).found["certificate"] == "failure")
        // What was not yet moved out of the log would still be read.
        try? FileManager.default.removeItem(atPath: data + "/kelvin.sqlite-wal")
        try Data("no store".utf8).write(to: URL(fileURLWithPath: data + "/kelvin.sqlite"))
        #expect(try Self.findings(home, place).found["store"] == "failure")
        let told = try home.run(["doctor", "--quiet", "--port", "99999"], program: Self.kelvind)
        #expect(told.code == 3 && told.output.contains("FAIL  settings") && told.output.contains("cure:"))
    }

    @Test func theDoctorLooksAtTheDatabaseAndWhatOpensSecrets() throws {
        let home = StateHome(), server = try PostgreSQLServer.shared.get()
        let address = try server.database()
        let name = String(address.dropFirst(server.address("").prefix { $0 != "?" }.count).prefix { $0 != "?" })
        let words = ["--data", home.path + "/data", "--database", address]
        let empty = try Self.findings(home, words)
        #expect(empty.found["database"] == "ok" && empty.found["database, answers"] == "ok", "\(empty)")
        #expect(empty.found["store"] == nil && empty.code == 0)
        // Nothing was made on the way.
        #expect(try server.sql("SELECT to_regclass('schema_steps') IS NULL", in: name).contains("t"))
        _ = try server.sql("CREATE TABLE schema_steps (name TEXT PRIMARY KEY)", in: name)
        _ = try server.sql("INSERT INTO schema_steps VALUES ('of another century')", in: name)
        #expect(try Self.findings(home, words).found["database"] == "failure")
        let gone = ["--data", home.path + "/data", "--database", server.address("nobody")]
        #expect(try Self.findings(home, gone).found["database"] == "failure")

        try FileManager.default.createDirectory(atPath: home.path + "/data", withIntermediateDirectories: true)
        let keys = home.path + "/data/secrets.keys", identity = try home.program("{\"issuer\": 1}")
        #expect(FileManager.default.createFile(atPath: keys, contents: Data(), attributes: [.posixPermissions: 0o644]))
        let open = try Self.findings(home, ["--data", home.path + "/data", "--identity", identity])
        #expect(open.found["secrets"] == "failure" && open.found["identity provider"] == "failure", "\(open)")
    }

    /// A worker takes its settings from the same places as a server.
    @Test func aWorkerIsSetUpAsAServerIs() throws {
        let home = StateHome()
        let nowhere = try home.run(["worker"], program: Self.kelvind)
        #expect(nowhere.code == 2 && nowhere.errors.contains("KELVIND_DATABASE"), "\(nowhere.errors)")
        let file = try home.program("{\n  \"database\": \"postgres://x@/y?host=/nonexistent\",\n  \"lease\": 0.1\n}\n")
        let lease = try home.run(["worker", "--config", file], program: Self.kelvind)
        #expect(lease.code == 2 && lease.errors.contains("0.5 to 3600"), "\(lease.errors)")
        // `kelvin` knows whose worker is meant.
        let kelvin = StateHome.program("kelvin")
        let unreachable = try home.run(["worker", "--config", file, "--lease", "5"], program: kelvin)
        #expect(unreachable.code == 3 && unreachable.errors.contains("/nonexistent"), "\(unreachable.errors)")
        let own = try home.run(["worker", "--idle", "0"], program: kelvin, environment: ["KELVIND_CONFIG": file])
        #expect(own.code == 0, "\(own.errors)")
    }
}
