import Circuits

extension Lowering {
    mutating func declareBuiltins() {
        for (name, entry) in StandardLibrary.builtins(version: parser.version) {
            declareStandard(name, entry, isReplaceable: false)
        }
        let constants: [(String, Double)] =
            parser.version == 2
            ? [("pi", .pi)]
            : [
                ("pi", .pi), ("π", .pi), ("tau", 2 * .pi), ("τ", 2 * .pi), ("euler", 2.718281828459045),
                ("ℇ", 2.718281828459045),
            ]
        for (name, value) in constants {
            declareBuiltin(name, Symbol(kind: .constant, a: add(.float(value, width: 64)), isReadOnly: true))
        }
    }

    /// A gate of a standard include, unless the program has something of that name already.
    mutating func declareStandard(_ name: String, _ entry: GateEntry, isReplaceable: Bool = true) {
        gates.append(entry)
        declareBuiltin(name, Symbol(kind: .gate, a: Int32(gates.count - 1), isReplaceable: isReplaceable))
        standardNames.insert(name)
    }

    private mutating func declareBuiltin(_ text: String, _ symbol: Symbol) {
        let name = parser.lexer.names.intern(text)
        if lookup(name) != nil { return }
        var symbol = symbol
        symbol.name = name
        insert(symbol)
    }

    mutating func add(_ value: ClassicalValue) -> Int32 {
        constants.append(value)
        return Int32(constants.count - 1)
    }

    private mutating func insert(_ symbol: Symbol) {
        let name = Int(symbol.name)
        var symbol = symbol
        symbol.depth = Int32(scopes.count)
        while visible.count <= name {
            visible.append(-1)
            global.append(-1)
        }
        if scopes.isEmpty { global[name] = Int32(symbols.count) } else { hidden.append((symbol.name, visible[name])) }
        visible[name] = Int32(symbols.count)
        symbols.append(symbol)
        switch symbol.kind {
        case .subroutine: subroutineNames.insert(symbol.name)
        case .array: arrayNames.insert(symbol.name)
        default: break
        }
    }

    /// Declares a name in the innermost scope.
    mutating func declare(_ name: Int32, _ symbol: Symbol, at node: NodeID) throws(SemanticFailure) {
        let place = Diagnostic.Place(Int(tree[node].start)..<nameEnd(node, name))
        if let previous = declaredHere(name), !symbols[previous].isReplaceable {
            let old = symbols[previous]
            let text = parser.lexer.names.text(name)
            var related: [Diagnostic.Place] = []
            if old.start >= 0 { related = [.init(Int(old.start)..<Int(old.end), label: "it was declared here first")] }
            throw fail(
                .redefinition, "'\(text)' is declared twice", at: place, related: related,
                cause: old.start < 0 && old.kind != .broken ? "'\(text)' is built into the language" : nil,
                cure: "give one of them another name")
        }
        var symbol = symbol
        symbol.name = name
        symbol.start = Int32(bitPattern: UInt32(place.range.lowerBound))
        symbol.end = Int32(bitPattern: UInt32(place.range.upperBound))
        insert(symbol)
    }

    /// Declares a name whose declaration was wrong, so that its uses are not reported too.
    mutating func declareBroken(_ name: Int32) {
        if let place = declaredHere(name), !symbols[place].isReplaceable { return }
        insert(Symbol(kind: .broken, a: 0, name: name))
    }

    private func nameEnd(_ node: NodeID, _ name: Int32) -> Int {
        // Declarations start at the name itself.
        Int(tree[node].start) + parser.lexer.names.text(name).utf8.count
    }

    /// The symbol of the innermost scope with this name.
    private func declaredHere(_ name: Int32) -> Int? {
        guard Int(name) < visible.count, visible[Int(name)] >= 0 else { return nil }
        let place = Int(visible[Int(name)])
        // What is in sight was declared in a scope that is open: the depth says in which.
        return Int(symbols[place].depth) == scopes.count ? place : nil
    }

