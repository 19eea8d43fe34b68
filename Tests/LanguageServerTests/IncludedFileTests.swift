import Testing

@testable import LanguageServer

/// Documents that include files beside them.
@Suite struct IncludedFileTests {
    @Test func filesBesideAreRead() {
        var talk = Talk(files: ["part.inc": "gate twist(a) x { U(a, 0, 0) x; }"])
        talk.open("include \"part.inc\";\nqubit q;\ntwist(0.5) q;\n")
        #expect(talk.diagnostics().isEmpty)
    }

    /// Names of the files, and of those that they include, are known where the document uses them.
    @Test func namesOfFiles() throws {
        var talk = Talk(files: [
            "lib/part.inc": "include \"deep.inc\";\n// Turns.\ngate twist(a) x { deep x; }\n",
            "lib/deep.inc": "gate deep x { U(0, 0, 0) x; }",
        ])
        talk.open("include \"lib/part.inc\";\nqubit q;\ntwist(0.5) q;\n")
        let at: [String: Any] = ["textDocument": ["uri": Talk.uri], "position": ["line": 2, "character": 2]]
        let found = try #require(talk.ask("textDocument/definition", at)["result"] as? [String: Any])
        #expect(found["uri"] as? String == "file:///lib/part.inc")
        let start = try #require((found["range"] as? [String: [String: Int]])?["start"])
        #expect(start == ["line": 2, "character": 5])
        let hover = try #require(talk.ask("textDocument/hover", at)["result"] as? [String: Any])
        let text = try #require((hover["contents"] as? [String: Any])?["value"] as? String)
        #expect(text.contains("gate twist(a) x") && text.contains("lib/part.inc") && text.contains("Turns."), "\(text)")
        let list = try #require(
            talk.ask(
                "textDocument/completion",
                ["textDocument": ["uri": Talk.uri], "position": ["line": 3, "character": 0]])["result"]
                as? [String: Any])
        let labels = Set((list["items"] as? [[String: Any]] ?? []).compactMap { $0["label"] as? String })
        #expect(labels.isSuperset(of: ["twist", "deep", "q"]))
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
