import Circuits

/// Programs made at random, to be compiled and compared.
enum ProgramGenerator {
    /// Gates of every standard kind, modified, defined and matrix gates, and barriers; unitary.
    static func gates(qubits: Int, count: Int, seed: UInt64, families: [Family] = Family.common) -> Circuit {
        var generator = TestGenerator(seed)
        var circuit = Circuit(name: "random \(seed)", qubitCount: qubits)
        let defined = definitions(in: &circuit, &generator)
        circuit.globalPhase = Parameter(generator.angle())
        for _ in 0..<count {
            append(families[generator.below(families.count)], to: &circuit, defined, &generator)
        }
        return circuit
    }

    enum Family: CaseIterable {
        case standard, defined, modified, pair, barrier
        /// Modifiers before any standard gate.
        case modifiedStandard

        static let common: [Family] = [.standard, .defined, .modified, .pair, .barrier]
    }

    /// Mid-circuit measurements, resets, conditions, switches, loops with breaks, boxes and classical assignments.
    static func withFlow(qubits: Int, count: Int, seed: UInt64) -> Circuit {
        var generator = TestGenerator(seed &+ 77)
        var circuit = Circuit(name: "flow \(seed)", qubitCount: qubits, bitCount: 3)
        circuit.addVariable(Variable(name: "i", type: .int(32)))
        circuit.addVariable(Variable(name: "n", type: .int(32)))
        circuit.body = block(&circuit, qubits, count, depth: 0, inLoop: false, &generator)
        return circuit
    }

    private static func block(
        _ circuit: inout Circuit, _ qubits: Int, _ count: Int, depth: Int, inLoop: Bool,
        _ generator: inout TestGenerator
    ) -> Block {
        var result = Block()
        for _ in 0..<count {
            let choice = generator.below(depth < 2 ? 17 : 11)
            switch choice {
            case 0..<6:
                let pair = generator.distinct(2, below: qubits).map { Qubit($0) }
                result.append([StandardGate.cx, .cz, .swap, .cy, .ch][generator.below(5)], Operands(pair))
            case 6, 7:
                result.append(
                    .u, [Qubit(generator.below(qubits))],
                    [
                        Parameter(generator.angle()), Parameter(generator.angle()), Parameter(generator.angle()),
                    ])
            case 8:
                let n = Expression(.variable(VariableID(1)), type: .int(32))
                let angle = Expression(
                    .binary(.multiply, .float(0.7), Expression(.cast(n), type: .float(64))), type: .float(64))
                let parameter = circuit.addParameter(angle)
                result.append(.rz, [Qubit(generator.below(qubits))], [parameter])
            case 9:
                result.append(
                    Instruction(.measure(into: ClassicalBit(generator.below(3))), [Qubit(generator.below(qubits))]))
            case 10:
                switch generator.below(4) {
                case 0: result.append(Instruction(.reset, [Qubit(generator.below(qubits))]))
                case 1:
                    result.append(
                        Instruction(.barrier, Operands(generator.distinct(2, below: qubits).map { Qubit($0) })))
                case 2:
                    let n = Expression(.variable(VariableID(1)), type: .int(32))
                    result.append(
                        Assignment(
                            target: .variable(VariableID(1)),
                            value: Expression(.binary(.add, n, .int(1, width: 32)), type: .int(32))))
                default:
                    if inLoop {
                        var inner = Block()
                        inner.append(Instruction(generator.below(2) == 0 ? .break : .continue))
                        result.append(
                            ControlFlow.branch(condition: .bit(ClassicalBit(0)), then: inner, otherwise: nil))
                    }
                }
            case 11, 12:
                result.append(
                    ControlFlow.branch(
                        condition: .bit(ClassicalBit(generator.below(3))),
                        then: block(&circuit, qubits, 3, depth: depth + 1, inLoop: inLoop, &generator),
                        otherwise: generator.below(2) == 0
                            ? nil : block(&circuit, qubits, 3, depth: depth + 1, inLoop: inLoop, &generator)))
            case 13:
                let n = Expression(.variable(VariableID(1)), type: .int(32))
                result.append(
                    ControlFlow.switch(
                        subject: n,
                        cases: [
                            .init(
                                labels: [0, 2],
                                body: block(&circuit, qubits, 2, depth: depth + 1, inLoop: inLoop, &generator)),
                            .init(
                                labels: [1],
                                body: block(&circuit, qubits, 2, depth: depth + 1, inLoop: inLoop, &generator)),
                        ], otherwise: block(&circuit, qubits, 2, depth: depth + 1, inLoop: inLoop, &generator)))
            case 14:
                result.append(
                    ControlFlow.for(
                        variable: VariableID(0),
                        values: .range(start: .int(0, width: 32), step: .int(1, width: 32), stop: .int(1, width: 32)),
                        body: block(&circuit, qubits, 3, depth: depth + 1, inLoop: true, &generator)))
            case 15:
                // At most two turns: the body counts.
                circuit.addVariable(Variable(name: "w\(circuit.variables.count)", type: .int(32)))
                let counter = VariableID(circuit.variables.count - 1)
                let value = Expression(.variable(counter), type: .int(32))
                var body = Block()
                body.append(
                    Assignment(
                        target: .variable(counter),
                        value: Expression(.binary(.add, value, .int(1, width: 32)), type: .int(32))))
                body.append(contentsOf: block(&circuit, qubits, 2, depth: depth + 1, inLoop: true, &generator))
                result.append(
                    ControlFlow.while(
                        condition: Expression(.binary(.less, value, .int(2, width: 32)), type: .bool), body: body))
            default:
                result.append(
                    ControlFlow.box(
                        duration: nil, body: block(&circuit, qubits, 3, depth: depth + 1, inLoop: inLoop, &generator)))
            }
        }
        return result
    }

