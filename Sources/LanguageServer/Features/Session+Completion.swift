import Languages

extension Session {
    mutating func completion(_ place: Place) -> CompletionList {
        let outline = documents[place.uri]!.outline
        let source = documents[place.uri]!.source
        let context = CompletionContext(source, place.offset, outline)
        var items: [CompletionItem] = []
        func add(_ words: [String], _ kind: CompletionItem.Kind, rank: Int, detail: String? = nil) {
            for word in words {
                items.append(.init(label: word, kind: kind, detail: detail, sortText: "\(rank)\(word)"))
            }
        }
        let visible = outline.visible(at: place.offset)
        let own = Set(visible.map(\.name))
        let files = includedFiles(place.uri)
        func addNames(rank: Int, _ isWanted: (ProgramOutline.Declaration.Kind) -> Bool) {
            for declaration in visible where isWanted(declaration.kind) {
                items.append(
                    .init(
                        label: declaration.name, kind: .init(declaration.kind),
                        detail: source.excerpt(declaration.header), sortText: "\(rank)\(declaration.name)"))
            }
            for file in files {
                for declaration in file.declarations where isWanted(declaration.kind) && !own.contains(declaration.name)
                {
                    items.append(
                        .init(
                            label: declaration.name, kind: .init(declaration.kind),
                            detail: file.source.excerpt(declaration.header), sortText: "\(rank)\(declaration.name)"))
                }
            }
        }
        func addGates(rank: Int) {
            for gate in GateDocumentation.all(version: outline.version, files: outline.includes)
            where !own.contains(gate.name) {
                items.append(
                    .init(
                        label: gate.name, kind: .operation, detail: "gate \(gate.signature)",
                        documentation: .init(value: Self.text(of: gate)), sortText: "\(rank)\(gate.name)"))
            }
        }
        switch context {
        case .nothing: break
        case .file: add(["stdgates.inc", "qelib1.inc"], .file, rank: 0)
        case .statement:
            addNames(rank: 0) { _ in true }
            addGates(rank: 1)
            add(OpenQASM.keywords(version: outline.version).filter { $0 != "in" && $0 != "else" }, .keyword, rank: 2)
        case .gate:
            addNames(rank: 0) { $0 == .gate }
            addGates(rank: 1)
            add(["ctrl", "negctrl", "inv", "pow", "gphase"], .keyword, rank: 2)
        case .operand: addNames(rank: 0) { $0 == .qubit || $0 == .gateQubit || $0 == .alias || $0 == .parameter }
        case .expression:
            addNames(rank: 0) { $0 != .gate && $0 != .gateQubit }
            add(OpenQASM.constants(version: outline.version), .constant, rank: 1)
            add(OpenQASM.functions, .function, rank: 2)
            add(["measure", "true", "false"], .keyword, rank: 3)
        case .type:
            add(["bool", "bit", "int", "uint", "float", "angle", "complex", "duration"], .keyword, rank: 0)
        }
        return CompletionList(items: items)
    }
}

/// What can stand at a place, from the statement as far as it is written.
enum CompletionContext: Equatable {
    /// In a comment, or where a new name is being invented.
    case nothing
    case file, statement, gate, operand, expression, type

    init(_ source: SourceText, _ offset: Int, _ outline: ProgramOutline) {
        let words = source.wordsOfStatement(before: offset)
        guard let words else {
            self = .nothing
            return
        }
        guard let first = words.first else {
            self = .statement
            return
        }
        let last = words[words.count - 1]
        let depth = words.reduce(0) { $0 + ($1 == "(" || $1 == "[" ? 1 : $1 == ")" || $1 == "]" ? -1 : 0) }
        switch first {
        case "include": self = .file
        case "const", "input", "output": self = words.count == 1 ? .type : words.contains("=") ? .expression : .nothing
        case "for": self = words.count == 1 ? .type : words.contains("in") ? .expression : .nothing
        case "gate", "def", "qubit", "qreg", "creg", "extern", "defcal", "opaque":
            self = depth > 0 && first != "gate" ? .type : .nothing
        case "measure", "reset", "barrier":
            self = depth > 0 ? .expression : words.contains("->") ? .expression : .operand
        case "delay": self = depth > 0 ? .expression : .operand
        case "bit", "int", "uint", "float", "angle", "bool", "complex", "duration", "stretch", "array":
            self = depth > 0 || words.contains("=") ? (words.contains("measure") ? .operand : .expression) : .nothing
        default:
            if last == "@" {
                self = .gate
            } else if words.contains("measure") && depth == 0 {
                self = .operand
            } else if depth > 0 || words.contains(where: Self.isAssignment) || Self.isControl(first) {
                self = .expression
            } else if Self.isGate(words, outline) {
                self = .operand
            } else {
                self = .expression
            }
        }
    }

    private static func isAssignment(_ word: String) -> Bool {
        word.hasSuffix("=") && !["==", "<=", ">=", "!="].contains(word)
    }

    private static func isControl(_ word: String) -> Bool { ["if", "while", "switch", "return", "let"].contains(word) }

    /// Whether the statement calls a gate: by its first word, or by the one behind the last modifier.
    private static func isGate(_ words: [String], _ outline: ProgramOutline) -> Bool {
        let name = words.lastIndex(of: "@").map { $0 + 1 < words.count ? words[$0 + 1] : "" } ?? words[0]
        if outline.declarations.contains(where: { $0.kind == .gate && $0.name == name }) { return true }
        return GateDocumentation(name, version: outline.version, files: outline.includes) != nil
    }
}

extension SourceText {
    /// Words and symbols from the beginning of the statement up to a byte, without the word that is being typed; nil
    /// inside a comment.
    func wordsOfStatement(before offset: Int) -> [String]? {
        // Long statements are looked at from close by.
        var place = max(0, offset - 4000)
        var words: [String] = []
        var end = offset
        if let typed = word(at: offset), typed.lowerBound < offset { end = typed.lowerBound }
        while place < end {
            let byte = bytes[place]
            if byte == UInt8(ascii: "/"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "/") {
                while place < offset && bytes[place] != 0x0A { place += 1 }
                if place >= end { return nil }
            } else if byte == UInt8(ascii: "/"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "*") {
                place += 2
                while place < offset, !(bytes[place - 1] == UInt8(ascii: "/") && bytes[place - 2] == UInt8(ascii: "*"))
                {
                    place += 1
                }
                if place >= end { return nil }
            } else if byte == UInt8(ascii: ";") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") {
                words = []
                place += 1
            } else if let word = word(at: place), word.lowerBound == place {
                words.append(String(decoding: bytes[word], as: UTF8.self))
                place = word.upperBound
            } else {
                if byte > 0x20 {
                    // Symbols of two characters that matter here.
                    let pair = place + 1 < end ? String(decoding: bytes[place...place + 1], as: UTF8.self) : ""
                    if ["->", "==", "<=", ">=", "!=", "+=", "-=", "*=", "/="].contains(pair) {
                        words.append(pair)
                        place += 1
                    } else {
                        words.append(String(decoding: [byte], as: UTF8.self))
                    }
                }
                place += 1
            }
        }
        return words
    }
}

extension CompletionItem.Kind {
    fileprivate init(_ kind: ProgramOutline.Declaration.Kind) {
        self =
            switch kind {
            case .constant: .constant
            case .gate: .operation
            case .subroutine, .external: .function
            case .gateParameter, .gateQubit, .parameter: .typeParameter
            default: .variable
            }
    }
}
