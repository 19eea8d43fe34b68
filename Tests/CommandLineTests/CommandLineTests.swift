import Foundation
import ScratchDirectory
import Testing

/// The built command line, run as its users run it.
@Suite struct CommandLineTests {
    struct Outcome {
        var code: Int32
        var output: String
        var errors: String
    }

    /// The `kelvin` that was built along with these tests.
    static let binary: URL = {
        let executable = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath()
        var directory = executable.deletingLastPathComponent()
        while directory.path != "/" {
            let candidate = directory.appendingPathComponent("kelvin")
            var isDirectory: ObjCBool = false
            if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isDirectory),
                !isDirectory.boolValue,
                candidate.deletingLastPathComponent().path.contains(".build")
            {
                return candidate
            }
            directory = directory.deletingLastPathComponent()
        }
        return URL(fileURLWithPath: "/nonexistent/kelvin")
    }()

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func kelvin(_ arguments: String...) throws -> Outcome { try kelvin(arguments) }

    func kelvin(_ arguments: [String], input: String? = nil, environment: [String: String] = [:]) throws -> Outcome {
        let process = Process()
        // Nothing is remembered from one test to the next, unless a test says where.
        process.environment = ProcessInfo.processInfo.environment.merging(["KELVIN_STATE": ""]) { $1 }
            .merging(environment) { $1 }
        process.executableURL = Self.binary
        process.arguments = arguments
        process.currentDirectoryURL = Self.root
        let output = Pipe(), errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = try ScratchDirectory.input(input ?? "")
        try process.run()
        // Both streams are drained at once, or a full pipe would stop the process.
        let gathered = Gathered()
        let reader = Thread { gathered.take(errors.fileHandleForReading.readDataToEndOfFile()) }
        reader.start()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: gathered.wait(), as: UTF8.self))
    }

    private final class Gathered: @unchecked Sendable {  // guarded by the semaphore: written once, then read once
        private let done = DispatchSemaphore(value: 0)
        private var data = Data()
        func take(_ data: Data) {
            self.data = data
            done.signal()
        }
        func wait() -> Data {
            done.wait()
            return data
        }
    }

    private func temporaryFile(_ text: String, _ ending: String = "qasm") throws -> String {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("kelvin-\(UUID().uuidString).\(ending)")
        try Data(text.utf8).write(to: url)
        return url.path
    }

    private struct Document: Decodable {
        struct Block: Decodable {
            struct Sample: Decodable {
                var counts: [String: Int]
                var exact: [String: Double]?
                var outputs: [Output]
                struct Output: Decodable {
                    var name: String
                    var values: [Value]
                    struct Value: Decodable {
                        var value: String
                        var count: Int
                    }
                }
            }
            struct Estimate: Decodable {
                var value: Double
                var standardError: Double
            }
            var samples: [Sample]?
            var estimates: [Estimate]?
        }
        struct Device: Decodable { var emulated: Bool }
        struct Program: Decodable {
            var method: String
            var compiled: String?
            var initialLayout: [Int]
        }
        struct Trust: Decodable { var likelyNoise: Bool }
        var results: [Block]
        var device: Device
        var programs: [Program]
        var trust: Trust
    }

    private func result(_ arguments: String...) throws -> Document {
        let process = try kelvin(["run"] + arguments + ["--format", "json"])
        #expect(process.code == 0, "\(process.errors)")
        return try JSONDecoder().decode(Document.self, from: Data(process.output.utf8))
    }

    // MARK: The seven steps

    @Test func teleportationWorksOnBothDevices() throws {
        let ideal = try result("Examples/teleport.qasm", "--device", "ideal", "--seed", "1")
        let sample = try #require(ideal.results[0].samples?.first)
        // Bob reads 0 in every shot, Alice's two bits are free.
        #expect(sample.counts.keys.sorted() == ["0 0 0", "0 1 0", "1 0 0", "1 1 0"])
        #expect(!ideal.trust.likelyNoise)
        let noisy = try result("Examples/teleport.qasm", "--shots", "4000", "--seed", "1")
        #expect(noisy.device.emulated)
        let counts = try #require(noisy.results[0].samples?.first?.counts)
        let right = counts.filter { $0.key.hasSuffix("0") }.values.reduce(0, +)
        #expect(right > 3400 && right < 4000)
        #expect(noisy.programs[0].compiled?.contains("cz") == true)
    }

    @Test func textShowsHistogramTrustAndSteps() throws {
        let outcome = try kelvin("run", "Examples/bell.qasm", "--seed", "3")
        #expect(outcome.code == 0)
        for part in [
            "█", "trust", "emulated", "submit", "schedule", "compile", "map", "execute", "handle errors", "deliver",
        ] {
            #expect(outcome.output.contains(part), "no '\(part)' in the report")
        }
    }

    @Test(arguments: [
        ("qft", "01101"), ("adder", "1011"), ("bit-flip-code", "111"), ("bernstein-vazirani", "10110"),
        ("iterative-phase-estimation", "0101"), ("loschmidt-echo", "00000000"),
    ])
    func examplesGiveTheirAnswers(name: String, answer: String) throws {
        let sample = try #require(try result("Examples/\(name).qasm", "--device", "ideal").results[0].samples?.first)
        #expect(
            sample.counts.allSatisfy {
                $0.key.contains(answer) || $0.key.split(separator: " ").contains(Substring(answer))
            })
    }

    /// Time turned back on a real machine does not lead home, and the result says so.
    @Test func aDeepProgramIsCalledNoise() throws {
        let document = try result("Examples/loschmidt-echo.qasm", "--seed", "5")
        #expect(document.trust.likelyNoise)
        let counts = try #require(document.results[0].samples?.first?.counts)
        #expect((counts["00000000"] ?? 0) < 300)
    }

    /// A try succeeds with probability 5/8, and the verified rotation always gives 0.
    @Test func repeatUntilSuccess() throws {
        let document = try result(
            "Examples/repeat-until-success.qasm", "--device", "ideal", "--seed", "4", "--shots", "4000")
        let sample = try #require(document.results[0].samples?.first)
        #expect(sample.counts == ["00 0": 4000])
        let tries = try #require(sample.outputs.first { $0.name == "tries" })
        let once = tries.values.first { $0.value == "1" }?.count ?? 0
        #expect(abs(Double(once) / 4000 - 0.625) < 0.035)
    }

    @Test func observablesWithInputs() throws {
        let energy = "-1.0523*II + 0.3979*IZ - 0.3979*ZI - 0.0113*ZZ + 0.1809*XX"
        let exact = try result(
            "Examples/ansatz.qasm", "--device", "ideal", "--input", "theta=-0.22", "--observable", energy)
        let ideal = try #require(exact.results[0].estimates?.first)
        #expect(abs(ideal.value + 1.857) < 0.002)
        #expect(ideal.standardError == 0)
        let noisy = try result(
            "Examples/ansatz.qasm", "--input", "theta=-0.22", "--observable", energy, "--shots", "4000", "--seed", "2")
        let estimate = try #require(noisy.results[0].estimates?.first)
        #expect(estimate.standardError > 0)
        #expect(abs(estimate.value - ideal.value) < 0.1)
    }

    @Test func theSameSeedGivesTheSameBytes() throws {
        let arguments = ["run", "Examples/ghz.qasm", "--seed", "9", "--format", "json", "--no-timing"]
        let first = try kelvin(arguments), second = try kelvin(arguments)
        #expect(first.output == second.output)
        #expect(first.output.count > 1000)
        let other = try kelvin(["run", "Examples/ghz.qasm", "--seed", "10", "--format", "json", "--no-timing"])
        #expect(first.output != other.output)
    }

    // MARK: Compile, check, devices

    @Test func gapsOfTheScheduleCanBeWrittenAsDelays() throws {
        let plain = try kelvin("compile", "Examples/qft.qasm", "--seed", "1")
        let timed = try kelvin("compile", "Examples/qft.qasm", "--seed", "1", "--explicit-delays")
        #expect(timed.code == 0)
        #expect(!plain.output.contains("delay["))
        let lines = timed.output.split(separator: "\n").filter { !$0.hasPrefix("delay[") }
        #expect(lines == plain.output.split(separator: "\n"))
        #expect(timed.output.contains("delay["))
    }

    @Test func gatesStayWhereThatIsAskedFor() throws {
        let folded = try temporaryFile(
            """
            OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; h q[0];
            cx q[0], q[1]; cx q[0], q[1]; cx q[0], q[1];
            """)
        func entanglers(_ options: String...) throws -> Int {
            try kelvin(["compile", folded, "--seed", "1"] + options).output.components(separatedBy: "cz $").count - 1
        }
        #expect(try entanglers() == 1)
        #expect(try entanglers("--keep-gates") == 3)
    }

    @Test func compiledProgramsAreProgramsAgain() throws {
        let compiled = try kelvin("compile", "Examples/qft.qasm", "--seed", "1")
        #expect(compiled.code == 0)
        let path = try temporaryFile(compiled.output)
        #expect(try kelvin("check", path).code == 0)
        let target = path + ".out.qasm"
        #expect(
            try kelvin("compile", "Examples/qft.qasm", "--seed", "1", "--to", "qasm2", "--output", target).code == 0)
        #expect(try String(contentsOfFile: target, encoding: .utf8).hasPrefix("OPENQASM 2.0;"))
        #expect(try kelvin("check", target).code == 0)
        let report = try kelvin("compile", "Examples/qft.qasm", "--report", "json", "--seed", "1")
        #expect(report.output.contains("\"finalLayout\""))
        let drawing = try kelvin("compile", "Examples/bell.qasm", "--draw", "--device", "ideal")
        #expect(drawing.code == 0 && drawing.output.contains("─"))
    }

    @Test func allExamplesCheck() throws {
        let examples = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appendingPathComponent("Examples").path
        )
        .filter { $0.hasSuffix(".qasm") }.sorted()
        #expect(examples.count >= 10)
        let outcome = try kelvin(["check"] + examples.map { "Examples/\($0)" })
        #expect(outcome.code == 0, "\(outcome.errors)")
    }

    @Test func devicesAreListedAndDrawn() throws {
        let list = try kelvin("devices")
        for id in ["ideal", "heron-133", "heron-156"] { #expect(list.output.contains(id)) }
        let shown = try kelvin("devices", "show", "heron-133")
        #expect(shown.output.contains("132") && shown.output.contains("│") && shown.output.contains("─"))
        #expect(shown.output.contains("emulated") && shown.output.contains("torino"))
        #expect(try kelvin("version").output.hasPrefix("kelvin "))
    }

    // MARK: Bad input

    /// Every bad program: exit code 1, a message that says what and where, nothing on standard output.
    @Test(arguments: [
        ("", "empty"), ("OPENQASM 3.0;\nqubit q;\nh p;\n", "3:1"),
        ("OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[2] q;\ncx q[0];\n", "4:1"),
        ("OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[2] q;\nh q[2];\n", "4:"), ("OPENQASM 3.0;\nqubit[2] q", "2:"),
        ("hello world", "1:"), ("OPENQASM 2.0;\nqreg q[3];\ncreg c[3];\nmeasure q -> d;\n", "4:"),
        ("\u{0}\u{1}\u{2}\u{3}", "binary"),
    ])
    func wrongProgramsAreExplained(text: String, hint: String) throws {
        let path = try temporaryFile(text)
        for command in ["run", "check", "compile"] {
            let outcome = try kelvin(command, path)
            #expect(outcome.code == 1)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains(hint), "\(outcome.errors)")
        }
    }

    @Test func wrongInputsAreExplained() throws {
        let cases: [(arguments: [String], code: Int32, hint: String)] = [
            (["run", "no-such-file.qasm"], 1, "no-such-file.qasm"),
            (["run", "Examples"], 1, "directory"),
            (["run", "Examples/ansatz.qasm", "--observable", "ZZ"], 1, "--input theta="),
            (["run", "Examples/ansatz.qasm", "--observable", "ZZ", "--input", "phi=1"], 1, "theta"),
            (["run", "Examples/ansatz.qasm", "--observable", "ZZ", "--input", "theta=true"], 1, "float"),
            (["run", "Examples/ansatz.qasm", "--observable", "ZZ", "--input", "theta"], 2, "NAME=VALUE"),
            (["run", "Examples/ansatz.qasm", "--input", "theta=1"], 1, "observable"),
            (["run", "Examples/bell.qasm", "--observable", "ZZZ"], 1, "2"),
            (["run", "Examples/bell.qasm", "--shots", "0"], 2, "--shots"),
            (["run", "Examples/bell.qasm", "--device", "nowhere"], 3, "heron-133"),
            (["run", "Examples/bell.qasm", "--device", "./nowhere.json"], 3, "nowhere.json"),
            (["run", "Examples/bell.qasm", "--shots", "999999999"], 1, "at most"),
            (["frobnicate"], 2, "frobnicate"),
            (["compile", "Examples/teleport.qasm", "--to", "qasm2"], 1, "qasm3"),
            (["compile", "Examples/bell.qasm", "--output", "no/such/directory/x.qasm"], 3, "no/such/directory"),
        ]
        for (arguments, code, hint) in cases {
            let outcome = try kelvin(arguments)
            #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(hint), "\(arguments): \(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
    }

    @Test func programsThatDoNotFitAreRefusedWithTheFigures() throws {
        let wide = try temporaryFile(
            "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[200] q;\nbit[200] c;\nh q;\nc = measure q;\n")
        let outcome = try kelvin("run", wide)
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains("200") && outcome.errors.contains("133"))
        let opaque = try temporaryFile(
            "OPENQASM 2.0;\nopaque magic a;\nqreg q[1];\ncreg c[1];\nmagic q[0];\nmeasure q -> c;\n")
        let refused = try kelvin("run", opaque)
        #expect(refused.code == 1)
        #expect(refused.errors.contains("magic"))
    }

    /// What only shows when the program runs is its fault too, at its place.
    @Test(arguments: [
        ("int[8] k = 3;\nk = k / (k - 3);", "4:1", "division by zero"),
        ("while (c == 0) { reset q; c = measure q; }", "3:1", "loop"),
    ])
    func faultsAtRunTimeArePlaced(statement: String, place: String, hint: String) throws {
        let path = try temporaryFile(
            "OPENQASM 3.0; include \"stdgates.inc\";\nqubit q; bit c;\n\(statement)\nx q; c = measure q;")
        let outcome = try kelvin("run", path, "--device", "ideal", "--shots", "4")
        #expect(outcome.code == 1)
        #expect(outcome.errors.contains(hint), "\(outcome.errors)")
        #expect(outcome.errors.contains(place), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    /// A device file that breaks physics or disappears: exit code 3, the path within the file, the value.
    @Test(arguments: [
        ("\"t1\": ", "\"t1\": -", "t1"), ("\"error\": 0.", "\"error\": 7.", "error"),
        ("\"version\": ", "\"version\": 9", "version"),
        ("\"error\": 0.", "\"error\": NaN, \"was\": 0.", "NaN"),
        ("[0, 1], [0, 15]", "[0, 15]", "no coupling"),
        ("{", "[", "JSON"),
    ])
    func brokenDeviceFilesAreExplained(old: String, new: String, hint: String) throws {
        let source = Self.root.appendingPathComponent("Sources/Drivers/Devices/heron-133.json")
        let text = try String(contentsOf: source, encoding: .utf8)
        let place = try #require(text.range(of: old))
        let path = try temporaryFile(text.replacingCharacters(in: place, with: new), "json")
        let outcome = try kelvin("run", "Examples/bell.qasm", "--device", path)
        #expect(outcome.code == 3)
        #expect(outcome.errors.contains(hint), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func failuresAreJSONToo() throws {
        let outcome = try kelvin("run", "no-such-file.qasm", "--format", "json")
        #expect(outcome.code == 1)
        #expect(outcome.output.contains("\"error\""))
    }

    @Test func programsComeFromStandardInput() throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent("Examples/bell.qasm"), encoding: .utf8)
        let outcome = try kelvin(["run", "-", "--device", "ideal", "--seed", "1"], input: text)
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("11"))
    }
}
