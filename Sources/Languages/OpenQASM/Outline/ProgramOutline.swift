/// What a program declares and where it uses what: made from syntax alone, so that a program with errors has one too.
///
/// Editors live on it (hover, completion, definitions, renaming), and so do the warnings about names.
public struct ProgramOutline: Sendable {
    public struct Declaration: Sendable {
        public enum Kind: String, Sendable {
            case qubit, bit, variable, constant, input, output, gate, subroutine
            case external = "extern"
            case alias
            case gateParameter = "gate parameter"
            case gateQubit = "gate qubit"
            case parameter
            case loopVariable = "loop variable"
        }

        public var kind: Kind
        public var name: String
        /// Bytes of the name where it is declared.
        public var nameRange: Range<Int>
        /// Bytes of the whole statement.
        public var range: Range<Int>
        /// Bytes of what says all but the body or the end: `gate g(a) x, y`, `const int n = 3`.
        public var header: Range<Int>
        /// Bytes from where on and up to where the name is seen.
        public var scope: Range<Int>
        /// Place of the gate or subroutine that it belongs to.
        public var container: Int?
        /// Bytes of the names that mean this declaration, in the order of the text; without its own.
        public internal(set) var uses: [Range<Int>] = []

        var type = StaticType.unknown
        /// The value of a constant that is a plain integer.
        var integer: Int64?
        var isRead = false
        var isWritten = false
    }

    public internal(set) var declarations: [Declaration] = []
    /// Names of included files, without quotes.
    public internal(set) var includes: [String] = []
    /// 2 or 3.
    public internal(set) var version = 3

    /// The declaration whose name, at its place or at a use, covers a byte; the end of the name counts too.
    public func declaration(at offset: Int) -> Int? {
        for (place, declaration) in declarations.enumerated() {
            if Self.covers(declaration.nameRange, offset)
                || declaration.uses.contains(where: { Self.covers($0, offset) })
            {
                return place
            }
        }
        return nil
    }

    private static func covers(_ range: Range<Int>, _ offset: Int) -> Bool {
        range.lowerBound <= offset && offset <= range.upperBound
    }

    /// The declarations that can be seen at a byte, inner ones before outer ones; none that another one hides.
    public func visible(at offset: Int) -> [Declaration] {
        let body = declarations.first {
            ($0.kind == .gate || $0.kind == .subroutine) && $0.header.upperBound < offset
                && offset < $0.range.upperBound
        }
        var names: Set<String> = []
        return declarations.reversed().filter { declaration in
            guard declaration.scope.contains(offset) || declaration.scope.upperBound == offset else { return false }
            if let body, declaration.range.lowerBound < body.range.lowerBound, !declaration.kind.isSeenInBodies {
                return false
            }
            return names.insert(declaration.name).inserted
        }
    }
}

extension ProgramOutline.Declaration.Kind {
    /// Whether bodies of gates and subroutines see it from outside.
    var isSeenInBodies: Bool {
        switch self {
        case .constant, .gate, .subroutine, .external: true
        default: false
        }
    }
}

extension OpenQASM {
    /// The outline of a program, as far as its syntax can be understood.
    public static func outline(_ source: SourceText) -> ProgramOutline {
        if source.problem != nil { return ProgramOutline() }
        return source.bytes.withUnsafeBufferPointer { bytes in
            var outlining = Outlining(bytes, recordsUses: true)
            outlining.run()
            return outlining.outline
        }
    }
}