    private static func definitions(in circuit: inout Circuit, _ generator: inout TestGenerator) -> [Gate] {
        var gates: [Gate] = []
        var body = Block()
        // A body with two parameters and an expression of them.
        circuit = circuit.replacing(body: Block(), qubitRegisters: circuit.qubitRegisters)
        let sum = Expression(
            .binary(
                .add, Expression(.formal(0), type: .float(64)),
                Expression(.binary(.divide, Expression(.formal(1), type: .float(64)), .float(2)), type: .float(64))),
            type: .float(64))
        body.append(.h, [Qubit(0)])
        body.append(.crx, [Qubit(0), Qubit(1)], [circuit.addParameter(sum)])
        body.append(.gphase, [], [circuit.addParameter(Expression(.formal(1), type: .float(64)))])
        body.append(.t, [Qubit(1)])
        gates.append(
            circuit.addGate(
                GateDefinition(name: "mix", qubitCount: 2, parameterNames: ["a", "b"], implementation: .body(body))))
        // A random unitary on two qubits.
        var matrix = StandardGate.u.matrix([generator.angle(), generator.angle(), generator.angle()])
            .kronecker(StandardGate.u.matrix([generator.angle(), generator.angle(), generator.angle()]))
        matrix = StandardGate.xxPlusYY.matrix([generator.angle(), generator.angle()]) * matrix
        matrix = matrix * StandardGate.rxx.matrix([generator.angle()])
        gates.append(circuit.addGate(GateDefinition(name: "matrix", qubitCount: 2, implementation: .matrix(matrix))))
        return gates
    }

    private static func append(
        _ family: Family, to circuit: inout Circuit, _ defined: [Gate], _ generator: inout TestGenerator
    ) {
        let n = circuit.qubitCount
        switch family {
        case .standard:
            let gate = StandardGate.allCases[generator.below(StandardGate.allCases.count)]
            guard gate.qubitCount <= n else { return }
            circuit.append(
                gate, generator.distinct(gate.qubitCount, below: n),
                (0..<gate.parameterCount).map { _ in generator.angle() })
        case .pair:
            circuit.append(
                [StandardGate.cx, .cz, .swap, .cp, .rzz][generator.below(3)], generator.distinct(2, below: n))
        case .defined:
            let gate = defined[generator.below(defined.count)]
            circuit.append(
                gate, generator.distinct(2, below: n),
                (0..<circuit.parameterCount(of: gate)).map { _ in Parameter(generator.angle()) })
        case .modified, .modifiedStandard:
            let bases: [Gate] =
                family == .modifiedStandard
                ? StandardGate.allCases.map { .standard($0) }
                : [
                    .standard(.x), .standard(.ry), .standard(.u), .standard(.swap), .standard(.gphase), .standard(.sx),
                    .standard(.cx),
                ] + defined
            let base = bases[generator.below(bases.count)]
            var modifiers: [GateModifier] = []
            var width = circuit.qubitCount(of: base)
            for _ in 0...generator.below(2) {
                switch generator.below(4) {
                case 0, 1:
                    guard width < min(n, 4) else { continue }
                    modifiers.append(.control([generator.below(2) == 0]))
                    width += 1
                case 2: modifiers.append(.inverse)
                default: modifiers.append(.power([2, 3, -1, 0.5, 1.3][generator.below(5)]))
                }
            }
            guard width >= 1 && width <= n else { return }
            let parameters = circuit.parameterCount(of: base)
            let gate = circuit.addGate(
                GateDefinition(
                    name: "m\(circuit.gates.count)", qubitCount: width,
                    parameterNames: (0..<parameters).map { "p\($0)" },
                    implementation: .modified(base: base, modifiers: modifiers)))
            circuit.append(
                gate, generator.distinct(width, below: n), (0..<parameters).map { _ in Parameter(generator.angle()) })
        case .barrier: circuit.barrier(generator.distinct(min(2, n), below: n))
        }
    }
}
