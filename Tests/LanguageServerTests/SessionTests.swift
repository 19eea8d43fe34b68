import Foundation
import Languages
import Testing

@testable import LanguageServer

/// A client's talk with a session, in JSON.
struct Talk {
    private var session: Session
    private var lastID = 0

    init(encodings: [String]? = nil, files: [String: String] = [:]) {
        session = Session(version: "test") { path in
            path == "/a.qasm"
                ? IncludeReader { files[$0].map { .bytes(Array($0.utf8)) } ?? .refused("there is no such file") } : nil
        }
        let general = encodings.map { ["general": ["positionEncodings": $0]] as [String: Any] } ?? [:]
        _ = ask("initialize", ["capabilities": general])
        tell("initialized", [:])
    }

    mutating func send(_ message: [String: Any]) -> [[String: Any]] {
        // Literals of this file, which are JSON by construction.
        let content = try! JSONSerialization.data(withJSONObject: message)
        return session.receive([.message(Array(content))]).map { Self.object($0) }
    }

    private static func object(_ reply: Reply) -> [String: Any] {
        // An answer that is no JSON object is the worst of failures; the test process may end with it.
        try! JSONSerialization.jsonObject(with: Data(reply.content)) as! [String: Any]
    }

    mutating func ask(_ method: String, _ params: [String: Any]) -> [String: Any] {
        lastID += 1
        return send(["jsonrpc": "2.0", "id": lastID, "method": method, "params": params])[0]
    }

    mutating func tell(_ method: String, _ params: [String: Any]) {
        _ = send(["jsonrpc": "2.0", "method": method, "params": params])
    }

    static let uri = "file:///a.qasm"

    mutating func open(_ text: String) {
        tell(
            "textDocument/didOpen",
            ["textDocument": ["uri": Self.uri, "languageId": "qasm", "version": 1, "text": text]])
    }

    mutating func at(_ method: String, line: Int, _ character: Int, _ more: [String: Any] = [:]) -> [String: Any] {
        var params: [String: Any] = [
            "textDocument": ["uri": Self.uri], "position": ["line": line, "character": character],
        ]
        params.merge(more) { $1 }
        return ask("textDocument/" + method, params)
    }

    mutating func diagnostics() -> [[String: Any]] {
        guard let reply = session.analyse() else { return [] }
        return (Self.object(reply)["params"] as! [String: Any])["diagnostics"] as! [[String: Any]]
    }

    var text: String? { session.documents[Self.uri].map { String(decoding: $0.source.bytes, as: UTF8.self) } }

    mutating func receive(_ frames: [String]) -> [[String: Any]] {
        session.receive(frames.map { .message(Array($0.utf8)) }).map { Self.object($0) }
    }

    var exitCode: Int32 { session.exitCode }
}

/// `range` of a reply as four numbers.
func numbers(_ range: Any?) -> [Int] {
    guard let range = range as? [String: [String: Int]] else { return [] }
    return [
        range["start"]!["line"]!, range["start"]!["character"]!, range["end"]!["line"]!, range["end"]!["character"]!,
    ]
}

@Suite struct SessionTests {
    static let program = """
        OPENQASM 3.0;
        include "stdgates.inc";
        const int n = 2 + 1;
        // A pair in superposition.
        gate pair(a) x, y { rx(a) x; cx x, y; }
        qubit[n] q;
        pair(pi / 2) q[0], q[1];
        ctrl @ h q[0], q[2];
        """

    private func hover(_ talk: inout Talk, _ line: Int, _ character: Int) -> String {
        let result = talk.at("hover", line: line, character)["result"] as? [String: Any]
        return (result?["contents"] as? [String: Any])?["value"] as? String ?? ""
    }

    @Test func hovers() {
        var talk = Talk()
        talk.open(Self.program)
        let pair = hover(&talk, 6, 2)
        #expect(pair.contains("gate pair(a) x, y"))
        #expect(pair.contains("A pair in superposition."))
        #expect(hover(&talk, 5, 6).contains("with the value `3`"))
        let hadamard = hover(&talk, 7, 7)
        #expect(hadamard.contains("gate h q") && hadamard.contains("[ 1/√2  1/√2  ]"), "\(hadamard)")
        #expect(hover(&talk, 4, 30).contains("Controlled X"))
        #expect(hover(&talk, 6, 5).contains("3.14159"))
        #expect(hover(&talk, 7, 1).contains("adds n qubits that control"))
        #expect(talk.at("hover", line: 3, 0)["result"] is NSNull)
    }

