import Foundation
import Testing

/// What the programs say of themselves: every word is found from `kelvin --help`, and every text is for people.
@Suite struct HelpTests {
    private static let programs = ["kelvin", "kelvin-jobs", "kelvin-fleet", "kelvind"]

    private static func text(_ program: String, _ words: [String], _ environment: [String: String] = [:]) throws
        -> String
    {
        let told = try StateHome().run(words, program: StateHome.program(program), environment: environment)
        #expect(told.code == 0, "\(program) \(words): \(told.errors)")
        return told.output
    }

    /// The words below a command, as its help lists them.
    private static func subcommands(_ help: String) -> [String] {
        guard let list = help.range(of: "SUBCOMMANDS:\n")?.upperBound else { return [] }
        return help[list...].split(separator: "\n").compactMap { line in
            guard line.hasPrefix("  "), let first = line.dropFirst(2).first, first != " ", first != "S" else {
                return nil
            }
            return line.split(separator: " ").first.map(String.init)
        }
    }

    @Test(arguments: programs) func everyTextIsForPeople(program: String) throws {
        var waiting: [[String]] = [[]], seen = 0
        while let words = waiting.popLast() {
            let help = try Self.text(program, words + ["--help"])
            waiting += Self.subcommands(help).map { words + [$0] }
            seen += 1
            // Swift's own names of values, numbers for words, and descriptions of nothing.
            for pattern in [#"default:\s+\w+\("#, #"rerun[^)]*default:\s+\d"#, #"(?m)^ +\S+ +- *$"#, #"Optional\("#] {
                #expect(help.range(of: pattern, options: .regularExpression) == nil, "\(words): \(pattern)\n\(help)")
            }
            // Where the values are listed, the sentence before them lists no others.
            #expect(!help.contains("cirq or braket; left out"))
        }
        #expect(seen > (program == "kelvin-fleet" ? 1 : 6))
    }

    /// `kelvin --help` names every word, and `kelvin help WORD` is what `kelvin WORD --help` is, whoever answers it.
    @Test func everyWordIsFoundFromTheBeginning() throws {
        let root = try Self.text("kelvin", ["--help"])
        let named = Set(root.split { !$0.isLetter && $0 != "-" }.map(String.init))
        for program in Self.programs {
            for word in Self.subcommands(try Self.text(program, ["--help"])) {
                #expect(named.contains(word), "kelvin --help does not name '\(word)'")
                let help = try Self.text("kelvin", [word, "--help"])
                #expect(try Self.text("kelvin", ["help", word]) == help, "\(word)")
            }
        }
    }

    /// A user's own worker, unless a database is named.
    @Test func aWorkerIsTheUsersUnlessADatabaseIsNamed() throws {
        let own = try Self.text("kelvin", ["worker", "--help"])
        #expect(own.contains("--keep-calibrated") && own.contains("--database URL") && !own.contains("--lease"))
        #expect(own.contains("default: 1h") && own.contains("default: 1d"))
        for (words, environment) in [
            (["--database", "postgres://x"], [:]), ([], ["KELVIND_DATABASE": "postgres://x"]),
        ] {
            #expect(try Self.text("kelvin", ["worker"] + words + ["--help"], environment).contains("--lease"))
        }
        // The script at the root says the same of who answers.
        let script = try String(contentsOf: StateHome.root.appendingPathComponent("kelvin"), encoding: .utf8)
        let jobs = try #require(script.components(separatedBy: ") product=kelvin-jobs").first)
        let words = Set(jobs.components(separatedBy: "case $word in").last?.split { !$0.isLetter && $0 != "-" } ?? [])
        let expected = Self.subcommands(try Self.text("kelvin-jobs", ["--help"])).map { Substring($0) }
        #expect(words == Set(expected))
        #expect(!script.contains("--help\"*) product=kelvind"))
    }

    /// What no machine is called is said at once, not again and again.
    @Test func aWorkerKeepsNoUnknownMachine() throws {
        for (machines, code, part) in [
            ("heron-133,nope", Int32(3), "nope"), ("ideal", 3, "ideal"), ("", 2, "heron-133,garnet-20"),
        ] {
            let home = StateHome()
            let told = try home.run(["worker", "--keep-calibrated", machines])
            #expect(told.code == code && told.errors.contains(part), "\(machines): \(told)")
        }
    }

    @Test func oneJobIsOneJob() throws {
        let home = StateHome()
        let kept = ["reserve", "heron-133", "--account", "operators"]
        #expect(try home.run(kept + ["--until", "1h"]).code == 0)
        #expect(try home.run(["submit", "Examples/bell.qasm", "--detach"]).code == 0)
        // It stands in the queue once the background process has looked at it.
        var dry = ""
        for _ in 0..<200 where !dry.contains("1 job before it") {
            dry = try home.run(["submit", "Examples/bell.qasm", "--dry-run"]).output
        }
        #expect(dry.hasPrefix("would be taken, 1 job before it"), "\(dry)")
        #expect(try home.run(["cancel", "1"]).code == 0)
        #expect(try home.run(kept + ["--cancel"]).code == 0)
    }
}
