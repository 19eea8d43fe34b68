import Circuits

/// A program whose course does not depend on any outcome, written out in one line.
///
/// Loops are unrolled and parameters are numbers. What outcomes mean for classical values is kept apart (`replay`) and
/// computed for each shot at the end.
struct Trace: Sendable {
    enum Step: Sendable {
        case gate(ElementaryGate)
        case channel(NoiseChannel, [Int])
        case event(Program.Event)
        /// The outcome goes into a slot; slots are numbered in order of measurement.
        case measure(Int, slot: Int, confusion: ReadoutConfusion?)
        case reset(Int)
    }

    enum Replay: Sendable {
        case store(slot: Int, bit: Int)
        /// With all that is known put in as literals; where the program says it.
        case assign(Assignment, SourceLocation)
    }

    var steps: [Step] = []
    var slotCount = 0
    var replay: [Replay] = []
    /// The classical state at the end, right in all that no outcome reaches.
    var environment: Environment
    var qubitCount: Int

    /// Steps beyond which a program is not written out.
    static let limit = 20_000_000

    /// Follows the program; nil where its course depends on an outcome, or is too long to write out.
    ///
    /// - Throws: `SimulationError` for faults of evaluation and endless loops, as the program itself would.
    init?(
        _ program: Program, circuit: Circuit, environment: Environment, loopLimit: Int
    ) throws(SimulationError) {
        self.environment = environment
        qubitCount = program.qubitCount
        var walk = TraceWalk(program: program, circuit: circuit, trace: self, loopLimit: loopLimit)
        guard try walk.follow() else { return nil }
        self = walk.trace
    }
}

private struct TraceWalk {
    let program: Program
    let circuit: Circuit
    var trace: Trace
    let loopLimit: Int
    /// What outcomes reach.
    var unknownBits: [Bool]
    var unknownVariables: [Bool]
    var loops: [(values: [ClassicalValue], next: Int)]
    var turns = 0

    init(program: Program, circuit: Circuit, trace: Trace, loopLimit: Int) {
        self.program = program
        self.circuit = circuit
        self.trace = trace
        self.loopLimit = loopLimit
        unknownBits = Array(repeating: false, count: circuit.bitCount)
        unknownVariables = Array(repeating: false, count: circuit.variables.count)
        loops = Array(repeating: ([], 0), count: program.loops.count)
    }

    func isKnown(_ expression: Expression) -> Bool {
        var known = true
        expression.forEach {
            switch $0.node {
            case .bit(let bit): known = known && !unknownBits[bit.index]
            case .variable(let id): known = known && !unknownVariables[id.index]
            case .register(let id):
                known = known && circuit.bitRegisters[id.index].bits.allSatisfy { !unknownBits[$0.index] }
            case .item(let id, _):
                let array = circuit.arrays[id.index]
                known = known && !unknownVariables[array.start..<array.start + array.count].contains(true)
            default: break
            }
        }
        return known
    }

    /// The expression with known leaves as literals.
    func resolved(_ expression: Expression) -> Expression {
        let environment = trace.environment
        return expression.rewritten { leaf in
            switch leaf.node {
            case .bit, .variable, .register, .item:
                isKnown(leaf) ? (try? leaf.evaluate(in: environment)).map { .literal($0) } ?? leaf : leaf
            default: leaf
            }
        }
    }

    func fault(_ error: EvaluationError, at step: Int) -> SimulationError {
        SimulationError(error, location: program.locations[step])
    }

    mutating func countTurn(at step: Int) throws(SimulationError) {
        turns += 1
        if turns > loopLimit {
            throw SimulationError(
                .loopLimit,
                "the program makes more than \(loopLimit) turns of its loops; its condition must be able to become false",
                location: program.locations[step])
        }
    }

