import Circuits

// Numbers, parameters and expressions of parameters.
extension ProgramReading {
    /// A value as a gate's parameter.
    mutating func number(_ value: TaggedValue, _ scope: Scope, isArgument: Bool = false) throws(QPYError) -> Parameter {
        let expression = try real(value, scope, isArgument: isArgument)
        if let number = expression.literal?.real, !number.isFinite {
            throw value.content.fault("\(number) stands where a finite number belongs")
        }
        return circuit.addParameter(expression)
    }

    /// A value as a real expression of type `float[64]`.
    ///
    /// - Parameter isArgument: whether it stands among an instruction's parameters, where numbers are little-endian before
    ///   version 18.
    mutating func real(_ value: TaggedValue, _ scope: Scope, isArgument: Bool) throws(QPYError) -> Expression {
        var content = value.content
        let little = isArgument && version < 18
        switch value.tag {
        case "i": return .float(Double(try content.integer(Int64.self, isLittleEndian: little)))
        case "f": return .float(try content.double(isLittleEndian: little))
        case "c": return .float(try Self.realPart(&content))
        case "n":
            let array = try NumPyArray(content)
            guard array.elements.count == 1, array.elements[0].im == 0 else {
                throw content.fault("an array stands where one number belongs")
            }
            return .float(array.elements[0].re)
        case "p": return expressionDepth > 0 ? try parameter(&content) : local(try parameter(&content))
        case "v":
            return expressionDepth > 0 ? try vectorElement(&content, scope) : local(try vectorElement(&content, scope))
        case "e": return try parameterExpression(&content, scope)
        default: throw content.fault("a value of kind '\(value.tag)' stands where a number belongs")
        }
    }

    private static func realPart(_ content: inout ByteCursor) throws(QPYError) -> Double {
        let re = try content.double()
        let im = try content.double()
        guard im == 0 else { throw content.fault("\(re) + \(im)i stands where a real number belongs") }
        return re
    }

    /// As it is seen from where the reading is: within a gate's definition, what comes from outside is one of the gate's
    /// parameters.
    mutating func local(_ expression: Expression) -> Expression {
        guard let innermost = captures.indices.last, expression.literal == nil else { return expression }
        let place =
            captures[innermost].firstIndex(of: expression)
            ?? {
                captures[innermost].append(expression)
                return captures[innermost].count - 1
            }()
        return Expression(.formal(place), type: .float(64))
    }

    // MARK: Symbols

    private mutating func parameter(_ cursor: inout ByteCursor) throws(QPYError) -> Expression {
        let nameSize = try cursor.integer(UInt16.self)
        let identifier = try cursor.identifier()
        return symbol(ParameterSymbol(identifier: identifier, name: try cursor.text(nameSize)))
    }

    private mutating func vectorElement(_ cursor: inout ByteCursor, _ scope: Scope) throws(QPYError) -> Expression {
        if version >= 18 {
            let vector = Int(try cursor.integer(UInt16.self))
            let index = try cursor.integer(UInt64.self)
            guard vector < scope.vectors.count else {
                throw cursor.fault("a parameter belongs to no vector of the circuit")
            }
            let (name, _, root) = scope.vectors[vector]
            return symbol(
                ParameterSymbol(
                    identifier: root.advanced(by: index), name: "\(name)[\(index)]", vector: name, index: index))
        }
        let nameSize = try cursor.integer(UInt16.self)
        _ = try cursor.integer(UInt64.self)
        let identifier = try cursor.identifier()
        let index = try cursor.integer(UInt64.self)
        let name = try cursor.text(nameSize)
        return symbol(ParameterSymbol(identifier: identifier, name: "\(name)[\(index)]", vector: name, index: index))
    }

    /// Within an expression a symbol is a placeholder until the expression is complete: it may be replaced by then.
    private mutating func symbol(_ symbol: ParameterSymbol) -> Expression {
        guard expressionDepth > 0 else { return input(symbol) }
        let place =
            symbols.firstIndex { $0.identifier == symbol.identifier }
            ?? {
                symbols.append(symbol)
                return symbols.count - 1
            }()
        return Self.placeholder(place)
    }

