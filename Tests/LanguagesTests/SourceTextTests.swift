import Languages
import Testing

@Suite struct SourceTextTests {
    /// Every byte of a text of many scripts, and of a line longer than the table's step, against the standard library.
    @Test func positions() {
        let line = String(repeating: "aé😀 ", count: 40_000)
        for text in ["", "a", "a\n", "é😀\nπ\r\n\nx", line + "\n" + line] {
            let source = SourceText(text)
            let bytes = Array(text.utf8)
            let step = bytes.count > 1000 ? 9973 : 1
            for offset in stride(from: 0, through: bytes.count, by: step) where !isInside(bytes, offset) {
                let before = String(decoding: bytes[..<offset], as: UTF8.self)
                let start = before.utf8.lastIndex(of: 10).map { before.utf8.index(after: $0) } ?? before.startIndex
                let column = before[start...]
                let position = source.textPosition(of: offset)
                #expect(position.line == before.utf8.count { $0 == 10 } + 1)
                #expect(position.column == column.unicodeScalars.count + 1)
                #expect(position.utf8 == column.utf8.count)
                #expect(position.utf16 == column.utf16.count)
                #expect(source.offset(line: position.line - 1, character: position.utf8, utf16: false) == offset)
                #expect(source.offset(line: position.line - 1, character: position.utf16, utf16: true) == offset)
            }
        }
    }

    /// Whether a place lies within a character or within the end of a line.
    private func isInside(_ bytes: [UInt8], _ offset: Int) -> Bool {
        offset > 0 && offset < bytes.count
            && (bytes[offset] & 0xC0 == 0x80 || (bytes[offset] == 10 && bytes[offset - 1] == 13))
    }

    /// A hundred errors in a line of eight megabytes are placed and rendered as fast as in short lines.
    @Test func longLines() {
        let text =
            "OPENQASM 3.0; qubit q; " + String(repeating: "U(0, 0, 0) q; ", count: 600_000) + "/* π */"
            + String(repeating: " U(0, 0, 0) nobody;", count: 200)
        let source = SourceText(text)
        let outcome = OpenQASM.check(source)
        #expect(outcome.errors.count > 100)
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            #expect(outcome.report.split(separator: "\n").allSatisfy { $0.count < 300 })
            _ = DiagnosticDocument.File(outcome.diagnostics, in: source)
        }
        #expect(elapsed < .seconds(4), "\(elapsed)")
    }
}
