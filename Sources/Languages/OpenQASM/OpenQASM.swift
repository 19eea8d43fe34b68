public import Circuits

/// OpenQASM 3.0, 3.1 and 2.0: the field's language for quantum programs.
///
/// Source: the OpenQASM 3 live specification (openqasm.com); Cross et al., arXiv:1707.03429, for version 2.
public enum OpenQASM {
    /// What is wrong with the grammar of a text; names and types are not looked at.
    public static func checkSyntax(_ source: SourceText) -> [Diagnostic] {
        if let problem = source.problem { return [problem] }
        return source.bytes.withUnsafeBufferPointer { bytes in
            var parser = Parser(bytes)
            parser.start()
            while parser.next() != nil {
                parser.tree.cut(to: .init(nodes: 0, lists: 0))
            }
            parser.reportCharacters()
            return parser.diagnostics
        }
    }

    /// Reads a program and, if it has no errors, looks for what is suspicious in it too: names that nothing uses,
    /// statements that nothing reaches. Diagnostics come in the order of the text.
    public static func check(
        _ source: SourceText, dialect: Dialect = .openQASM, includes: IncludeReader? = nil
    ) -> ParseOutcome {
        let outcome = parse(source, dialect: dialect, includes: includes)
        var diagnostics = outcome.diagnostics
        if outcome.circuit != nil {
            diagnostics += source.bytes.withUnsafeBufferPointer { bytes in
                var outlining = Outlining(bytes, recordsUses: false)
                outlining.run()
                return outlining.warnings
            }
        }
        let order = diagnostics.indices.sorted {
            (diagnostics[$0].place.range.lowerBound, $0) < (diagnostics[$1].place.range.lowerBound, $1)
        }
        return ParseOutcome(
            circuit: outcome.circuit, diagnostics: order.map { diagnostics[$0] }, source: outcome.source)
    }

    /// Reads a program: text to circuit, with every name, type and index checked.
    ///
    /// - Parameters:
    ///   - dialect: whose OpenQASM it is; the specification's unless said otherwise.
    ///   - includes: how files beside the program are read; without it only the standard ones exist. The outcome's
    ///     source holds their text too, so that places within them have their name and line.
    /// - Returns: the circuit if there is no error, and all diagnostics in the order they were found; several errors
    ///   are reported in one run.
    public static func parse(
        _ source: SourceText, dialect: Dialect = .openQASM, includes: IncludeReader? = nil
    ) -> ParseOutcome {
        if let problem = source.problem { return ParseOutcome(circuit: nil, diagnostics: [problem], source: source) }
        return source.bytes.withUnsafeBufferPointer { bytes in
            var lowering = Lowering(bytes, name: source.programName, dialect: dialect)
            lowering.includes = includes
            lowering.programName = source.name
            lowering.run()
            let circuit = lowering.finished()
            return ParseOutcome(
                circuit: circuit, diagnostics: lowering.parser.diagnostics, source: lowering.texts?.text ?? source)
        }
    }
}

/// What reading a program gave.
public struct ParseOutcome: Sendable {
    /// Nil if there is an error among the diagnostics.
    public let circuit: Circuit?
    public let diagnostics: [Diagnostic]
    /// The text, for rendering the diagnostics and for `location(of:)`.
    public let source: SourceText

    public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
    public var warnings: [Diagnostic] { diagnostics.filter { $0.severity == .warning } }

    /// All diagnostics as a compiler prints them, an empty line between two.
    public var report: String { diagnostics.map { $0.rendered(in: source) }.joined(separator: "\n\n") }
}

extension SourceText {
    /// The file's name without directories and extension.
    var programName: String {
        let file = name.split(separator: "/").last.map(String.init) ?? name
        guard let dot = file.lastIndex(of: "."), dot > file.startIndex else { return file }
        return String(file[..<dot])
    }

    /// Why the bytes are no program before anyone reads them: empty, binary, not UTF-8, too long.
    var problem: Diagnostic? {
        if bytes.count > Self.sizeLimit {
            return Diagnostic(
                .tooLong, "the text has \(bytes.count) bytes; at most \(Self.sizeLimit) are possible", at: .init(0..<0))
        }
        var isEmpty = true
        var isASCII = true
        var control: Int?
        bytes.withUnsafeBufferPointer { bytes in
            // Eight bytes at a time: a byte below 0x20 or above 0x7E asks for a closer look.
            var k = 0
            let count = bytes.count
            while k < count {
                let byte = bytes[k]
                if byte > 0x20 && byte < 0x7F {
                    isEmpty = false
                } else if byte >= 0x80 {
                    isASCII = false
                    isEmpty = false
                } else if byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 {
                    control = k
                    break
                }
                k += 1
            }
        }
        if let control {
            return Diagnostic(
                .notText, "this is no text: byte \(control) is 0x\(String(bytes[control], radix: 16))",
                at: .init(control..<control + 1), cause: "a program is UTF-8 text; this looks like a binary file")
        }
        if isEmpty {
            return Diagnostic(
                .empty, "the text is empty", at: .init(0..<0), cure: "a program starts with 'OPENQASM 3.0;'")
        }
        if !isASCII, let place = firstInvalidByte {
            return Diagnostic(
                .notText, "this is no UTF-8: byte \(place) is 0x\(String(bytes[place], radix: 16))",
                at: .init(place..<place + 1), cure: "save the program as UTF-8")
        }
        return nil
    }

    private var firstInvalidByte: Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var place = 0
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let scalar): place += scalar.count
            case .emptyInput: return bytes.isEmpty ? nil : min(place, bytes.count - 1)
            case .error: return min(place, bytes.count - 1)
            }
        }
    }
}