    private static let firstPlaceholder = 1 << 40

    private static func placeholder(_ place: Int) -> Expression {
        Expression(.formal(firstPlaceholder + place), type: .float(64))
    }

    /// The symbol as an input of the program from its first use on, or as what a loop bound it to.
    private mutating func input(_ symbol: ParameterSymbol) -> Expression {
        if let known = parameters[symbol.identifier] { return known }
        let id = circuit.addVariable(Variable(name: symbol.name, type: .float(64), role: .input))
        let expression = Expression(.variable(id), type: .float(64))
        parameters[symbol.identifier] = expression
        freeParameters.append(symbol)
        return expression
    }

    /// The counter of a loop in place of a parameter, for the body of the loop.
    mutating func bind(_ value: TaggedValue, to expression: Expression, _ scope: Scope) throws(QPYError) {
        guard value.tag == "p" else { throw value.content.fault("a loop counts in a value of kind '\(value.tag)'") }
        var content = value.content
        _ = try content.integer(UInt16.self)
        parameters[try content.identifier()] = expression
    }

    // MARK: Expressions of parameters

    /// What stands on the stack of an expression: a value, or the substitutions that the next operation makes.
    private enum StackItem {
        case value(Expression)
        case substitutions([Expression: Expression])
    }

    /// An expression as the operations that made it, in postfix order.
    private mutating func parameterExpression(_ cursor: inout ByteCursor, _ scope: Scope) throws(QPYError) -> Expression
    {
        expressionDepth += 1
        defer {
            expressionDepth -= 1
            if expressionDepth == 0 { symbols = [] }
        }
        guard expressionDepth <= Self.maximumDepth else { throw cursor.fault("expressions are nested too deep") }
        let symbolCount = try cursor.integer(UInt64.self)
        var operations = try cursor.section(try cursor.integer(UInt64.self))
        for _ in 0..<symbolCount {
            let tag = Character(Unicode.Scalar(try cursor.byte()))
            // What stands for the symbol: itself, or what a substitution among the operations says as well.
            _ = try cursor.byte()
            let size = try cursor.integer(UInt64.self)
            switch tag {
            case "p": _ = try parameter(&cursor)
            case "v": _ = try vectorElement(&cursor, scope)
            default: throw cursor.fault("a symbol of kind '\(tag)' is not read")
            }
            _ = try cursor.take(Int(clamping: size))
        }
        var stack: [StackItem] = []
        while operations.remaining > 0 { try operation(&operations, &stack, scope) }
        guard case .value(let result)? = stack.popLast(), stack.isEmpty else {
            throw operations.fault("an expression of parameters leaves \(stack.count) values over")
        }
        if expressionDepth > 1 { return result }
        var resolved: [Expression: Expression] = [:]
        result.forEach {
            if case .formal(let place) = $0.node, place >= Self.firstPlaceholder { resolved[$0] = $0 }
        }
        // In the order of the file, so that the same bytes always give the same circuit.
        for place in symbols.indices where resolved[Self.placeholder(place)] != nil {
            resolved[Self.placeholder(place)] = local(input(symbols[place]))
        }
        return result.rewritten { resolved[$0] ?? $0 }
    }

    /// One record: an operation with its operands on the left and the right, where they are not on the stack.
    private mutating func operation(
        _ cursor: inout ByteCursor, _ stack: inout [StackItem], _ scope: Scope
    ) throws(QPYError) {
        let code = try cursor.byte()
        var operands: [(tag: Character, content: ByteCursor)] = []
        for _ in 0..<2 {
            let tag = Character(Unicode.Scalar(try cursor.byte()))
            operands.append((tag, try cursor.section(16)))
        }
        for (tag, content) in operands {
            var content = content
            switch tag {
            case "p":
                let identifier = try content.identifier()
                guard let place = symbols.firstIndex(where: { $0.identifier == identifier }) else {
                    throw cursor.fault("an expression names a parameter that it does not declare")
                }
                stack.append(.value(Self.placeholder(place)))
            case "f":
                _ = try content.take(8)
                stack.append(.value(.float(try content.double())))
            case "i":
                _ = try content.take(8)
                stack.append(.value(.float(Double(try content.integer(Int64.self)))))
            case "c": stack.append(.value(.float(try Self.realPart(&content))))
            case "n": break
            // Brackets around a sub-expression; the order of the operations says as much.
            case "s", "e": return
            case "u":
                let size = try content.integer(UInt64.self)
                stack.append(.substitutions(try substitutions(try cursor.section(size), scope)))
            default: throw cursor.fault("an operand of kind '\(tag)' is not read")
            }
        }
        try apply(code, &stack, at: cursor)
    }

