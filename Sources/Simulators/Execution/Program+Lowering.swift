import Circuits

extension Program {
    /// Flattens a circuit, asking the noise model at each instruction.
    ///
    /// - Throws: `SimulationError` for gates that cannot be expanded.
    init(_ circuit: Circuit, noise: (any NoiseModel)?) throws(SimulationError) {
        var lowering = Lowering(circuit: circuit, noise: noise)
        try lowering.lower(circuit.body, at: .body)
        lowering.emit(.end, .none)
        lowering.close()
        self = lowering.program
        qubitCount = lowering.count
        bitCount = circuit.bitCount
        markLastMeasurements()
    }

    /// Marks the measurements after which no path leads to a quantum step.
    mutating func markLastMeasurements() {
        for (index, step) in steps.enumerated() {
            guard case .measure(let run) = step else { continue }
            measurements[run].isLast = !reachesQuantum(from: index + 1)
        }
    }

    private func reachesQuantum(from start: Int) -> Bool {
        var seen = Set<Int>()
        var open = [start]
        while let index = open.popLast() {
            guard seen.insert(index).inserted else { continue }
            switch steps[index] {
            case .quantum, .dynamic, .measure, .reset: return true
            case .assign, .begin, .count: open.append(index + 1)
            case .unless(_, let target), .turn(_, let target): open += [target, index + 1]
            case .jump(let target): open.append(target)
            case .select(let place): open += selections[place].targets.map(\.step) + [selections[place].otherwise]
            case .end: break
            }
        }
        return false
    }
}

/// The walk over nested blocks that writes the flat list.
private struct Lowering {
    let circuit: Circuit
    let noise: (any NoiseModel)?
    var program = Program()
    /// Compact number of each qubit, −1 for untouched ones.
    var compact: [Int]
    var count = 0
    /// The run of quantum steps being gathered, and the measurements being gathered.
    var open: [Program.QuantumStep] = []
    var readouts: [Program.Readout] = []
    /// Jumps of `break` and `continue` to be filled in, by loop.
    var breaks: [[Int]] = []
    var continues: [[Int]] = []

    init(circuit: Circuit, noise: (any NoiseModel)?) {
        self.circuit = circuit
        self.noise = noise
        compact = Array(repeating: -1, count: circuit.qubitCount)
    }

    mutating func number(_ qubit: Qubit) -> Int {
        if compact[qubit.index] < 0 {
            compact[qubit.index] = count
            count += 1
        }
        return compact[qubit.index]
    }

    /// Gates and channels on other qubits go before measurements that are being gathered; on these, after.
    private mutating func closeIfMeasured(_ qubits: [Int]) {
        if readouts.contains(where: { qubits.contains($0.qubit) }) { close() }
    }

    /// Ends the runs being gathered: before a step of another kind, and wherever a jump may lead.
    mutating func close() {
        closeQuantum()
        closeReadouts()
    }

    private mutating func closeQuantum() {
        if open.isEmpty { return }
        program.quantum.append(open)
        open = []
        push(.quantum(program.quantum.count - 1), .none)
    }

    private mutating func closeReadouts() {
        if readouts.isEmpty { return }
        program.measurements.append(Program.MeasureRun(readouts: readouts))
        readouts = []
        push(.measure(program.measurements.count - 1), .none)
    }

    private mutating func push(_ step: Program.Step, _ location: SourceLocation) {
        program.steps.append(step)
        program.locations.append(location)
    }

    @discardableResult
    mutating func emit(_ step: Program.Step, _ location: SourceLocation) -> Int {
        close()
        push(step, location)
        return program.steps.count - 1
    }

    /// The index of the next step, where jumps may lead.
    mutating func label() -> Int {
        close()
        return program.steps.count
    }

    mutating func lower(_ block: Block, at path: BlockPath) throws(SimulationError) {
        for position in block.indices {
            let instruction = block[position]
            if let noise {
                add(noise.channels(before: position, of: block, at: path))
                add(noise.departures(before: position, of: block, at: path))
            }
            try lower(instruction, position, of: block, at: path)
            if let noise {
                add(noise.channels(after: position, of: block, at: path))
                add(noise.departures(after: position, of: block, at: path))
            }
        }
        if let noise { add(noise.channels(atEndOf: block, at: path)) }
    }

    private mutating func add(_ channels: [LocatedChannel]) {
        for located in channels {
            // A qubit that no instruction has touched is in |0⟩ or irrelevant, but relaxation is harmless there.
            guard !located.channel.isIdentity, located.qubits.allSatisfy({ compact[$0.index] >= 0 }) else { continue }
            let qubits = located.qubits.map { compact[$0.index] }
            closeIfMeasured(qubits)
            open.append(.channel(located.channel, qubits))
        }
    }

    private mutating func add(_ departures: [Departure]) {
        for departure in departures where departure.probability > 0 {
            let qubit = number(departure.qubit)
            closeIfMeasured([qubit])
            open.append(
                .event(
                    Program.Event(
                        kind: .departure(departure.kind), qubit: qubit, probability: departure.probability)))
        }
    }