    @Test func completionKnowsItsPlace() {
        var talk = Talk()
        func labels(_ line: Int, _ character: Int) -> Set<String> {
            let result = talk.at("completion", line: line, character)["result"] as! [String: Any]
            return Set((result["items"] as! [[String: Any]]).map { $0["label"] as! String })
        }
        talk.open(Self.program + "\n\nh ;\nint k = ;\nctrl @ ;\ninclude \";\n// h ")
        let statement = labels(8, 0)
        #expect(statement.isSuperset(of: ["pair", "cx", "qubit", "q", "n"]))
        #expect(!statement.contains("x_missing"))
        #expect(labels(9, 2) == ["q"])
        let expression = labels(10, 8)
        #expect(expression.isSuperset(of: ["n", "pi", "sin", "measure"]) && !expression.contains("cx"))
        let gates = labels(11, 7)
        #expect(gates.isSuperset(of: ["pair", "cx", "inv"]) && !gates.contains("qubit"))
        #expect(labels(12, 9) == ["stdgates.inc", "qelib1.inc"])
        #expect(labels(13, 5).isEmpty)
        // Inside the gate: its own names, constants, and no register of the program.
        let inside = labels(4, 20)
        #expect(inside.isSuperset(of: ["x", "y", "a", "n"]) && !inside.contains("q"))
    }

    @Test func definitionReferencesRename() {
        var talk = Talk()
        talk.open(Self.program)
        let definition = talk.at("definition", line: 6, 13)["result"] as! [String: Any]
        #expect(numbers(definition["range"]) == [5, 9, 5, 10])
        let references = talk.at("references", line: 5, 9, ["context": ["includeDeclaration": true]])["result"]
        #expect((references as! [[String: Any]]).count == 5)
        let rename = talk.at("rename", line: 2, 10, ["newName": "size"])["result"] as! [String: Any]
        let edits = (rename["changes"] as! [String: [[String: Any]]])[Talk.uri]!
        #expect(edits.map { numbers($0["range"]) } == [[2, 10, 2, 11], [5, 6, 5, 7]])
        for name in ["q", "qubit", "1a", "a b", "", "pair"] {
            #expect(talk.at("rename", line: 2, 10, ["newName": name])["error"] != nil, "\(name)")
        }
        #expect(talk.at("prepareRename", line: 0, 2)["result"] is NSNull)
    }

    @Test func symbols() {
        var talk = Talk()
        talk.open(Self.program)
        let result = talk.ask("textDocument/documentSymbol", ["textDocument": ["uri": Talk.uri]])["result"]
        let symbols = result as! [[String: Any]]
        #expect(symbols.map { $0["name"] as! String } == ["n", "pair", "q"])
        #expect((symbols[1]["children"] as! [[String: Any]]).map { $0["name"] as! String } == ["a", "x", "y"])
        #expect(numbers(symbols[1]["range"]) == [4, 0, 4, 39])
    }

    @Test func diagnosticsAndFormatting() {
        var talk = Talk()
        talk.open("OPENQASM 3.0;\nqubit q;\nqubit spare;\nU(0,0,0)q;\n")
        let warning = talk.diagnostics()[0]
        #expect(warning["code"] as? String == "QASM0601")
        #expect(warning["severity"] as? Int == 2)
        #expect(warning["tags"] as? [Int] == [1])
        #expect(numbers(warning["range"]) == [2, 6, 2, 11])
        let edits =
            talk.ask("textDocument/formatting", ["textDocument": ["uri": Talk.uri]])["result"] as! [[String: Any]]
        #expect((edits[0]["newText"] as! String).hasSuffix("U(0, 0, 0) q;\n"))
        talk.open("qubit q")
        #expect(talk.ask("textDocument/formatting", ["textDocument": ["uri": Talk.uri]])["result"] is NSNull)
        #expect(talk.diagnostics()[0]["severity"] as? Int == 1)
    }

    /// Positions count UTF-16 code units unless both sides can do bytes.
    @Test func encodings() {
        let text = "/* 😀π */ qubit[2] q; U(0, 0, 0) q[2];\n"
        for (encodings, character) in [(nil, 35), (["utf-32", "utf-16"], 35), (["utf-16", "utf-8"], 38)] {
            var talk = Talk(encodings: encodings)
            talk.open(text)
            #expect(numbers(talk.diagnostics()[0]["range"]) == [0, character, 0, character + 1])
            let definition = talk.at("definition", line: 0, character - 2)["result"] as? [String: Any]
            #expect(numbers(definition?["range"])[1] == character - 16)
        }
    }

