import Circuits

/// Which classical places an instruction touches, as numbers: bit b is b, variable v is `bitCount + v`.
struct ClassicalAccess {
    var reads: Set<Int> = []
    var writes: Set<Int> = []
    let circuit: Circuit

    init(_ circuit: Circuit) { self.circuit = circuit }

    /// All that instruction `position` of `block` touches, nested blocks included.
    static func of(_ block: Block, at position: Int, in circuit: Circuit) -> ClassicalAccess {
        var access = ClassicalAccess(circuit)
        access.add(block, at: position)
        return access
    }

    /// All that a block touches.
    static func of(_ block: Block, in circuit: Circuit) -> ClassicalAccess {
        var access = ClassicalAccess(circuit)
        access.add(block)
        return access
    }

    /// Whether the instruction touches anything classical; a cheap test that spares the rest.
    static func isPossible(_ block: Block, at position: Int) -> Bool {
        switch block.operation(at: position) {
        case .gate, .delay: block.parameters(at: position).contains { $0.expression != nil }
        case .measure(let bit): bit != nil
        case .assign, .controlFlow: true
        case .reset, .barrier, .break, .continue, .end: false
        }
    }

    mutating func add(_ block: Block) { for position in block.indices { add(block, at: position) } }

    mutating func add(_ block: Block, at position: Int) {
        for parameter in block.parameters(at: position) {
            if let id = parameter.expression { read(circuit.expressions[id.index]) }
        }
        switch block.operation(at: position) {
        case .measure(let bit): if let bit { writes.insert(bit.index) }
        case .assign(let place): add(block.assignments[place])
        case .controlFlow(let place): add(block.controlFlow[place])
        default: break
        }
    }

    private mutating func add(_ assignment: Assignment) {
        read(assignment.value)
        switch assignment.target {
        case .variable(let id): writes.insert(circuit.bitCount + id.index)
        case .bit(let bit): writes.insert(bit.index)
        case .register(let id): for bit in circuit.bitRegisters[id.index].bits { writes.insert(bit.index) }
        case .element(let id, let index):
            read(index)
            for bit in circuit.bitRegisters[id.index].bits { writes.insert(bit.index) }
        case .item(let id, let indices):
            for index in indices { read(index) }
            let array = circuit.arrays[id.index]
            for place in 0..<array.count { writes.insert(circuit.bitCount + array.start + place) }
        case .discard: break
        }
    }

    private mutating func add(_ statement: ControlFlow) {
        switch statement {
        case .branch(let condition, _, _), .while(let condition, _): read(condition)
        case .switch(let subject, _, _): read(subject)
        case .for(let variable, let values, _):
            writes.insert(circuit.bitCount + variable.index)
            switch values {
            case .range(let start, let step, let stop): for part in [start, step, stop] { read(part) }
            case .list(let list): for part in list { read(part) }
            }
        case .box(let duration, _):
            if let id = duration?.value.expression { read(circuit.expressions[id.index]) }
        }
        for block in statement.blocks { add(block) }
    }

    private mutating func read(_ expression: Expression) {
        var found: [Int] = []
        expression.forEach {
            switch $0.node {
            case .bit(let bit): found.append(bit.index)
            case .register(let id): found += circuit.bitRegisters[id.index].bits.map(\.index)
            case .variable(let id): found.append(circuit.bitCount + id.index)
            case .item(let id, _):
                let array = circuit.arrays[id.index]
                found += (0..<array.count).map { circuit.bitCount + array.start + $0 }
            default: break
            }
        }
        reads.formUnion(found)
    }
}