    private mutating func substitutions(
        _ content: ByteCursor, _ scope: Scope
    ) throws(QPYError) -> [Expression: Expression] {
        var cursor = content
        var result: [Expression: Expression] = [:]
        for _ in 0..<(try cursor.integer(UInt64.self)) {
            let keySize = try cursor.integer(UInt16.self)
            let tag = try cursor.byte()
            let size = try cursor.integer(UInt16.self)
            var key = try cursor.section(keySize)
            let value = TaggedValue(tag: tag, content: try cursor.section(size))
            let place: Int?
            if version >= 15 {
                let identifier = try key.identifier()
                place = symbols.firstIndex { $0.identifier == identifier }
            } else {
                let name = try key.text(keySize)
                place = symbols.firstIndex { $0.name == name }
            }
            guard let place else { throw cursor.fault("an expression replaces a parameter that it does not declare") }
            result[Self.placeholder(place)] = try real(value, scope, isArgument: false)
        }
        return result
    }

    /// - Parameter code: `ParameterExpression`'s table of operations; 255 stands for a value alone.
    private func apply(_ code: UInt8, _ stack: inout [StackItem], at cursor: ByteCursor) throws(QPYError) {
        func pop() throws(QPYError) -> Expression {
            guard case .value(let value)? = stack.popLast() else {
                throw cursor.fault("an operation of an expression lacks an operand")
            }
            return value
        }
        func binary(_ operation: BinaryOperator, reversed: Bool = false) throws(QPYError) -> Expression {
            let right = try pop(), left = try pop()
            return Expression(
                reversed ? .binary(operation, right, left) : .binary(operation, left, right), type: .float(64))
        }
        func call(_ function: BuiltinFunction) throws(QPYError) -> Expression {
            Expression(.call(function, [try pop()]), type: .float(64))
        }
        let result: Expression
        switch code {
        case 0: result = try binary(.add)
        case 1: result = try binary(.subtract)
        case 2: result = try binary(.multiply)
        case 3: result = try binary(.divide)
        case 4: result = try binary(.power)
        case 5: result = try call(.sin)
        case 6: result = try call(.cos)
        case 7: result = try call(.tan)
        case 8: result = try call(.arcsin)
        case 9: result = try call(.arccos)
        case 10: result = try call(.exp)
        case 11: result = try call(.log)
        case 12: result = Self.sign(of: try pop())
        case 14: result = try pop()
        case 15:
            guard case .substitutions(let table)? = stack.popLast() else {
                throw cursor.fault("a substitution lacks its values")
            }
            result = try pop().rewritten { table[$0] ?? $0 }
        case 16:
            let value = try pop()
            result = Expression(.binary(.multiply, value, Self.sign(of: value)), type: .float(64))
        case 17: result = try call(.arctan)
        case 18: result = try binary(.subtract, reversed: true)
        case 19: result = try binary(.divide, reversed: true)
        case 20: result = try binary(.power, reversed: true)
        case 255: return
        default: throw cursor.fault("operation \(code) of an expression of parameters is not read")
        }
        stack.append(.value(result.operandsAreLiteral ? result.folded : result))
    }

    /// 1, 0 or -1: the number of times it is positive less the number of times it is negative.
    private static func sign(of value: Expression) -> Expression {
        func test(_ operation: BinaryOperator) -> Expression {
            let holds = Expression(.binary(operation, value, .float(0)), type: .bool)
            return Expression(.cast(holds), type: .float(64))
        }
        return Expression(.binary(.subtract, test(.greater), test(.less)), type: .float(64))
    }
}
