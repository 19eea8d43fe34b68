import Circuits

// `pow(k) @` with a k that is computed while the program runs.
extension Lowering {
    /// Works an exponent of run time into a call: into an angle where the gate has one, else as turns of a loop.
    mutating func raise(
        _ call: inout GateCall, to exponent: Expression, at id: NodeID
    ) throws(SemanticFailure) {
        let isWhole: Bool
        switch exponent.type {
        case .int, .uint: isWhole = true
        case .float: isWhole = false
        default: throw fail(.type, "the exponent of 'pow' is a number, not \(exponent.type)", at: id)
        }
        if isInsideGate {
            throw fail(
                .notConstant, "the exponent of 'pow' inside a gate must be known before the program runs", at: id,
                cause: "the parameters of a gate are angles", cure: "scale the angles themselves")
        }
        let factor = changed(exponent, to: .float(64))
        if call.modifiers.isEmpty, call.phase == nil, let gate = call.entry.gate.standard,
            let turned = turned(gate, call, by: factor, isWhole: isWhole)
        {
            (call.entry, call.parameters) = turned
            return
        }
        guard isWhole else {
            throw unsupported(
                "a power of this gate with an exponent of run time that may be a fraction", at: id,
                cause: "only rotations and powers of Pauli gates have a formula for it",
                cure: "use an integer, a constant, or a rotation whose angle is scaled")
        }
        if call.turns != nil {
            throw unsupported(
                "two exponents of run time on one gate", at: id, cure: "multiply them into one variable first")
        }
        call.turns = exponent
    }

    private func changed(_ value: Expression, to type: ClassicalType) -> Expression {
        value.type == type ? value : folded(Expression(.cast(value), type: type), at: 0)
    }

    /// A gate of the same axis with the angle times the factor. A fraction takes the principal branch, so an angle must
    /// be known to lie in it.
    private mutating func turned(
        _ gate: StandardGate, _ call: GateCall, by factor: Expression, isWhole: Bool
    ) -> (GateEntry, [Expression])? {
        func times(_ angle: Expression) -> Expression {
            let angle = changed(angle, to: .float(64))
            return folded(Expression(.binary(.multiply, factor, angle), type: .float(64)), at: 0)
        }
        switch gate {
        case .gphase, .p, .cp, .rx, .ry, .rz, .crx, .cry, .crz, .rxx, .ryy, .rzz, .rzx:
            if case .angle = call.parameters[0].type { return nil }
            if !isWhole {
                guard let angle = call.parameters[0].literal?.real, abs(angle) < .pi else { return nil }
            }
            return (call.entry, [times(call.parameters[0])])
        case .id: return (call.entry, [])
        case .z: return (GateEntry(.p), [times(.float(.pi))])
        case .s: return (GateEntry(.p), [times(.float(.pi / 2))])
        case .sdg: return (GateEntry(.p), [times(.float(-.pi / 2))])
        case .t: return (GateEntry(.p), [times(.float(.pi / 4))])
        case .tdg: return (GateEntry(.p), [times(.float(-.pi / 4))])
        case .cz: return (GateEntry(.cp), [times(.float(.pi))])
        case .x, .sx, .sxdg:
            if isWhole { return nil }
            let half: Double = gate == .x ? .pi : gate == .sx ? .pi / 2 : -.pi / 2
            return (powerOfX(), [times(.float(half))])
        default: return nil
        }
    }

    /// `gate xpow(angle) q { h q; p(angle) q; h q; }`: X to the power angle/π.
    private mutating func powerOfX() -> GateEntry {
        let key = ModifiedGate(base: .standard(.x), modifiers: [.power(0)])
        let gate: Gate
        if let known = modified[key] {
            gate = known
        } else {
            var body = Block()
            body.append(.h, [Qubit(0)])
            body.append(Instruction(.p, [Qubit(0)], [parameter(Expression(.formal(0), type: .float(64)))]))
            body.append(.h, [Qubit(0)])
            gate = circuit.addGate(
                GateDefinition(
                    name: uniqueName("xpow"), qubitCount: 1, parameterNames: ["theta"], implementation: .body(body)))
            modified[key] = gate
            if usesTables { needsCanonicalOrder = true }
            usesTables = true
        }
        return GateEntry(defined: gate, circuit.definition(of: gate)!)
    }

    /// Repeats what `build` appends: as often as the exponent says, inverted where it is negative.
    mutating func repeated(
        _ turns: Expression, at id: NodeID, _ build: (inout Lowering, _ inverted: Bool) throws(SemanticFailure) -> Void
    ) throws(SemanticFailure) {
        var failed = false
        func blockOf(_ lowering: inout Lowering, inverted: Bool) -> Block {
            lowering.building { lowering in
                do throws(SemanticFailure) { try build(&lowering, inverted) } catch { failed = true }
            }
        }
        let count = kept(try narrow(turns, "a power", at: id), "power", at: id)
        func loop(_ lowering: inout Lowering, _ last: Expression, _ body: Block) {
            let variable = lowering.circuit.addVariable(Variable(name: lowering.uniqueName("turn"), type: .int(64)))
            lowering.loopVariables.insert(variable.index)
            lowering.block.append(
                .for(variable: variable, values: .range(start: .int(1), step: .int(1), stop: last), body: body),
                location: lowering.location(id))
        }
        loop(&self, count, blockOf(&self, inverted: false))
        if case .uint = turns.type {
        } else {
            loop(
                &self, Expression(.unary(.negate, count), type: .int(64)), blockOf(&self, inverted: true))
        }
        if failed { throw SemanticFailure() }
    }
}