    mutating func follow() throws(SimulationError) -> Bool {
        var here = 0
        var work = 0
        while true {
            work += 1
            if trace.steps.count + work > Trace.limit { return false }
            switch program.steps[here] {
            case .quantum(let segment):
                for step in program.quantum[segment] {
                    switch step {
                    case .gate(let gate): trace.steps.append(.gate(gate))
                    case .channel(let channel, let qubits): trace.steps.append(.channel(channel, qubits))
                    case .event(let event): trace.steps.append(.event(event))
                    }
                }
            case .dynamic(let place):
                let dynamic = program.dynamic[place]
                for parameter in dynamic.parameters {
                    if !isKnown(circuit.expression(of: parameter)) { return false }
                }
                do {
                    let values = try circuit.values(
                        of: dynamic.parameters, in: trace.environment, gate: circuit.name(of: dynamic.gate))
                    for step in try circuit.expand(dynamic.gate, values, on: dynamic.qubits) {
                        trace.steps.append(.gate(step))
                    }
                } catch { throw SimulationError(.gate, error.message, location: dynamic.location) }
            case .measure(let place):
                for readout in program.measurements[place].readouts {
                    trace.steps.append(
                        .measure(readout.qubit, slot: trace.slotCount, confusion: readout.confusion))
                    if let bit = readout.bit {
                        trace.replay.append(.store(slot: trace.slotCount, bit: bit))
                        unknownBits[bit] = true
                    }
                    trace.slotCount += 1
                }
            case .reset(let qubit): trace.steps.append(.reset(qubit))
            case .assign(let place):
                do {
                    try assign(program.assignments[place], at: program.locations[here])
                } catch { throw fault(error, at: here) }
            case .unless(let place, let target):
                let condition = program.conditions[place]
                guard isKnown(condition) else { return false }
                do {
                    if try !condition.isTrue(in: trace.environment) {
                        here = target
                        continue
                    }
                } catch { throw fault(error, at: here) }
            case .jump(let target):
                here = target
                continue
            case .select(let place):
                let selection = program.selections[place]
                guard isKnown(selection.subject) else { return false }
                do {
                    let subject = try selection.subject.integer(in: trace.environment)
                    here = selection.targets.first { $0.labels.contains(subject) }?.step ?? selection.otherwise
                } catch { throw fault(error, at: here) }
                continue
            case .begin(let place):
                guard try begin(place, at: here) else { return false }
            case .turn(let place, let exit):
                let variable = program.loops[place].variable.index
                guard loops[place].next < loops[place].values.count else {
                    here = exit
                    continue
                }
                try countTurn(at: here)
                trace.environment.variables[variable] = loops[place].values[loops[place].next]
                forget(variable: variable)
                loops[place].next += 1
            case .count: try countTurn(at: here)
            case .end: return true
            }
            here += 1
        }
    }

    /// Notes that a variable has a known value now.
    private mutating func forget(variable: Int) {
        guard unknownVariables[variable] else { return }
        unknownVariables[variable] = false
        let value = trace.environment.variables[variable]
        trace.replay.append(
            .assign(Assignment(target: .variable(VariableID(variable)), value: .literal(value)), .none))
    }

    private mutating func begin(_ place: Int, at step: Int) throws(SimulationError) -> Bool {
        let loop = program.loops[place]
        let type = circuit.variables[loop.variable.index].type
        do {
            switch loop.values {
            case .list(let expressions):
                guard expressions.allSatisfy(isKnown) else { return false }
                var values: [ClassicalValue] = []
                for expression in expressions {
                    values.append(try expression.evaluate(in: trace.environment).converted(to: type))
                }
                loops[place] = (values, 0)
            case .range(let first, let increment, let last):
                guard isKnown(first), isKnown(increment), isKnown(last) else { return false }
                let range = LoopRange(
                    first: try first.integer(in: trace.environment), step: try increment.integer(in: trace.environment),
                    last: try last.integer(in: trace.environment))
                guard let range else { throw EvaluationError(.domain, "a range with a step of 0") }
                guard range.count <= loopLimit else {
                    throw SimulationError(
                        .loopLimit, "a loop of \(range.count) turns; at most \(loopLimit) are allowed",
                        location: program.locations[step])
                }
                var values: [ClassicalValue] = []
                values.reserveCapacity(range.count)
                for turn in 0..<range.count {
                    values.append(try ClassicalValue.int(range[turn], width: 64).converted(to: type))
                }
                loops[place] = (values, 0)
            }
        } catch let error as EvaluationError {
            throw fault(error, at: step)
        } catch let error as SimulationError { throw error } catch { preconditionFailure("\(error)") }
        return true
    }

