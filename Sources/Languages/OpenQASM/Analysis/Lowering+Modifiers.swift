import Circuits

/// A gate under modifiers, as far as they have been worked in.
struct GateCall {
    var entry: GateEntry
    var parameters: [Expression]
    /// Those that no standard gate could take up, outermost first.
    var modifiers: [GateModifier] = []
    /// A phase that goes with the gate, on no qubit.
    var phase: Expression?
    var isModified = false
    /// How often the whole is repeated, where only the running program knows.
    var turns: Expression?

    init(entry: GateEntry, parameters: [Expression]) {
        self.entry = entry
        self.parameters = parameters
    }

    var qubitCount: Int {
        modifiers.reduce(entry.qubitCount) { count, modifier in
            if case .control(let values) = modifier { count + values.count } else { count }
        }
    }
}

/// What a modified gate is made of: the key under which it is found again.
struct ModifiedGate: Hashable {
    var base: Gate
    var modifiers: [GateModifier]
}

extension Lowering {
    /// Works modifiers into a call, the innermost first.
    mutating func modify(_ call: inout GateCall, by list: ListID) throws(SemanticFailure) {
        try resolve(&call)
        for k in (0..<tree.count(list)).reversed() {
            let id = tree.item(list, k)
            let node = tree[id]
            call.isModified = true
            switch ModifierKind(rawValue: node.detail) {
            case .inverse: invert(&call)
            case .power:
                let exponent = try expression(node.a)
                guard let value = exponent.literal else {
                    try raise(&call, to: exponent, at: node.a)
                    continue
                }
                switch value {
                case .int, .uint, .float: break
                default: throw fail(.type, "the exponent of 'pow' is a number, not \(value.type)", at: node.a)
                }
                guard value.real.isFinite else {
                    throw fail(.value, "the exponent of 'pow' is \(value.real)", at: node.a)
                }
                if call.turns != nil, value.real != value.real.rounded() {
                    throw unsupported(
                        "a fraction as the power of a power of run time", at: node.a,
                        cure: "multiply the exponents into one variable first")
                }
                raise(&call, to: value.real)
            case .control, .negativeControl, nil:
                let count = node.a < 0 ? 1 : try constInteger(node.a, "the number of controls")
                if count < 1 || count > 1000 {
                    throw fail(.value, "\(count) controls; the number must be positive", at: node.a < 0 ? id : node.a)
                }
                let value = node.detail == ModifierKind.control.rawValue
                if value {
                    for _ in 0..<count { control(&call) }
                } else {
                    absorbPhase(&call)
                    wrap(&call, .control(Array(repeating: false, count: count)))
                }
            }
        }
    }

    /// Puts a rule of the language into a gate and a phase of its own, so that modifiers meet plain gates only.
    private mutating func resolve(_ call: inout GateCall) throws(SemanticFailure) {
        let p = call.parameters
        switch call.entry.rule {
        case .plain, .byDefinition: return
        case .halfTheta: call.phase = scaled(p[0], 0.5)
        case .minusHalfPhiLambda: call.phase = scaled(sum(p[p.count - 2], p[p.count - 1]), -0.5)
        case .idle: call.parameters = []
        case .controlledU3: call.parameters.append(.float(0))
        }
        var entry = call.entry
        entry.rule = .plain
        entry.parameterCount = call.parameters.count
        call.entry = entry
    }

    /// The sum of two parameters; where one is an angle, both become angles.
    private func sum(_ a: Expression, _ b: Expression) -> Expression {
        var (a, b) = (a, b)
        switch (a.type, b.type) {
        case (.angle(let n), .angle(let m)):
            if n < m { a = folded(Expression(.cast(a), type: b.type), at: 0) }
            if m < n { b = folded(Expression(.cast(b), type: a.type), at: 0) }
        case (.angle, _): b = folded(Expression(.cast(b), type: a.type), at: 0)
        case (_, .angle): a = folded(Expression(.cast(a), type: b.type), at: 0)
        default: break
        }
        return folded(Expression(.binary(.add, a, b), type: a.type), at: 0)
    }

    /// A parameter times −1, ±1/2, or a number; an angle goes by whole numbers only.
    private func scaled(_ value: Expression, _ factor: Double) -> Expression {
        if factor == 1 { return value }
        if factor < 0 {
            return folded(Expression(.unary(.negate, scaled(value, -factor)), type: value.type), at: 0)
        }
        if case .angle(let width) = value.type {
            let operation: BinaryOperator = factor < 1 ? .divide : .multiply
            let number = factor < 1 ? (1 / factor).rounded() : factor
            let count = Expression.literal(
                ClassicalValue(.uint, pattern: BitString(UInt64(number), count: width)))
            return folded(Expression(.binary(operation, value, count), type: value.type), at: 0)
        }
        if factor == 0.5 { return folded(Expression(.binary(.divide, value, .float(2)), type: .float(64)), at: 0) }
        return folded(Expression(.binary(.multiply, .float(factor), value), type: .float(64)), at: 0)
    }

