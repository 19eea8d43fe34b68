import Circuits

// Gates of Qiskit's library whose definition is a rule rather than a circuit in the file.
extension ProgramReading {
    /// Appends the gates that the record stands for.
    ///
    /// - Returns: false for a gate that is none of these.
    mutating func appendSpecial(
        _ record: InstructionRecord, on qubits: [Qubit], to block: inout Block, _ scope: Scope
    ) throws(QPYError) -> Bool {
        switch record.name {
        case "PauliGate": try appendPauli(record, qubits, &block)
        case "PermutationGate": try appendPermutation(record, qubits, &block)
        case "QFTGate": appendFourierTransform(qubits, &block)
        case "DiagonalGate", "Diagonal": try appendDiagonal(record, qubits, &block)
        case "RVGate": try appendRotation(record, qubits, &block, scope)
        default: return false
        }
        return true
    }

    /// One letter a qubit, the first for the last operand.
    private func appendPauli(_ record: InstructionRecord, _ qubits: [Qubit], _ block: inout Block) throws(QPYError) {
        guard let value = record.parameters.first, value.tag == "s" else {
            throw record.place.fault("a PauliGate lacks its letters")
        }
        var content = value.content
        let letters = try content.text(content.remaining)
        guard letters.count == qubits.count else {
            throw record.place.fault("a PauliGate has \(letters.count) letters for \(qubits.count) qubits")
        }
        for (letter, qubit) in zip(letters.reversed(), qubits) {
            switch letter {
            case "I": break
            case "X": block.append(.x, [qubit])
            case "Y": block.append(.y, [qubit])
            case "Z": block.append(.z, [qubit])
            default: throw record.place.fault("'\(letter)' is no Pauli letter")
            }
        }
    }

    /// Output k takes the state of input `pattern[k]`.
    private func appendPermutation(
        _ record: InstructionRecord, _ qubits: [Qubit], _ block: inout Block
    ) throws(QPYError) {
        guard let value = record.parameters.first, value.tag == "n" else {
            throw record.place.fault("a PermutationGate lacks its pattern")
        }
        let pattern = try NumPyArray(value.content).elements.map { Int($0.re) }
        guard pattern.sorted().elementsEqual(0..<qubits.count) else {
            throw record.place.fault("the pattern of a PermutationGate is no permutation of its qubits")
        }
        // Where each input is by now.
        var place = Array(0..<qubits.count), content = Array(0..<qubits.count)
        for target in qubits.indices where content[target] != pattern[target] {
            let source = place[pattern[target]]
            block.append(.swap, [qubits[target], qubits[source]])
            content.swapAt(target, source)
            place[content[target]] = target
            place[content[source]] = source
        }
    }

    /// Nielsen and Chuang, section 5.1, with the swaps at the end.
    private func appendFourierTransform(_ qubits: [Qubit], _ block: inout Block) {
        for j in qubits.indices.reversed() {
            block.append(.h, [qubits[j]])
            for k in (0..<j).reversed() {
                block.append(
                    .cp, [qubits[j], qubits[k]],
                    [Parameter(Double.pi / Double(sign: .plus, exponent: j - k, significand: 1))])
            }
        }
        for k in 0..<qubits.count / 2 { block.append(.swap, [qubits[k], qubits[qubits.count - 1 - k]]) }
    }

    private mutating func appendDiagonal(
        _ record: InstructionRecord, _ qubits: [Qubit], _ block: inout Block
    ) throws(QPYError) {
        var diagonal: [Complex] = []
        for value in record.parameters {
            var content = value.content
            switch value.tag {
            case "c": diagonal.append(Complex(try content.double(), try content.double()))
            case "n": diagonal += try NumPyArray(content).elements
            case "f": diagonal.append(Complex(try content.double(isLittleEndian: version < 18)))
            case "i": diagonal.append(Complex(Double(try content.integer(Int64.self, isLittleEndian: version < 18))))
            case let tag: throw content.fault("a value of kind '\(tag)' stands on a diagonal")
            }
        }
        guard qubits.count <= 10, diagonal.count == 1 << qubits.count,
            diagonal.allSatisfy({ abs($0.norm - 1) < 1e-6 })
        else {
            throw record.place.fault("a diagonal of \(diagonal.count) elements is no gate on \(qubits.count) qubits")
        }
        let gate = circuit.addGate(
            GateDefinition(
                name: "diagonal", qubitCount: qubits.count, implementation: .matrix(Matrix(diagonal: diagonal))))
        block.append(Instruction(.gate(gate), Operands(qubits)))
    }

    /// A rotation about the vector (x, y, z) by its length: `u` gates turn z to the vector, turn, and turn back.
    private mutating func appendRotation(
        _ record: InstructionRecord, _ qubits: [Qubit], _ block: inout Block, _ scope: Scope
    ) throws(QPYError) {
        var vector: [Double] = []
        for value in record.parameters {
            guard let number = try number(value, scope, isArgument: true).constant else {
                throw record.place.fault("an RVGate with parameters is not read", cure: "bind its parameters first")
            }
            vector.append(number)
        }
        guard vector.count == 3, qubits.count == 1 else {
            throw record.place.fault("an RVGate turns one qubit about three numbers")
        }
        let angle = (vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2]).squareRoot()
        guard angle > 0 else { return }
        let (x, y, z) = (vector[0] / angle, vector[1] / angle, vector[2] / angle)
        let half = Complex(phase: angle / 2), c = half.re, s = half.im
        let matrix = Matrix(
            dimension: 2,
            elements: [Complex(c, -z * s), Complex(-y * s, -x * s), Complex(y * s, -x * s), Complex(c, z * s)])
        let gate = circuit.addGate(GateDefinition(name: "rv", qubitCount: 1, implementation: .matrix(matrix)))
        block.append(Instruction(.gate(gate), Operands(qubits)))
    }
}
