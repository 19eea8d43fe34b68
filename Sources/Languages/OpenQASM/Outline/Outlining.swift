/// Walks a program's syntax, one top-level statement after the other, and notes what names mean.
struct Outlining: ~Copyable {
    var parser: Parser
    var outline = ProgramOutline()
    /// Whether the places of uses are kept, or only that there are some.
    let recordsUses: Bool
    /// What looked suspicious.
    var warnings: [Diagnostic] = []

    /// By name: the declaration in sight, or −1.
    private var visible: [Int32] = []
    /// By name: the declaration of the global scope, or −1.
    private var global: [Int32] = []
    /// What each declaration in the scopes that are open has hidden, innermost last.
    private var hidden: [(name: Int32, declaration: Int32)] = []
    /// Of each open scope, innermost last: where it begins in `hidden`, and its first declaration.
    private var scopes: [(hidden: Int, first: Int, declarations: [Int])] = []
    /// Declarations of the program itself.
    private var globals: [Int] = []
    /// Whether a statement without operands meant every qubit.
    var usesAllQubits = false
    /// The gate or subroutine whose body is looked at.
    var container: Int?
    /// Declarations before this one are seen from a body only if bodies see them.
    private var bodyBase = 0
    /// Where the top-level statement starts.
    private var statementStart = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, recordsUses: Bool) {
        parser = Parser(bytes)
        self.recordsUses = recordsUses
    }

    var tree: SyntaxTree {
        @inline(__always) _read { yield parser.tree }
    }

    mutating func run() {
        parser.start()
        outline.version = parser.version
        // Behind what nothing at the top level is reached.
        var last: Range<Int>?
        while true {
            statementStart = Int(parser.token.start)
            guard let statement = parser.next() else { break }
            visitReached(statement, after: &last)
            parser.tree.cut(to: .init(nodes: 0, lists: 0))
        }
        for place in outline.declarations.indices where outline.declarations[place].scope.upperBound == .max {
            let start = outline.declarations[place].scope.lowerBound
            outline.declarations[place].scope = start..<max(start, parser.lexer.count)
        }
        warnAboutUnused(globals, areGlobal: true)
        for place in outline.declarations.indices {
            outline.declarations[place].uses.sort { $0.lowerBound < $1.lowerBound }
        }
        warnings.sort { $0.place.range.lowerBound < $1.place.range.lowerBound }
    }
}

// Scopes and names.
extension Outlining {
    func text(_ name: Int32) -> String { parser.lexer.names.text(name) }

    var isInScope: Bool { !scopes.isEmpty }

    mutating func openScope() { scopes.append((hidden.count, outline.declarations.count, [])) }

    /// The declarations of the innermost scope.
    var innermost: [Int] { scopes.last?.declarations ?? globals }

    /// Closes a scope that ends before a byte.
    mutating func closeScope(at end: Int) {
        let scope = scopes.removeLast()
        while hidden.count > scope.hidden {
            let (name, declaration) = hidden.removeLast()
            visible[Int(name)] = declaration
        }
        for place in scope.declarations {
            let start = outline.declarations[place].scope.lowerBound
            outline.declarations[place].scope = start..<max(start, end)
        }
        warnAboutUnused(scope.declarations, areGlobal: false)
    }

    /// Looks at the body of a gate or subroutine.
    mutating func body(of place: Int?, _ look: (inout Outlining) -> Void) {
        let outer = (container, bodyBase)
        container = place
        bodyBase = outline.declarations.count
        look(&self)
        (container, bodyBase) = outer
    }

    /// The declaration that a name means here.
    @inline(__always)
    func lookup(_ name: Int32) -> Int? {
        guard Int(name) < visible.count else { return nil }
        let place = Int(visible[Int(name)])
        if place < 0 { return nil }
        if place >= bodyBase { return place }
        let outer = Int(global[Int(name)])
        return outer < 0 ? nil : outer
    }

    @inline(__always)
    mutating func use(_ name: Int32, _ start: UInt32, writes: Bool = false) {
        guard let place = lookup(name) else { return }
        if writes { outline.declarations[place].isWritten = true } else { outline.declarations[place].isRead = true }
        if recordsUses {
            let start = Int(start)
            outline.declarations[place].uses.append(start..<start + text(name).utf8.count)
        }
    }

    /// Declares a name.
    ///
    /// - Parameters:
    ///   - start: The first byte of the name.
    ///   - range: The statement; for one at the top level, it is widened to its real beginning.
    @discardableResult
    mutating func declare(
        _ kind: ProgramOutline.Declaration.Kind, _ name: Int32, at start: Int, in range: Range<Int>,
        header end: Int? = nil,
        type: StaticType = .unknown
    ) -> Int {
        let place = outline.declarations.count
        let text = text(name)
        let nameRange = start..<start + text.utf8.count
        let isTopLevel = scopes.isEmpty
        let from = isTopLevel ? min(statementStart, range.lowerBound) : range.lowerBound
        var upper = end ?? range.upperBound
        // Neither the semicolon nor the blanks before a body belong to the header.
        while upper > nameRange.upperBound, isBlankOrSemicolon(parser.lexer.byte(upper - 1)) { upper -= 1 }
        warnAboutShadowing(name, text, nameRange)
        while visible.count <= Int(name) {
            visible.append(-1)
            global.append(-1)
        }
        if isTopLevel {
            global[Int(name)] = Int32(place)
            globals.append(place)
        } else {
            hidden.append((name, visible[Int(name)]))
            scopes[scopes.count - 1].declarations.append(place)
        }
        visible[Int(name)] = Int32(place)
        // Widening is for whole statements; parameters have their own ranges within one.
        outline.declarations.append(
            .init(
                kind: kind, name: text, nameRange: nameRange, range: from..<max(from, range.upperBound),
                header: from..<max(from, upper), scope: nameRange.upperBound..<Int.max, container: container, type: type
            ))
        return place
    }

    private func isBlankOrSemicolon(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 || byte == UInt8(ascii: ";")
    }

    /// The declaration that a new one of this name in the innermost scope would hide.
    func hiddenBy(_ name: Int32) -> ProgramOutline.Declaration? {
        guard let scope = scopes.last, let place = lookup(name), place < scope.first else { return nil }
        let old = outline.declarations[place]
        return place >= bodyBase || old.kind.isSeenInBodies ? old : nil
    }
}