    private func wrap(_ call: inout GateCall, _ modifier: GateModifier) {
        if case .control(let outer) = modifier, case .control(let inner)? = call.modifiers.first {
            call.modifiers[0] = .control(outer + inner)
        } else {
            call.modifiers.insert(modifier, at: 0)
        }
    }

    /// The standard gate of a call that nothing is wrapped around.
    private func standard(_ call: GateCall) -> StandardGate? { call.modifiers.isEmpty ? call.entry.gate.standard : nil }

    mutating func invert(_ call: inout GateCall) {
        guard let gate = standard(call), let inverse = gate.inverse else {
            absorbPhase(&call)
            return wrap(&call, .inverse)
        }
        let old = call.parameters
        call.entry = GateEntry(inverse.gate)
        call.parameters =
            inverse.parameters.isEmpty && !old.isEmpty
            ? old
            : inverse.parameters.map { map in
                let value = scaled(old[map.index], map.scale)
                return map.offset == 0 ? value : sum(value, .float(map.offset))
            }
        call.phase = call.phase.map { scaled($0, -1) }
    }

    private mutating func control(_ call: inout GateCall) {
        if let gate = standard(call), let (controlled, parameters) = controlled(gate, call) {
            call.entry = GateEntry(controlled)
            call.parameters = parameters
            call.phase = nil
            return
        }
        absorbPhase(&call)
        wrap(&call, .control([true]))
    }

    /// The standard gate that controls this one.
    private func controlled(_ gate: StandardGate, _ call: GateCall) -> (StandardGate, [Expression])? {
        let p = call.parameters
        let phase = call.phase ?? .float(0)
        switch gate {
        case .u: return (.cu, p + [phase])
        case .u2: return (.cu, [.float(.pi / 2)] + p + [phase])
        default: if call.phase != nil { return nil }
        }
        switch gate {
        case .gphase: return (.p, p)
        case .x: return (.cx, [])
        case .y: return (.cy, [])
        case .z: return (.cz, [])
        case .h: return (.ch, [])
        case .s: return (.cs, [])
        case .sdg: return (.csdg, [])
        case .t: return (.cp, [.float(.pi / 4)])
        case .tdg: return (.cp, [.float(-.pi / 4)])
        case .sx: return (.csx, [])
        case .p: return (.cp, p)
        case .rx: return (.crx, p)
        case .ry: return (.cry, p)
        case .rz: return (.crz, p)
        case .cx: return (.ccx, [])
        case .cz: return (.ccz, [])
        case .swap: return (.cswap, [])
        case .ccx: return (.c3x, [])
        case .c3x: return (.c4x, [])
        default: return nil
        }
    }

    private mutating func raise(_ call: inout GateCall, to exponent: Double) {
        if exponent == 1 { return }
        if exponent == -1 { return invert(&call) }
        if let gate = standard(call), call.phase == nil, let (power, parameters) = power(gate, call, exponent) {
            call.entry = GateEntry(power)
            call.parameters = parameters
            return
        }
        absorbPhase(&call)
        wrap(&call, .power(exponent))
    }

    /// The standard gate that is this one's power. Fractions take the principal branch, so that an angle is scaled only
    /// where no eigenvalue has left (−π, π].
    private func power(_ gate: StandardGate, _ call: GateCall, _ exponent: Double) -> (StandardGate, [Expression])? {
        let isWhole = exponent == exponent.rounded()
        switch gate {
        case .id: return (.id, [])
        case .gphase, .p, .cp, .rx, .ry, .rz, .crx, .cry, .crz, .rxx, .ryy, .rzz, .rzx:
            if !isWhole {
                guard let angle = call.parameters[0].literal?.real else { return nil }
                let turns = gate == .gphase || gate == .p || gate == .cp ? 1.0 : 2.0
                guard angle > -turns * .pi && angle <= turns * .pi && (turns == 1 || angle < 2 * .pi) else {
                    return nil
                }
            }
            return (gate, [scaled(call.parameters[0], exponent)])
        case .z: return diagonal(.pi * exponent)
        case .s: return diagonal(.pi / 2 * exponent)
        case .t: return diagonal(.pi / 4 * exponent)
        case .sdg: return diagonal(-.pi / 2 * exponent)
        case .tdg: return diagonal(-.pi / 4 * exponent)
        case .x, .sx, .sxdg:
            // Quarter turns of X, modulo 4.
            let quarters = exponent * (gate == .x ? 2 : gate == .sx ? 1 : -1)
            guard quarters == quarters.rounded() else { return nil }
            let rest = quarters - 4 * (quarters / 4).rounded(.down)
            return ([StandardGate.id, .sx, .x, .sxdg][Int(rest)], [])
        default: return nil
        }
    }