    private mutating func assign(
        _ assignment: Assignment, at location: SourceLocation
    ) throws(EvaluationError) {
        func keep(_ assignment: Assignment) { trace.replay.append(.assign(assignment, location)) }

        if case .element(let id, let index) = assignment.target, !isKnown(index) {
            // Any bit of the register may be meant: from here on all of them live in the replay.
            for bit in circuit.bitRegisters[id.index].bits where !unknownBits[bit.index] {
                unknownBits[bit.index] = true
                keep(Assignment(target: .bit(bit), value: .bool(trace.environment.bits[bit.index])))
            }
            let target = Assignment.Target.element(id, index: resolved(index))
            return keep(Assignment(target: target, value: resolved(assignment.value)))
        }
        if case .item(let id, let indices) = assignment.target, !indices.allSatisfy(isKnown) {
            let array = circuit.arrays[id.index]
            for variable in array.start..<array.start + array.count where !unknownVariables[variable] {
                unknownVariables[variable] = true
                let value = trace.environment.variables[variable]
                keep(Assignment(target: .variable(VariableID(variable)), value: .literal(value)))
            }
            let target = Assignment.Target.item(id, indices.map(resolved))
            return keep(Assignment(target: target, value: resolved(assignment.value)))
        }
        let known = isKnown(assignment.value)
        let value = resolved(assignment.value)
        var target = assignment.target
        let wasUnknown: Bool
        switch assignment.target {
        case .variable(let id):
            wasUnknown = unknownVariables[id.index]
            unknownVariables[id.index] = !known
        case .bit(let bit):
            wasUnknown = unknownBits[bit.index]
            unknownBits[bit.index] = !known
        case .register(let id):
            let bits = circuit.bitRegisters[id.index].bits
            wasUnknown = bits.contains { unknownBits[$0.index] }
            for bit in bits { unknownBits[bit.index] = !known }
        case .element(let id, let index):
            let place = circuit.bitRegisters[id.index]
            let offset = try index.evaluate(in: trace.environment).index(below: place.count, of: place.name)
            target = .bit(ClassicalBit(place.start + offset))
            wasUnknown = unknownBits[place.start + offset]
            unknownBits[place.start + offset] = !known
        case .item(let id, let indices):
            let variable = try circuit.arrays[id.index].variable(at: indices, in: trace.environment)
            target = .variable(VariableID(variable))
            wasUnknown = unknownVariables[variable]
            unknownVariables[variable] = !known
        case .discard: wasUnknown = false
        }
        if known { try trace.environment.apply(Assignment(target: target, value: value)) }
        if !known || wasUnknown { keep(Assignment(target: target, value: value)) }
    }
}

extension Expression {
    func integer(in environment: Environment) throws(EvaluationError) -> Int64 {
        guard case .int(let value, _) = try evaluate(in: environment).converted(to: .int(64)) else {
            preconditionFailure("a conversion to int gives an int")
        }
        return value
    }
}

/// The values of a `for` loop over a range, `last` included; nil for a step of 0.
struct LoopRange: Sendable {
    let first: Int64
    let step: Int64
    let count: Int

    init?(first: Int64, step: Int64, last: Int64) {
        guard step != 0 else { return nil }
        self.first = first
        self.step = step
        let isEmpty = step > 0 ? last < first : last > first
        let span = step > 0 ? UInt64(bitPattern: last &- first) : UInt64(bitPattern: first &- last)
        let turns = span / step.magnitude
        count = isEmpty ? 0 : turns >= UInt64(Int.max) ? .max : Int(turns) + 1
    }

    subscript(turn: Int) -> Int64 { first &+ Int64(turn) &* step }
}
