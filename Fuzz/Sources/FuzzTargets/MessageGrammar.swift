/// A talk with the language server, one message a line; the target frames them.
struct MessageGrammar: Grammar {
    let brackets = [(UInt8(ascii: "["), UInt8(ascii: "]")), (UInt8(ascii: "{"), UInt8(ascii: "}"))]

    func piece(_ generator: inout SplitMix) -> [UInt8] {
        if generator.below(4) == 0 { return JSONGrammar().piece(&generator) }
        func position(_ generator: inout SplitMix) -> String {
            let character = generator.pick(["0", "1", "5", "12", "-1", "4294967295", "1e3", "9223372036854775807"])
            return "{\"line\":\(generator.below(6)),\"character\":\(character)}"
        }
        let document = "\"textDocument\":{\"uri\":\"a\",\"version\":\(generator.below(9))"
        let program = OpenQASMGrammar().statement(&generator, 2).replacing("\"", with: "\\\"").replacing(
            "\n", with: "\\n")
        let text = generator.pick([
            "", "q", "π", "😀\\n", "OPENQASM 3.0; include \\\"stdgates.inc\\\"; qubit[3] q;\\n", program,
        ])
        let message: String
        switch generator.below(6) {
        case 0:
            message =
                "\"method\":\"textDocument/didOpen\",\"params\":{\(document),\"text\":\"\(text)\(program)\"}}"
        case 1, 2:
            let range = "\"range\":{\"start\":\(position(&generator)),\"end\":\(position(&generator))},"
            let change = "{\(generator.below(4) == 0 ? "" : range)\"text\":\"\(text)\"}"
            message = "\"method\":\"textDocument/didChange\",\"params\":{\(document)},\"contentChanges\":[\(change)]}"
        case 3:
            message = generator.pick([
                "\"method\":\"initialize\",\"params\":{\"capabilities\":{\"general\":{\"positionEncodings\":[\"utf-8\"]}}}",
                "\"method\":\"textDocument/didClose\",\"params\":{\"textDocument\":{\"uri\":\"a\"}}",
                "\"method\":\"$/cancelRequest\",\"params\":{\"id\":2}", "\"method\":\"shutdown\"",
                "\"method\":\"exit\"",
            ])
        default:
            let method = generator.pick([
                "hover", "completion", "definition", "references", "documentHighlight", "prepareRename", "rename",
                "documentSymbol", "formatting",
            ])
            message =
                "\"method\":\"textDocument/\(method)\",\"params\":{\(document)},\"position\":\(position(&generator)),"
                + "\"newName\":\"\(generator.pick(["q", "z", "1", "π"]))\"}"
        }
        let id = generator.below(2) == 0 ? "" : "\"id\":\(generator.below(3)),"
        return Array("{\(id)\(message)}\n".utf8)
    }
}
