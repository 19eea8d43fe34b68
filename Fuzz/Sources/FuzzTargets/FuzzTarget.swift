import Circuits
import Hardware
import LanguageServer
import Languages

/// One promise to break.
enum FuzzTarget: String, CaseIterable {
    /// Reading any text ends in a circuit or in errors, and its report can be rendered.
    case read
    /// The same in the dialect of Braket, whose pragmas are a language of their own.
    case dialect
    /// What the grammar refuses, reading refuses.
    case syntax
    /// read(write(c)) equals c, in both versions.
    case roundtrip
    /// Formatting changes no meaning, and nothing the second time.
    case format
    /// Warnings and outline of any text; each place lies inside.
    case check
    /// Any stream of messages to the language server ends.
    case server
    /// Any text for a device file ends in a device or in an error.
    case device

    var grammar: any Grammar {
        switch self {
        case .device: JSONGrammar()
        case .server: MessageGrammar()
        case .dialect: OpenQASMGrammar(dialect: .braket)
        default: OpenQASMGrammar()
        }
    }

    func run(_ bytes: [UInt8]) {
        switch self {
        case .read: Self.read(bytes, .openQASM)
        case .dialect: Self.read(bytes, .braket)
        case .syntax: Self.syntax(bytes)
        case .roundtrip: Self.roundTrip(bytes)
        case .format: Self.format(bytes)
        case .check: Self.check(bytes)
        case .server: _ = LanguageServer.replies(to: bytes)
        case .device: _ = try? DeviceFile(text: String(decoding: bytes, as: UTF8.self), name: "fuzz")
        }
    }

    private static func read(_ bytes: [UInt8], _ dialect: Dialect) {
        let outcome = OpenQASM.parse(SourceText(bytes: bytes), dialect: dialect)
        require(outcome.circuit != nil || !outcome.errors.isEmpty, "neither a circuit nor an error")
        require(outcome.circuit == nil || outcome.errors.isEmpty, "a circuit and an error")
        for diagnostic in outcome.diagnostics {
            require(diagnostic.place.range.upperBound <= bytes.count, "a place behind the end")
            require(!diagnostic.rendered(in: outcome.source).isEmpty)
        }
    }

    private static func syntax(_ bytes: [UInt8]) {
        let source = SourceText(bytes: bytes)
        let refuses = OpenQASM.checkSyntax(source).contains { $0.severity == .error }
        if refuses { require(OpenQASM.parse(source).circuit == nil, "a circuit from a text outside the grammar") }
    }

    private static func roundTrip(_ bytes: [UInt8]) {
        guard let circuit = OpenQASM.parse(SourceText(name: "fuzz", bytes: bytes)).circuit else { return }
        for version in [OpenQASMWriter.Version.version3, .version2] {
            guard let text = try? OpenQASMWriter.write(circuit, version: version) else { continue }
            let outcome = OpenQASM.parse(SourceText(name: "fuzz", text))
            guard let read = outcome.circuit else {
                broken("what was written cannot be read\n\(text)\n\(outcome.report)")
            }
            // Version 2 has fewer types; its text says what it can, and says it again alike.
            if version == .version3 {
                require(read == circuit, "another circuit comes back from\n\(text)")
            }
            let again = try? OpenQASMWriter.write(read, version: version)
            require(again == text, "written again, the text is another\n\(text)\n---\n\(again ?? "")")
        }
    }

    private static func format(_ bytes: [UInt8]) {
        let source = SourceText(name: "fuzz", bytes: bytes)
        guard let text = try? OpenQASM.format(source) else { return }
        let formatted = SourceText(name: "fuzz", text)
        require((try? OpenQASM.format(formatted)) == text, "formatted again, the text is another\n\(text)")
        let (before, after) = (OpenQASM.parse(source), OpenQASM.parse(formatted))
        require(before.circuit == after.circuit, "formatting changed the circuit\n\(text)")
    }

    private static func check(_ bytes: [UInt8]) {
        let source = SourceText(bytes: bytes)
        let outcome = OpenQASM.check(source)
        let document = DiagnosticDocument.File(outcome.diagnostics, in: source)
        for entry in document.diagnostics {
            guard let range = entry.range else { continue }
            require(range.start.offset <= range.end.offset && range.end.offset <= bytes.count)
        }
        let outline = OpenQASM.outline(source)
        for declaration in outline.declarations {
            for range in [declaration.nameRange, declaration.range, declaration.header] + declaration.uses {
                require(range.upperBound <= bytes.count, "a place behind the end")
            }
            let name = Array(declaration.name.utf8)
            for range in [declaration.nameRange] + declaration.uses {
                require(bytes[range].elementsEqual(name), "\(declaration.name) is not at \(range)")
            }
        }
    }
}

/// Ends the process with words; a precondition of an optimised build keeps none.
private func require(_ condition: Bool, _ message: @autoclosure () -> String = "a promise is broken") {
    if !condition { broken(message()) }
}

/// A crash is how libFuzzer learns of a fault and keeps the input.
private func broken(_ message: String) -> Never { fatalError(message) }