    /// The diagonal gate of an angle, by its name where it has one.
    private func diagonal(_ angle: Double) -> (StandardGate, [Expression]) {
        let eighths = angle / (.pi / 4)
        guard abs(eighths) < 0x1p50, eighths == eighths.rounded() else { return (.p, [.float(angle)]) }
        let rest = Int(eighths - 8 * (eighths / 8).rounded(.down))
        switch rest {
        case 0: return (.id, [])
        case 1: return (.t, [])
        case 2: return (.s, [])
        case 4: return (.z, [])
        case 6: return (.sdg, [])
        case 7: return (.tdg, [])
        default: return (.p, [.float(angle)])
        }
    }

    /// Makes a gate with its phase one gate, where a modifier needs both together.
    private mutating func absorbPhase(_ call: inout GateCall) {
        guard let phase = call.phase, call.modifiers.isEmpty, let gate = call.entry.gate.standard else { return }
        let name = "phased_\(gate.name)"
        let count = gate.parameterCount
        let id: Gate
        let key = ModifiedGate(base: .standard(gate), modifiers: [])
        if let known = modified[key] {
            id = known
        } else {
            func formal(_ k: Int) -> Parameter { parameter(Expression(.formal(k), type: .float(64))) }
            var body = Block()
            body.append(Instruction(.gphase, [], [formal(0)]))
            body.append(
                Instruction(
                    gate, Operands((0..<gate.qubitCount).map { Qubit($0) }), Parameters((1..<(count + 1)).map(formal))))
            id = circuit.addGate(
                GateDefinition(
                    name: uniqueName(name), qubitCount: gate.qubitCount,
                    parameterNames: ["gamma"] + (count == 2 ? ["phi", "lambda"] : ["theta", "phi", "lambda"]),
                    implementation: .body(body)))
            modified[key] = id
            usesTables = true
        }
        call.phase = nil
        call.parameters = [phase] + call.parameters
        call.entry = GateEntry(defined: id, circuit.definition(of: id)!)
    }

    /// What is appended for a call: a gate or none, and a phase or none.
    mutating func lowered(
        _ call: inout GateCall, at id: NodeID
    ) throws(SemanticFailure) -> (gate: Gate?, parameters: [Parameter], phase: Expression?) {
        if !call.isModified { try resolve(&call) }
        if call.entry.gate == .standard(.gphase) && call.modifiers.isEmpty {
            return (nil, [], call.parameters[0])
        }
        var gate = call.entry.gate
        if !call.modifiers.isEmpty {
            let key = ModifiedGate(base: gate, modifiers: call.modifiers)
            if let known = modified[key] {
                gate = known
            } else {
                gate = circuit.addGate(
                    GateDefinition(
                        name: Self.name(of: call.modifiers, circuit.name(of: gate)), qubitCount: call.qubitCount,
                        parameterNames: parameterNames(of: gate),
                        implementation: .modified(base: gate, modifiers: call.modifiers)))
                modified[key] = gate
                usesTables = true
            }
        }
        // The phase is written in front of the gate, so its expression takes the earlier place.
        if let phase = call.phase, phase.literal == nil { _ = parameter(phase) }
        var parameters: [Parameter] = []
        for value in call.parameters { parameters.append(parameter(value)) }
        return (gate, parameters, call.phase)
    }

    private func parameterNames(of gate: Gate) -> [String] {
        if let definition = circuit.definition(of: gate) { return definition.parameterNames }
        let count = circuit.parameterCount(of: gate)
        return count == 1 ? ["theta"] : Array(["theta", "phi", "lambda", "gamma"].prefix(count))
    }

    /// A modified gate as it is written.
    static func name(of modifiers: [GateModifier], _ base: String) -> String {
        modifiers.map { text(of: $0) }.joined() + base
    }

    static func text(of modifier: GateModifier) -> String {
        switch modifier {
        case .inverse: return "inv @ "
        case .power(let exponent): return "pow(\(OpenQASMWriter.number(exponent))) @ "
        case .control(let values):
            var result = ""
            var start = 0
            while start < values.count {
                var end = start
                while end < values.count && values[end] == values[start] { end += 1 }
                let word = values[start] ? "ctrl" : "negctrl"
                result += end - start == 1 ? "\(word) @ " : "\(word)(\(end - start)) @ "
                start = end
            }
            return result
        }
    }
}
