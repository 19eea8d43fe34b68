import Circuits

// What the program declares for other machines: external functions, calibrations.
extension Lowering {
    /// `extern name(types) -> type;`: kept with its type; a call is one of the circuit, and refused when it is reached.
    mutating func externalDeclaration(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        var parameters: [ExternalFunction.Parameter] = []
        for type in tree.items(node.b) {
            switch tree[type].kind {
            case .registerType:
                parameters.append(.value(.bits(tree[type].a < 0 ? 1 : try size(tree[type].a, "a register"))))
            case .arrayReferenceType:
                let (element, isComplex) = try elementType(tree[type].a)
                if isComplex { throw complexParameter(at: type) }
                guard tree[type].c < 0 else {
                    throw unsupported(
                        "an extern with an array of open shape", at: type,
                        cause: "its type is not known without a machine",
                        cure: "write the dimensions: 'readonly array[\(element), 4]'")
                }
                let dimensions = try arrayShape(tree[type].b, of: type)
                parameters.append(.array(element, dimensions: dimensions, isMutable: tree[type].detail == 1))
            default:
                if isComplexType(type) { throw complexParameter(at: type) }
                parameters.append(.value(try classicalType(type)))
            }
        }
        if isComplexType(node.c) { throw complexParameter(at: node.c) }
        let result = node.c < 0 ? nil : try classicalType(node.c)
        let place = circuit.externals.count
        try declare(node.a, Symbol(kind: .external, a: Int32(place)), at: id)
        circuit.externals.append(
            ExternalFunction(name: uniqueName(text(node.a)), parameters: parameters, result: result))
    }

    private mutating func complexParameter(at id: NodeID) -> SemanticFailure {
        unsupported("an extern on complex numbers", at: id, cure: "pass the parts as two floats")
    }

    /// A call of an extern with its arguments converted; nil for one without a value, which is appended.
    mutating func callExternal(
        _ symbol: Symbol, _ node: SyntaxTree.Node, at id: NodeID
    ) throws(SemanticFailure) -> Expression? {
        let place = ExternalID(Int(symbol.a))
        let function = circuit.externals[place.index]
        let given = Array(tree.items(node.b))
        if tree.count(node.c) > 0 {
            throw fail(
                .wrongKind, "extern '\(function.name)' acts on classical values, not on qubits", at: id,
                related: declaration(symbol))
        }
        guard given.count == function.parameters.count else {
            let needed = function.parameters.count
            throw fail(
                .arity,
                "extern '\(function.name)' takes \(needed) argument\(needed == 1 ? "" : "s"), not \(given.count)",
                at: id, related: declaration(symbol))
        }
        var arguments: [Expression] = []
        for (item, parameter) in zip(given, function.parameters) {
            switch parameter {
            case .value(let type):
                guard case .expression(let value) = try source(item) else { continue }
                arguments.append(try convert(value, to: type, at: item))
            case .array(let element, let dimensions, let isMutable):
                guard let view = try viewIfAny(item), view.element == element, view.dimensions == dimensions,
                    view.axes.count == dimensions.count, view.count == circuit.arrays[view.array.index].count
                else {
                    throw fail(.type, "an array of \(element) with \(describe(dimensions)) is expected", at: item)
                }
                if isMutable && view.isReadOnly {
                    throw fail(.immutable, "a readonly reference is passed to a mutable parameter", at: item)
                }
                arguments.append(Expression(.item(view.array, []), type: element))
            }
        }
        let call = Expression(.external(place, arguments), type: function.result ?? .bool)
        if function.result != nil { return call }
        block.append(Assignment(target: .discard, value: call), location: location(id))
        return nil
    }

    /// `defcalgrammar`, `cal` and `defcal`: kept as they are written, for machines that read them.
    mutating func calibration(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let isInside = nesting > 0 || !scopes.isEmpty
        if isInside && node.kind != .calibration {
            throw fail(
                .misplaced, "a definition of a calibration inside another statement", at: id,
                cure: "write it at the top level; 'cal' blocks can stand anywhere")
        }
        if node.kind == .calibrationDefinition, let old = lookup(node.a), old.kind != .gate, old.kind != .broken {
            throw fail(
                .redefinition, "'\(self.text(node.a))' is \(old.description); only gates have calibrations",
                at: .init(Int(node.start)..<Int(node.start) + self.text(node.a).utf8.count), related: declaration(old),
                cause: "a 'defcal' of a name that is no gate's declares one", cure: "give one of them another name")
        }
        var start = node.start
        if node.kind == .calibrationDefinition {
            // The node starts at the gate's name, behind the word and blanks.
            while start > 0 && parser.lexer.base[Int(start) - 1] <= 0x20 { start -= 1 }
            start -= min(start, UInt32("defcal".utf8.count))
        }
        let text = Self.laidOut(parser.text(start..<node.end))
        if node.kind == .calibration && (isInside || block.count > 0) {
            // What the program does before it stays before it.
            block.append(Instruction(.barrier, location: location(id)))
            block.annotateLast(Annotation(keyword: Annotation.calibrationKeyword, content: text))
        } else {
            circuit.calibrations.append(text)
        }
        if node.kind == .calibrationDefinition, node.a >= Keyword.allCases.count, lookup(node.a) == nil,
            StandardLibrary.include(with: self.text(node.a)) == nil
        {
            try calibratedGate(node, id)
        }
        if node.kind != .calibrationGrammar, !hasWarnedOfCalibrations {
            hasWarnedOfCalibrations = true
            warn(
                .ignored, "calibrations are kept with the program, but not played", at: place(id),
                cause: "pulses need a machine's own controller",
                cure: "nothing is wrong if the machine's own gates are meant: those are run")
        }
    }

    /// A calibration in the standard layout: the blanks of its head mean nothing, what its braces hold is left alone.
    private static func laidOut(_ text: String) -> String {
        guard let result = try? OpenQASM.format(SourceText(name: "", text)) else { return text }
        return result.hasSuffix("\n") ? String(result.dropLast()) : result
    }

    /// A gate that nothing but its calibration defines.
    private mutating func calibratedGate(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let parameters = tree.items(node.b).map { tree[$0].kind == .parameter ? text(tree[$0].b) : "theta" }
        let definition = GateDefinition(
            name: uniqueName(text(node.a)), qubitCount: tree.count(node.c), parameterNames: parameters,
            implementation: .opaque)
        if usesTables { needsCanonicalOrder = true }
        gates.append(GateEntry(defined: circuit.addGate(definition), definition))
        try declare(node.a, Symbol(kind: .gate, a: Int32(gates.count - 1), isReplaceable: true), at: id)
    }
}
