import Circuits

/// An independent judge: runs a program on a state vector of at most 16 qubits and follows every measurement outcome,
/// so that it knows the exact joint distribution of all classical bits at the end and the state that goes with each.
struct BranchingSimulator {
    struct Branch {
        var state: [Complex]
        var environment: Environment
        var probability: Double
    }

    enum Flow { case next, broke, continued, ended }

    let circuit: Circuit
    /// Qubit of the circuit → bit of the state index.
    let wires: [Int: Int]
    /// Branches less likely than this are dropped.
    let cutoff = 1e-9

    init(_ circuit: Circuit, wires: [Int]) {
        self.circuit = circuit
        self.wires = Dictionary(uniqueKeysWithValues: wires.enumerated().map { ($1, $0) })
    }

    func run(from state: [Complex]) throws -> [Branch] {
        let start = Branch(state: state, environment: Environment(of: circuit), probability: 1)
        var results = try run(circuit.body, [start]).map(\.0)
        let phase = try circuit.values(of: [circuit.globalPhase], in: Environment(of: circuit))[0]
        for k in results.indices { results[k].state = results[k].state.map { Complex(phase: phase) * $0 } }
        return results
    }

    private func run(_ block: Block, _ branches: [Branch]) throws -> [(Branch, Flow)] {
        var running = branches
        var finished: [(Branch, Flow)] = []
        for position in block.indices {
            var next: [Branch] = []
            for branch in running {
                for (result, flow) in try step(block, position, branch) {
                    if flow == .next { next.append(result) } else { finished.append((result, flow)) }
                }
            }
            running = next
        }
        return finished + running.map { ($0, .next) }
    }

    private func step(_ block: Block, _ position: Int, _ branch: Branch) throws -> [(Branch, Flow)] {
        let instruction = block[position]
        var branch = branch
        switch instruction.operation {
        case .gate(let gate):
            let values = try circuit.values(of: instruction.parameters, in: branch.environment)
            for step in try circuit.expand(gate, values, on: Array(instruction.qubits)) { apply(step, &branch.state) }
            return [(branch, .next)]
        case .barrier, .delay: return [(branch, .next)]
        case .measure(let bit):
            return split(branch, wires[instruction.qubits[0].index]!).map { outcome, result in
                var result = result
                if let bit { result.environment.bits[bit.index] = outcome }
                return (result, .next)
            }
        case .reset:
            let wire = wires[instruction.qubits[0].index]!
            return split(branch, wire).map { outcome, result in
                var result = result
                if outcome {
                    for k in result.state.indices where k >> wire & 1 == 0 {
                        result.state[k] = result.state[k | 1 << wire]
                        result.state[k | 1 << wire] = .zero
                    }
                }
                return (result, .next)
            }
        case .assign(let place):
            try branch.environment.apply(block.assignments[place])
            return [(branch, .next)]
        case .break: return [(branch, .broke)]
        case .continue: return [(branch, .continued)]
        case .end: return [(branch, .ended)]
        case .controlFlow(let place): return try flow(block.controlFlow[place], branch)
        }
    }

    private func flow(_ statement: ControlFlow, _ branch: Branch) throws -> [(Branch, Flow)] {
        switch statement {
        case .branch(let condition, let then, let otherwise):
            if try condition.isTrue(in: branch.environment) { return try run(then, [branch]) }
            return try otherwise.map { try run($0, [branch]) } ?? [(branch, .next)]
        case .switch(let subject, let cases, let otherwise):
            let value = Int64(try subject.evaluate(in: branch.environment).real)
            if let chosen = cases.first(where: { $0.labels.contains(value) }) { return try run(chosen.body, [branch]) }
            return try otherwise.map { try run($0, [branch]) } ?? [(branch, .next)]
        case .box(_, let body): return try run(body, [branch])
        case .for(let variable, let values, let body):
            var items: [Double] = []
            switch values {
            case .list(let list): items = try list.map { try $0.evaluate(in: branch.environment).real }
            case .range(let start, let step, let stop):
                let (a, s, b) = (
                    try start.evaluate(in: branch.environment).real, try step.evaluate(in: branch.environment).real,
                    try stop.evaluate(in: branch.environment).real
                )
                items = Array(stride(from: a, through: b, by: s))
            }
            var running = [branch]
            var done: [(Branch, Flow)] = []
            for item in items {
                for k in running.indices {
                    running[k].environment.variables[variable.index] = try ClassicalValue.int(Int64(item), width: 64)
                        .converted(to: circuit.variables[variable.index].type)
                }
                let results = try run(body, running)
                running = []
                for (result, flow) in results {
                    switch flow {
                    case .next, .continued: running.append(result)
                    case .broke: done.append((result, .next))
                    case .ended: done.append((result, .ended))
                    }
                }
            }
            return done + running.map { ($0, .next) }
        case .while(let condition, let body):
            var running = [branch]
            var done: [(Branch, Flow)] = []
            while !running.isEmpty {
                var entering: [Branch] = []
                for item in running {
                    if try condition.isTrue(in: item.environment) {
                        entering.append(item)
                    } else {
                        done.append((item, .next))
                    }
                }
                running = []
                for (result, flow) in try run(body, entering) {
                    switch flow {
                    case .next, .continued: running.append(result)
                    case .broke: done.append((result, .next))
                    case .ended: done.append((result, .ended))
                    }
                }
            }
            return done
        }
    }

    private func split(_ branch: Branch, _ wire: Int) -> [(Bool, Branch)] {
        var one = 0.0
        for (k, amplitude) in branch.state.enumerated() where k >> wire & 1 == 1 { one += amplitude.norm }
        var results: [(Bool, Branch)] = []
        for (outcome, probability) in [(false, 1 - one), (true, one)] where branch.probability * probability > cutoff {
            var next = branch
            next.probability *= probability
            let scale = 1 / probability.squareRoot()
            for k in next.state.indices {
                next.state[k] = (k >> wire & 1 == 1) == outcome ? next.state[k] * scale : .zero
            }
            results.append((outcome, next))
        }
        return results
    }

    private func apply(_ gate: ElementaryGate, _ state: inout [Complex]) {
        let matrix = gate.targetMatrix
        let targets = gate.targets.map { wires[$0.index]! }
        var mask = 0
        var wanted = 0
        for (control, value) in zip(gate.controls, gate.controlValues) {
            mask |= 1 << wires[control.index]!
            if value { wanted |= 1 << wires[control.index]! }
        }
        let targetMask = targets.reduce(0) { $0 | 1 << $1 }
        let size = matrix.dimension
        let offsets = (0..<size).map { row in
            targets.enumerated().reduce(0) { $0 | (row >> $1.offset & 1) << $1.element }
        }
        var column = Array(repeating: Complex.zero, count: size)
        for base in state.indices where base & targetMask == 0 && base & mask == wanted {
            for k in 0..<size { column[k] = state[base | offsets[k]] }
            for r in 0..<size {
                var sum = Complex.zero
                for k in 0..<size { sum += matrix[r, k] * column[k] }
                state[base | offsets[r]] = sum
            }
        }
    }
}