    private mutating func lower(
        _ instruction: Instruction, _ position: Int, of block: Block, at path: BlockPath
    ) throws(SimulationError) {
        let location = instruction.location
        switch instruction.operation {
        case .gate(let gate):
            let qubits = instruction.qubits.map { Qubit(number($0)) }
            if let values = instruction.parameters.constants {
                closeIfMeasured(qubits.map(\.index))
                do {
                    for step in try circuit.expand(gate, values, on: qubits) { open.append(.gate(step)) }
                } catch {
                    throw SimulationError(.gate, error.message, location: location)
                }
            } else {
                program.dynamic.append(
                    Program.DynamicGate(
                        gate: gate, parameters: instruction.parameters, qubits: qubits, location: location))
                emit(.dynamic(program.dynamic.count - 1), location)
            }
        case .measure(let bit):
            let qubit = number(instruction.qubits[0])
            if readouts.contains(where: { $0.qubit == qubit || ($0.bit != nil && $0.bit == bit?.index) }) {
                close()
            }
            readouts.append(
                Program.Readout(
                    qubit: qubit, bit: bit?.index, confusion: noise?.readout(of: instruction.qubits[0])))
        case .reset: for qubit in instruction.qubits { emit(.reset(number(qubit)), location) }
        // Noise that the program asks for acts on qubits nothing has touched yet, too.
        case .barrier: if block.noise(at: position) != nil { for qubit in instruction.qubits { _ = number(qubit) } }
        case .delay: break
        case .assign(let place):
            program.assignments.append(block.assignments[place])
            emit(.assign(program.assignments.count - 1), location)
        case .controlFlow(let place): try lower(block.controlFlow[place], place, at: path, location)
        case .break:
            let jump = emit(.jump(-1), location)
            if !breaks.isEmpty { breaks[breaks.count - 1].append(jump) }
        case .continue:
            let jump = emit(.jump(-1), location)
            if !continues.isEmpty { continues[continues.count - 1].append(jump) }
        case .end: emit(.end, location)
        }
    }

    private mutating func condition(_ expression: Expression) -> Int {
        program.conditions.append(expression)
        return program.conditions.count - 1
    }

    private mutating func lower(
        _ statement: ControlFlow, _ place: Int, at path: BlockPath, _ location: SourceLocation
    ) throws(SimulationError) {
        // Qubits first met in a branch must be numbered alike on every path: numbering follows the text.
        switch statement {
        case .branch(let expression, let then, let otherwise):
            let test = emit(.unless(condition(expression), target: -1), location)
            try lower(then, at: path.entering(0, of: place))
            if let otherwise {
                let jump = emit(.jump(-1), location)
                retarget(test, to: label())
                try lower(otherwise, at: path.entering(1, of: place))
                retarget(jump, to: label())
            } else {
                retarget(test, to: label())
            }
        case .switch(let subject, let cases, let otherwise):
            let selection = program.selections.count
            program.selections.append(Program.Selection(subject: subject, targets: [], otherwise: -1))
            emit(.select(selection), location)
            var exits: [Int] = []
            for (index, item) in cases.enumerated() {
                let start = label()
                program.selections[selection].targets.append((item.labels, start))
                try lower(item.body, at: path.entering(index, of: place))
                exits.append(emit(.jump(-1), location))
            }
            program.selections[selection].otherwise = label()
            if let otherwise { try lower(otherwise, at: path.entering(cases.count, of: place)) }
            let exit = label()
            for jump in exits { retarget(jump, to: exit) }
        case .for(let variable, let values, let body):
            program.loops.append(Program.Loop(variable: variable, values: values, location: location))
            let loop = program.loops.count - 1
            emit(.begin(loop: loop), location)
            let turn = emit(.turn(loop: loop, exit: -1), location)
            try loopBody(body, at: path.entering(0, of: place), from: turn, location)
        case .while(let expression, let body):
            let start = label()
            let test = emit(.unless(condition(expression), target: -1), location)
            emit(.count, location)
            try loopBody(body, at: path.entering(0, of: place), from: start, exit: test, location)
        case .box(_, let body): try lower(body, at: path.entering(0, of: place))
        }
    }

    private mutating func loopBody(
        _ body: Block, at path: BlockPath, from start: Int, exit: Int? = nil, _ location: SourceLocation
    ) throws(SimulationError) {
        breaks.append([])
        continues.append([])
        try lower(body, at: path)
        emit(.jump(start), location)
        let after = label()
        retarget(exit ?? start, to: after)
        for jump in breaks.removeLast() { retarget(jump, to: after) }
        for jump in continues.removeLast() { retarget(jump, to: start) }
    }

    private mutating func retarget(_ step: Int, to target: Int) {
        switch program.steps[step] {
        case .unless(let condition, _): program.steps[step] = .unless(condition, target: target)
        case .jump: program.steps[step] = .jump(target)
        case .turn(let loop, _): program.steps[step] = .turn(loop: loop, exit: target)
        default: preconditionFailure("no jump to fill in")
        }
    }
}
