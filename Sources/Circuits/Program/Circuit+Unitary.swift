extension Circuit {
    /// Qubits up to which `unitary()` answers.
    public static let unitaryQubitLimit = 12

    /// The unitary of a circuit of gates, global phase included; qubit 0 is the least significant bit of the index.
    ///
    /// Barriers and delays are the identity. For checking: memory and time grow as 4^n.
    ///
    /// - Parameter environment: values of the inputs that parameters refer to.
    /// - Throws: `GateExpansionError`: code `.notUnitary` for measurement, reset, classical statements and control flow,
    ///   `.tooLarge` beyond `unitaryQubitLimit` qubits, and what the expansion of gates throws.
    public func unitary(environment: Environment? = nil) throws(GateExpansionError) -> Matrix {
        guard qubitCount <= Self.unitaryQubitLimit else {
            throw GateExpansionError(
                .tooLarge, gate: name,
                "the unitary of \(qubitCount) qubits; at most \(Self.unitaryQubitLimit) are possible")
        }
        let environment = environment ?? Environment(of: self)
        var result = Matrix(identity: 1 << qubitCount)
        try apply(body, environment, to: &result)
        let phase = try values(of: [globalPhase], in: environment, gate: "global phase")[0]
        return phase == 0 ? result : Complex(phase: phase) * result
    }

    private func apply(
        _ block: Block, _ environment: Environment, to result: inout Matrix
    ) throws(GateExpansionError) {
        for instruction in block {
            switch instruction.operation {
            case .gate(let gate):
                let values = try values(of: instruction.parameters, in: environment, gate: name(of: gate))
                for step in try expand(gate, values, on: Array(instruction.qubits)) { result.apply(step) }
            case .barrier, .delay: continue
            case .controlFlow(let place):
                guard case .box(_, let body) = block.controlFlow[place] else { fallthrough }
                try apply(body, environment, to: &result)
            case .measure, .reset, .assign, .break, .continue, .end:
                throw GateExpansionError(
                    .notUnitary, gate: name, "the circuit measures, resets or branches, so it has no unitary")
            }
        }
    }
}
