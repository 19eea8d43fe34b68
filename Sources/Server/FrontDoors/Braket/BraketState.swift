import Circuits

/// The state that a program of gates leaves, told by two exact runs.
///
/// An ancilla in (|0⟩ + |1⟩)/√2 chooses between the uniform state s = H⊗…⊗H|0…0⟩ and the program's ψ. Read in the X basis it
/// shows P(0, j) − P(1, j) = Re(s* ψⱼ), in the Y basis Im(s* ψⱼ), with s = 2^(−n/2): amplitudes with their phases,
/// the global one included.
enum BraketState {
    static func runs(_ circuit: Circuit, _ qubits: [Qubit], _ place: String) throws -> [BraketProgram.Run] {
        guard qubits.count <= BraketProgram.mostStateQubits else {
            throw BraketAction.wrong(
                "\(place).source",
                "the state of \(qubits.count) qubits: \(BraketProgram.mostStateQubits) are possible")
        }
        if circuit.body.hasNoise {
            throw BraketAction.wrong(
                "\(place).source", "a program with noise leaves no pure state: ask for probabilities or expectations")
        }
        guard !circuit.namesPhysicalQubits else {
            throw BraketAction.wrong("\(place).source", "the state is told of programs with declared qubits alone")
        }
        var controlled = circuit
        controlled.requests = []
        controlled.globalPhase = 0
        let ancilla = controlled.qubitCount
        controlled.addQubitRegister(controlled.newRegisterName("ancilla"), count: 1)
        let body = circuit.body
        controlled.body = Block()
        controlled.append(.h, [ancilla])
        try controlled.append(body, controlledBy: ancilla, place)
        if circuit.globalPhase.constant != 0 {
            controlled.body.append(.p, [Qubit(ancilla)], [circuit.globalPhase])
        }
        controlled.append(.x, [ancilla])
        for qubit in qubits { controlled.append(.ch, [ancilla, qubit.index]) }
        controlled.append(.x, [ancilla])
        return [false, true].map { isImaginary in
            var circuit = controlled
            // ψ carries |1⟩: S† turns its imaginary part into what X shows.
            if isImaginary { circuit.append(.sdg, [ancilla]) }
            circuit.append(.h, [ancilla])
            let measured = [Qubit(ancilla)] + qubits
            let first = circuit.measure(measured)
            return BraketProgram.Run(
                circuit: circuit, bits: Array(first..<first + measured.count), qubits: measured.map(\.index))
        }
    }

    /// Amplitudes by basis state, the first qubit most significant.
    static func amplitudes(_ real: BraketOutcomes, _ imaginary: BraketOutcomes) -> [Complex] {
        let count = real.qubits.count - 1, scale = Double(1 << count).squareRoot()
        func part(_ outcomes: BraketOutcomes) -> [Double] {
            let all = outcomes.probabilities(outcomes.qubits)
            return (0..<1 << count).map { (all[$0] - all[1 << count + $0]) * scale }
        }
        return zip(part(real), part(imaginary)).map { Complex($0, $1) }
    }

    /// The state of some qubits alone, by their places; the first one most significant.
    static func densityMatrix(_ amplitudes: [Complex], _ places: [Int]) -> Matrix {
        let count = amplitudes.count.trailingZeroBitCount
        var result = Matrix(zero: 1 << places.count)
        func split(_ index: Int) -> (kept: Int, rest: Int) {
            var kept = 0, rest = index
            for place in places {
                let bit = count - 1 - place
                kept = kept << 1 | index >> bit & 1
                rest &= ~(1 << bit)
            }
            return (kept, rest)
        }
        var parts: [Int: [(kept: Int, amplitude: Complex)]] = [:]
        for (index, amplitude) in amplitudes.enumerated() {
            let (kept, rest) = split(index)
            parts[rest, default: []].append((kept, amplitude))
        }
        for part in parts.sorted(by: { $0.key < $1.key }).map(\.value) {
            for a in part { for b in part { result[a.kept, b.kept] += a.amplitude * b.amplitude.conjugate } }
        }
        return result
    }
}

extension Circuit {
    /// Appends gates so that they act where one qubit holds 1.
    fileprivate mutating func append(_ block: Block, controlledBy control: Int, _ place: String) throws {
        for position in block.indices {
            switch block.operation(at: position) {
            case .gate(let gate):
                let definition: GateDefinition
                if case .matrix(let matrix)? = self.definition(of: gate)?.implementation {
                    definition = GateDefinition(
                        name: "controlled", qubitCount: qubitCount(of: gate) + 1,
                        implementation: .matrix(matrix.controlled(values: [true])))
                } else {
                    definition = GateDefinition(
                        name: "controlled", qubitCount: qubitCount(of: gate) + 1,
                        parameterNames: (0..<parameterCount(of: gate)).map { "a\($0)" },
                        implementation: .modified(base: gate, modifiers: [.control([true])]))
                }
                let operands = Array(block.qubits(at: position)), known = gates.firstIndex(of: definition)
                let controlled = known.map { Circuits.Gate.defined(GateDefinitionID($0)) } ?? addGate(definition)
                // A matrix has its most significant operand last, a modifier its control first.
                var qubits = [Qubit(control)] + operands
                if case .matrix = definition.implementation { qubits = operands + [Qubit(control)] }
                body.append(
                    Instruction(.gate(controlled), Operands(qubits), block.parameters(at: position)))
            case .barrier: body.append(Instruction(.barrier, block.qubits(at: position)))
            case .delay: continue
            case .controlFlow(let index):
                for inner in block.controlFlow[index].blocks {
                    try append(inner, controlledBy: control, place)
                }
            default: throw BraketAction.wrong("\(place).source", "the state is told of programs of gates alone")
            }
        }
    }
}

extension Block {
    /// Whether it asks for noise, anywhere.
    var hasNoise: Bool {
        annotations.contains { $0.annotation.keyword == Annotation.noiseKeyword }
            || controlFlow.contains { $0.blocks.contains(where: \.hasNoise) }
    }
}