    /// Random edits against the same edits of an array of UTF-16 code units.
    @Test func incrementalEdits() {
        var talk = Talk()
        var generator = SystemRandomNumberGenerator()
        var lines = ["qubit q;", "π😀", "", "x"]
        talk.open(lines.joined(separator: "\n"))
        for _ in 0..<500 {
            let units = Array(lines.joined(separator: "\n").utf16)
            // Boundaries between characters only, as editors send them.
            let places = (0...units.count).filter { $0 == units.count || !UTF16.isTrailSurrogate(units[$0]) }
            let ends = [places.randomElement(using: &generator)!, places.randomElement(using: &generator)!].sorted()
            let end = min(ends[1], ends[0] + 4)
            let last = places.contains(end) ? end : end - 1
            func position(_ place: Int) -> [String: Int] {
                let before = units[..<place]
                let line = before.count { $0 == 10 }
                return ["line": line, "character": place - (before.lastIndex(of: 10).map { $0 + 1 } ?? 0)]
            }
            let new = ["a", "π", "😀\n", "", "\n", "; x"].randomElement(using: &generator)!
            let result = Array(units[..<ends[0]]) + Array(new.utf16) + Array(units[max(ends[0], last)...])
            talk.tell(
                "textDocument/didChange",
                [
                    "textDocument": ["uri": Talk.uri, "version": 2],
                    "contentChanges": [
                        ["range": ["start": position(ends[0]), "end": position(max(ends[0], last))], "text": new]
                    ],
                ])
            let expected = String(decoding: result, as: UTF16.self)
            #expect(talk.text == expected)
            lines = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test func wildPositionsAreMovedIntoTheText() {
        var talk = Talk()
        talk.open(Self.program)
        for (line, character) in [
            (-1, 0), (0, -5), (10_000_000, 3), (0, 1 << 60), (Int.max, Int.max), (Int.min, Int.min),
        ] {
            for method in ["hover", "completion", "definition", "references", "documentHighlight", "prepareRename"] {
                #expect(talk.at(method, line: line, character)["error"] == nil)
            }
        }
    }

    @Test func whatIsWrongIsAnsweredWithItsCode() {
        var talk = Talk()
        func code(_ text: String) -> Int? {
            ((talk.receive([text]).first?["error"] as? [String: Any])?["code"]) as? Int
        }
        #expect(code("{") == -32700)
        #expect(code("\u{0}") == -32700)
        #expect(code("[1]") == -32600)
        #expect(code(#"{"id": 1.5, "method": "x"}"#) == -32600)
        #expect(code(#"{"id": 1, "method": "nonsense"}"#) == -32601)
        #expect(code(#"{"id": "a", "method": "textDocument/hover"}"#) == -32602)
        #expect(code(#"{"id": 1, "method": "textDocument/hover", "params": {"textDocument": 1}}"#) == -32602)
        #expect(
            code(
                #"{"id": 1, "method": "textDocument/hover", "params": {"textDocument": {"uri": "x"}, "position": {"line": 0, "character": 0}}}"#
            )
                == -32602)
        #expect(code(#"{"id": 1, "method": "initialize", "params": {}}"#) == -32600)
        #expect(talk.receive([#"{"method": "$/nonsense"}"#, #"{"id": 1, "result": null}"#]).isEmpty)
        #expect(code(String(repeating: "[", count: 100_000)) == -32700)
    }

    @Test func cancelledRequestsAreNotWorkedOn() {
        var talk = Talk()
        let replies = talk.receive([
            #"{"id": 7, "method": "textDocument/hover", "params": {}}"#, #"{"id": "b", "method": "shutdown"}"#,
            #"{"method": "$/cancelRequest", "params": {"id": 7}}"#,
        ])
        #expect((replies[0]["error"] as? [String: Any])?["code"] as? Int == -32800)
        #expect(replies[1]["result"] is NSNull)
    }

    @Test func lifeCycle() {
        var early = Session(version: "") { _ in nil }
        let reply = early.receive([.message(Array(#"{"id": 1, "method": "textDocument/hover"}"#.utf8))])
        #expect(String(decoding: reply[0].content, as: UTF8.self).contains("-32002"))
        var talk = Talk()
        _ = talk.ask("shutdown", [:])
        #expect((talk.ask("shutdown", [:])["error"] as? [String: Any])?["code"] as? Int == -32600)
        talk.tell("exit", [:])
        #expect(talk.exitCode == 0)
        var rude = Talk()
        rude.tell("exit", [:])
        #expect(rude.exitCode == 1)
    }
}
