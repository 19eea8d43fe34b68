import Languages

extension Session {
    mutating func hover(_ place: Place) -> HoverResult? {
        let outline = documents[place.uri]!.outline
        let source = documents[place.uri]!.source
        if let found = outline.declaration(at: place.offset) {
            let declaration = outline.declarations[found]
            let ranges = [declaration.nameRange] + declaration.uses
            let range = ranges.first { $0.lowerBound <= place.offset && place.offset <= $0.upperBound }
            return HoverResult(
                contents: .init(value: text(of: declaration, in: place.uri)),
                range: encoding.range(range ?? declaration.nameRange, in: source))
        }
        if let (name, word) = includedName(place) {
            return HoverResult(contents: .init(value: text(of: name)), range: encoding.range(word, in: source))
        }
        guard let word = source.word(at: place.offset) else { return nil }
        let text = String(decoding: source.bytes[word], as: UTF8.self)
        guard let value = Self.text(ofWord: text, outline) else { return nil }
        return HoverResult(contents: .init(value: value), range: encoding.range(word, in: source))
    }

    /// The declaration as it is written, what it is, its value, and the comment above it.
    private mutating func text(of declaration: ProgramOutline.Declaration, in uri: String) -> String {
        let source = documents[uri]!.source
        var text = "```qasm\n\(source.excerpt(declaration.header))\n```\n\n\(declaration.kind.rawValue)"
        if let container = declaration.container {
            text += " of `\(documents[uri]!.outline.declarations[container].name)`"
        }
        if declaration.kind == .constant, let value = documents[uri]!.constants[declaration.nameRange.lowerBound] {
            text += " with the value `\(value)`"
        }
        let uses = declaration.uses.count
        text += uses == 1 ? ", used once" : uses == 0 ? ", never used" : ", used \(uses) times"
        if let comment = source.comment(above: declaration.range.lowerBound) { text += "\n\n\(comment)" }
        return text
    }

    /// What the language or its standard library says about a word.
    private static func text(ofWord word: String, _ outline: ProgramOutline) -> String? {
        if let gate = GateDocumentation(word, version: outline.version, files: outline.includes) {
            return text(of: gate)
        }
        if let note = LanguageNotes.words[word], OpenQASM.keywords(version: outline.version).contains(word) {
            return note
        }
        if OpenQASM.functions.contains(word) { return LanguageNotes.functions[word] ?? "Built-in function." }
        if OpenQASM.constants(version: outline.version).contains(word) { return LanguageNotes.constants[word] }
        return nil
    }

    static func text(of gate: GateDocumentation) -> String {
        var text = "```qasm\ngate \(gate.signature)\n```\n\n\(gate.summary)"
        if let file = gate.file { text += " From `\(file)`." }
        if let matrix = gate.matrix {
            // Columns are aligned, since editors show code in fixed width.
            let columns = matrix[0].indices.map { column in matrix.map { $0[column].count }.max() ?? 0 }
            let rows = matrix.map { row in
                let cells = zip(row, columns).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                return "[ " + cells.joined(separator: "  ") + " ]"
            }
            text += "\n\n```\n\(rows.joined(separator: "\n"))\n```"
            if matrix.count > 2 { text += "\n\nThe first operand is the least significant bit of the index." }
        }
        return text
    }
}

extension SourceText {
    /// The name, keyword or number that covers a byte.
    func word(at offset: Int) -> Range<Int>? {
        func isPart(_ place: Int) -> Bool {
            guard bytes.indices.contains(place) else { return false }
            let byte = bytes[place]
            return byte == UInt8(ascii: "_") || byte >= 0x80 || (byte >= 0x30 && byte <= 0x39)
                || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A)
        }
        var start = offset
        var end = offset
        // Names are short: a hostile line of a hundred megabytes is not walked.
        while end - start < 1000, isPart(start - 1) { start -= 1 }
        while end - start < 2000, isPart(end) { end += 1 }
        return start < end ? start..<end : nil
    }

    /// The text of line comments directly above a statement.
    func comment(above offset: Int) -> String? {
        var lines: [String] = []
        var number = textPosition(of: offset).line - 1
        while number >= 1, lines.count < 20 {
            let line = String(decoding: line(number).prefix(400), as: UTF8.self)
            let text = line.drop { $0 == " " || $0 == "\t" }
            guard text.hasPrefix("//") else { break }
            lines.append(String(text.dropFirst(2).drop { $0 == " " || $0 == "/" }))
            number -= 1
        }
        return lines.isEmpty ? nil : lines.reversed().joined(separator: "\n")
    }
}
