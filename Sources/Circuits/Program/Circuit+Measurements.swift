/// A measurement that nothing follows.
public struct TerminalMeasurement: Hashable, Sendable {
    public var qubit: Qubit
    public var bit: ClassicalBit

    public init(qubit: Qubit, bit: ClassicalBit) {
        self.qubit = qubit
        self.bit = bit
    }
}

extension Circuit {
    /// The measurements, if they are the program's end: each measured qubit rests afterwards, all stand in the body
    /// itself, no bit is written twice, and no expression reads one; nil for every other program.
    public var terminalMeasurements: [TerminalMeasurement]? {
        var measured: [TerminalMeasurement] = []
        var finished: Set<Qubit> = []
        var written: Set<ClassicalBit> = []
        for position in body.indices {
            switch body.operation(at: position) {
            case .measure(let bit):
                let qubit = body.qubits(at: position)[0]
                guard let bit, finished.insert(qubit).inserted, written.insert(bit).inserted else { return nil }
                measured.append(TerminalMeasurement(qubit: qubit, bit: bit))
            case .barrier, .delay: continue
            case .gate, .reset: if body.qubits(at: position).contains(where: finished.contains) { return nil }
            case .controlFlow(let place):
                if body.qubits(at: position).contains(where: finished.contains) { return nil }
                if body.controlFlow[place].blocks.contains(where: \.measuresOrEnds) { return nil }
            case .assign(let place):
                if body.assignments[place].writesBits { return nil }
            case .break, .continue, .end: return nil
            }
        }
        return readsAnyBit(of: written) ? nil : measured
    }

    /// Whether a parameter, a condition or an assignment anywhere depends on one of these bits.
    private func readsAnyBit(of bits: Set<ClassicalBit>) -> Bool {
        if bits.isEmpty { return false }
        func reads(_ expression: Expression) -> Bool {
            var found = false
            expression.forEach { part in
                switch part.node {
                case .bit(let bit): found = found || bits.contains(bit)
                case .register(let id): found = found || bitRegisters[id.index].bits.contains(where: bits.contains)
                default: break
                }
            }
            return found
        }
        return expressions.contains(where: reads) || body.containsExpression(where: reads)
    }
}

extension Assignment {
    fileprivate var writesBits: Bool {
        switch target {
        case .variable, .item, .discard: false
        case .register, .bit, .element: true
        }
    }
}

extension Block {
    /// Whether the block or a block inside measures, writes bits, or ends the program.
    fileprivate var measuresOrEnds: Bool {
        assignments.contains(where: \.writesBits)
            || indices.contains { position in
                switch operation(at: position) {
                case .measure, .end: true
                case .controlFlow(let place): controlFlow[place].blocks.contains(where: \.measuresOrEnds)
                default: false
                }
            }
    }

    fileprivate func containsExpression(where matches: (Expression) -> Bool) -> Bool {
        assignments.contains { matches($0.value) || $0.target.indices.contains(where: matches) }
            || controlFlow.contains { statement in
                let own: Bool =
                    switch statement {
                    case .branch(let condition, _, _), .while(let condition, _): matches(condition)
                    case .switch(let subject, _, _): matches(subject)
                    case .for(_, .range(let start, let step, let stop), _):
                        [start, step, stop].contains(where: matches)
                    case .for(_, .list(let values), _): values.contains(where: matches)
                    case .box: false
                    }
                return own || statement.blocks.contains { $0.containsExpression(where: matches) }
            }
    }
}
