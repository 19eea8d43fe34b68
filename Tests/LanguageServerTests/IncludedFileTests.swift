import Testing

@testable import LanguageServer

/// Documents that include files beside them.
@Suite struct IncludedFileTests {
    @Test func filesBesideAreRead() {
        var talk = Talk(files: ["part.inc": "gate twist(a) x { U(a, 0, 0) x; }"])
        talk.open("include \"part.inc\";\nqubit q;\ntwist(0.5) q;\n")
        #expect(talk.diagnostics().isEmpty)
    }

    /// What is wrong in a file shows where the document includes it, with its own place beside it.
    @Test func errorsWithinFiles() throws {
        var talk = Talk(files: ["part.inc": "gate g x { U(0, 0, 0) x; }\ndef f(int a) -> int { return nosuch; }\n"])
        talk.open("OPENQASM 3.0;\ninclude \"part.inc\";\nqubit q;\ng q;\n")
        let found = talk.diagnostics()
        let first = try #require(found.first)
        #expect(found.count == 1)
        #expect((first["message"] as? String)?.hasPrefix("part.inc:2:30: 'nosuch' is not declared") == true, "\(first)")
        let range = try #require(first["range"] as? [String: [String: Int]])
        #expect(range["start"] == ["line": 1, "character": 8] && range["end"] == ["line": 1, "character": 18])
        let related = try #require(
            (first["relatedInformation"] as? [[String: Any]])?.first?["location"] as? [String: Any])
        #expect(related["uri"] as? String == "file:///part.inc")
        #expect((related["range"] as? [String: [String: Int]])?["start"] == ["line": 1, "character": 29])
    }
}
