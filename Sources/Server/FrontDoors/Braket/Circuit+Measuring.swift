import Circuits

extension Circuit {
    /// Measures qubits into a register of their own.
    ///
    /// - Returns: the number of its first bit among those that are told.
    @discardableResult
    mutating func measure(_ qubits: [Qubit]) -> Int {
        let told = bitRegisters.reduce(0) { $0 + ($1.isInput || $1.isTemporary ? 0 : $1.count) }
        let start = bitCount
        addBitRegister(newRegisterName("measured"), count: qubits.count)
        for (k, qubit) in qubits.enumerated() { measure(qubit.index, into: start + k) }
        return told
    }

    /// Gives the measurements of the body that name no bit one each.
    ///
    /// - Returns: whether there were any.
    mutating func nameMeasurements() -> Bool {
        let places = body.indices.filter { body.operation(at: $0) == .measure(into: nil) }
        if places.isEmpty { return false }
        let start = bitCount
        addBitRegister(newRegisterName("measured"), count: places.count)
        var named = Block(), next = start
        for position in body.indices {
            if body.operation(at: position) == .measure(into: nil) {
                named.append(
                    Instruction(
                        .measure(into: ClassicalBit(next)), body.qubits(at: position),
                        location: body.location(at: position)))
                for annotation in body.annotations(at: position) { named.annotateLast(annotation) }
                next += 1
            } else {
                named.append(from: body, at: position)
            }
        }
        body = named
        return true
    }

    /// A name that nothing in the program has.
    func newRegisterName(_ wish: String) -> String {
        let taken = Set(
            bitRegisters.map(\.name) + qubitRegisters.map(\.name) + variables.map(\.name) + gates.map(\.name))
        return ([wish] + (0...).lazy.prefix(taken.count + 1).map { "\(wish)\($0)" }).first { !taken.contains($0) }
            ?? wish
    }
}

extension Block {
    /// Whether it measures, anywhere.
    var measures: Bool {
        indices.contains { position in
            switch operation(at: position) {
            case .measure: true
            case .controlFlow(let place): controlFlow[place].blocks.contains(where: \.measures)
            default: false
            }
        }
    }

    /// The qubit that was last measured into each bit.
    var measuredBits: [ClassicalBit: Qubit] {
        var result: [ClassicalBit: Qubit] = [:]
        for position in indices {
            switch operation(at: position) {
            case .measure(let bit?): result[bit] = qubits(at: position)[0]
            case .controlFlow(let place):
                for block in controlFlow[place].blocks { result.merge(block.measuredBits) { _, last in last } }
            default: break
            }
        }
        return result
    }

    /// What keeps the outcome from being calculated; nil for gates alone.
    var obstacle: String? {
        for position in indices {
            switch operation(at: position) {
            case .gate, .barrier, .delay: continue
            case .controlFlow(let place):
                guard case .box(_, let body) = controlFlow[place] else { return "control flow" }
                if let inner = body.obstacle { return inner }
            case .reset: return "resets"
            default: return "classical statements"
            }
        }
        return nil
    }
}
