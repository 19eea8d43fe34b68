extension Parser {
    /// Reads the version, if there is one, and stands before the first statement.
    mutating func start() {
        advance()
        guard at(.openqasm) else { return }
        let start = token.start
        advance()
        let number = token
        let digits = text(number.start..<min(number.end, number.start + 40))
        guard number.kind == .integer || number.kind == .float, digits.utf8.allSatisfy(Self.isVersionCharacter) else {
            _ = expected("a version number", cure: "write 'OPENQASM 3.0;' or 'OPENQASM 2.0;'")
            recover(insideScope: false)
            return
        }
        switch digits {
        case "2", "2.0": version = 2
        case "3", "3.0", "3.1": version = 3
        default:
            report(
                Diagnostic(
                    .version, "OpenQASM \(digits) is not a version of the language",
                    at: .init(Int(number.start)..<Int(number.end)),
                    cure: "write 'OPENQASM 3.0;', 'OPENQASM 3.1;' or 'OPENQASM 2.0;'"))
        }
        lexer.isVersion2 = version == 2
        advance()
        do throws(SyntaxFailure) {
            try semicolon()
        } catch {
            _ = start
            recover(insideScope: false)
        }
    }

    private static func isVersionCharacter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || CharacterClass(byte) == .digit
    }

    /// The next statement of the program; nil at its end.
    mutating func next() -> NodeID? {
        token.kind == .endOfFile ? nil : recoveringStatement(insideScope: false)
    }
}