    /// The symbol in sight.
    @inline(__always)
    func lookup(_ name: Int32) -> Symbol? {
        guard Int(name) < visible.count else { return nil }
        let place = visible[Int(name)]
        guard place >= 0 else { return nil }
        guard let base = bodyBase, Int(place) < base else { return symbols[Int(place)] }
        // From outside a body: the global meaning, whatever hides it where the body is called.
        let outer = global[Int(name)]
        return outer < 0 ? nil : symbols[Int(outer)]
    }

    /// The symbol in sight, or a report that there is none.
    mutating func symbol(_ name: Int32, at node: NodeID) throws(SemanticFailure) -> Symbol {
        guard let symbol = lookup(name) else { throw unknown(name, at: node) }
        if symbol.kind == .broken { throw SemanticFailure() }
        if let bodyBase, Int(visible[Int(name)]) < bodyBase, !isVisibleInBodies(symbol) {
            let text = parser.lexer.names.text(name)
            throw fail(
                .unknownName, "'\(text)' cannot be seen inside a \(isInsideGate ? "gate" : "subroutine")",
                at: node,
                related: [.init(Int(symbol.start)..<Int(symbol.end), label: "\(symbol.description) of the program")],
                cause: "bodies see their own names, constants, gates and subroutines only",
                cure: isInsideGate ? "make it a parameter of the gate" : "pass it as an argument")
        }
        return symbol
    }

    private func isVisibleInBodies(_ symbol: Symbol) -> Bool {
        switch symbol.kind {
        case .constant, .complexConstant, .gate, .subroutine, .external, .broken: true
        // A constant time in the machine's unit.
        case .variable: symbol.isReadOnly && durations[VariableID(Int(symbol.a))] != nil
        default: false
        }
    }

    mutating func openScope() { scopes.append(hidden.count) }

    mutating func closeScope() {
        let start = scopes.removeLast()
        while hidden.count > start {
            let (name, symbol) = hidden.removeLast()
            visible[Int(name)] = symbol
        }
    }

    /// Reports a name that nothing declares.
    mutating func unknown(_ name: Int32, at node: NodeID, isGate: Bool = false) -> SemanticFailure {
        // What is not reported any more needs no suggestion, which costs a look at all names.
        if parser.errorCount > Parser.errorLimit { return SemanticFailure() }
        let text = parser.lexer.names.text(name)
        var candidates: [String] = []
        for place in visible.indices where visible[place] >= 0 {
            // Only a gate stands where gates do, and never where a value or an operand does.
            let kind = symbols[Int(visible[place])].kind
            if isGate ? kind == .gate || kind == .subroutine : kind != .gate {
                candidates.append(parser.lexer.names.text(Int32(place)))
            }
        }
        if !isGate { candidates += BuiltinFunction.allCases.map(\.rawValue) + ["real", "imag", "sizeof"] }
        var cure: String?
        let range = tree[node].range
        let place = Diagnostic.Place(range.lowerBound..<min(range.upperBound, range.lowerBound + text.utf8.count))
        if isGate, let file = StandardLibrary.include(with: text) {
            cure = "write 'include \"\(file)\";' at the beginning, which has this gate"
        } else if let near = Suggestion.nearest(to: text, among: candidates) {
            cure = "did you mean '\(near)'?"
        }
        return fail(.unknownName, "\(isGate ? "gate '\(text)'" : "'\(text)'") is not declared", at: place, cure: cure)
    }

    /// A name for something of the circuit: the one given, or with the first number that makes it unique.
    ///
    /// - Parameter isLocal: whether it hides a standard gate of that name for a while only: all names of a circuit are
    ///   global, so it has to be called otherwise.
    mutating func uniqueName(_ name: String, isLocal: Bool? = nil) -> String {
        if let given = givenName, given.declared == name {
            givenName = nil
            usedNames.insert(given.name)
            return given.name
        }
        let hidesGate = (isLocal ?? !scopes.isEmpty) && standardNames.contains(name)
        if !hidesGate, usedNames.insert(name).inserted { return name }
        // Numbers that were tried are taken for good: a name of many scopes does not count from the start each time.
        var number = nameNumbers[name] ?? 1
        while !usedNames.insert("\(name)_\(number)").inserted { number += 1 }
        nameNumbers[name] = number + 1
        return "\(name)_\(number)"
    }
}
