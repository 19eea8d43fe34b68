import Circuits
import Hardware

/// What the stretches of a placed program are, so that qubits wait where the program says and nowhere else.
///
/// OpenQASM 3, "Circuit timing". Every meeting of qubits is a moment; between two moments a qubit is busy for a length
/// that may contain stretches, and idle for the rest. Among all solutions the one is taken that, in this order, ends the
/// program soonest; leaves the qubits that stretches are written for idle for the least time; and shares what is left
/// among the stretches as evenly as possible, the longest first, as glue in a line of text does. Times are nanoseconds.
struct StretchProblem {
    private let circuit: Circuit
    private let scheduler: Scheduler
    private let stretches: [VariableID]

    private var program = LinearProgram()
    private var columns: [VariableID: Int] = [:]
    private var idle: [(variable: Int, coefficient: Double)] = []
    private var end = 0

    /// A table of so many numbers is solved within seconds.
    private static let sizeLimit = 2_000_000
    private static let nanoseconds = 1e9

    /// - Parameter scheduler: of the circuit, whose stretchy lengths it takes for zero.
    init(_ circuit: Circuit, _ scheduler: Scheduler) throws(CompilerError) {
        self.circuit = circuit
        self.scheduler = scheduler
        stretches = circuit.variables.indices.map { VariableID($0) }.filter {
            circuit.variables[$0.index].role == .stretch
        }
        for stretch in stretches { columns[stretch] = program.addVariable() }
        end = program.addVariable()
        try add(circuit.body, scheduler.schedule(circuit.body, .asap), until: end)
    }

    /// Seconds, by stretch.
    func solution() throws(CompilerError) -> [VariableID: Double] {
        var fixed: [VariableID: Double] = [:]
        while true {
            let open = stretches.filter { fixed[$0] == nil }
            var table = program
            for (stretch, value) in fixed.sorted(by: { $0.key.index < $1.key.index }) {
                // To what the rounding of the last solution lets it be.
                let slack = table.addVariable()
                table.addEquation([(columns[stretch]!, 1), (slack, 1)], equals: value)
            }
            let longest = table.addVariable()
            for stretch in open {
                let slack = table.addVariable()
                table.addEquation([(columns[stretch]!, 1), (slack, 1), (longest, -1)], equals: 0)
            }
            guard table.size < Self.sizeLimit else {
                throw CompilerError(
                    .tooLong, "the program's stretches depend on too many meetings of qubits to be solved",
                    cure: "put stretches into boxes of constant length, or write numbers")
            }
            guard table.satisfy() else {
                throw CompilerError(
                    .boxTooShort, "no lengths of the stretches fit into the boxes around them",
                    cure: "give the boxes more time")
            }
            table.minimise([(end, 1)])
            table.minimise(idle)
            table.minimise([(longest, 1)])
            let values = table.values
            if open.isEmpty { return fixed.mapValues { $0 / Self.nanoseconds } }
            // Those that cannot be shorter than the longest are settled; the others share again.
            let bound = values[longest]
            var isSettled = false
            for stretch in open {
                var alone = table
                alone.minimise([(columns[stretch]!, 1)])
                guard alone.values[columns[stretch]!] >= bound - 1e-6 else { continue }
                fixed[stretch] = bound
                isSettled = true
            }
            if !isSettled || bound == 0 { for stretch in open { fixed[stretch] = values[columns[stretch]!] } }
        }
    }

    // MARK: Equations

    /// How long something takes: a number and stretches, or as long as the statement around it turns out to last.
    private struct Length {
        var known = StretchyLength()
        /// A variable of the program, in nanoseconds.
        var span: Int?
    }

    /// The latest moment on a qubit or a classical place, and what fills the time from there on.
    private struct Past {
        /// nil for the start of the block.
        var moment: Int?
        var known = StretchyLength()
        var spans: [Int] = []

        var isKnown: Bool { moment == nil && spans.isEmpty && !known.isStretchy }

        func followed(by length: Length) -> Past {
            Past(moment: moment, known: known + length.known, spans: spans + (length.span.map { [$0] } ?? []))
        }
    }

    private mutating func add(
        _ block: Block, _ schedule: Schedule, until end: Int
    ) throws(CompilerError) {
        let steps = scheduler.steps(of: block, schedule.nested)
        let counted = stretchyQubits(of: block)
        var qubits: [Qubit: Past] = [:]
        var arrived: [Int: Past] = [:]
        var busy: [Int: Past] = [:]
        var fence = Past()
        let latency = Length(known: StretchyLength(scheduler.target.description.timing.feedbackLatency.value))
        for position in block.indices {
            let step = steps[position]
            let operands = block.qubits(at: position)
            let length = try self.length(of: block, position, step, schedule)
            guard operands.count != 1 || step.isMeeting || length.span != nil else {
                qubits[operands[0]] = (qubits[operands[0]] ?? fence).followed(by: length)
                continue
            }
            var pasts = operands.map { (past: qubits[$0] ?? fence, isCounted: counted.contains($0)) }
            if operands.isEmpty { pasts.append((fence, false)) }
            var others = step.reads.compactMap { arrived[$0] }
            if !step.isMeasurement { others += step.writes.compactMap { busy[$0] } }
            if step.isFence {
                others += qubits.sorted { $0.key < $1.key }.map(\.value)
                others += arrived.sorted { $0.key < $1.key }.map(\.value)
            }
            pasts += others.map { ($0, false) }
            let past = meeting(of: pasts).followed(by: length)
            if step.isFence {
                fence = past
                qubits = [:]
            }
            for qubit in operands { qubits[qubit] = past }
            for place in step.reads { busy[place] = past }
            for place in step.writes {
                busy[place] = past
                arrived[place] = step.isMeasurement ? past.followed(by: latency) : past
            }
        }
        for (qubit, past) in qubits.sorted(by: { $0.key < $1.key }) {
            relate(past, to: end, isCounted: counted.contains(qubit))
        }
        relate(fence, to: end)
    }

    /// The moment at which the last of some pasts ends.
    private mutating func meeting(of pasts: [(past: Past, isCounted: Bool)]) -> Past {
        // Before the first stretch all times are known.
        if pasts.allSatisfy(\.past.isKnown) {
            return Past(known: StretchyLength(pasts.reduce(0) { max($0, $1.past.known.constant) }))
        }
        let moment = program.addVariable()
        for (past, isCounted) in pasts { relate(past, to: moment, isCounted: isCounted) }
        return Past(moment: moment)
    }

    /// moment = past + what fills it + idle time
    private mutating func relate(_ past: Past, to moment: Int, isCounted: Bool = false) {
        let gap = program.addVariable()
        if isCounted { idle.append((gap, 1)) }
        var terms = [(variable: moment, coefficient: 1.0), (variable: gap, coefficient: -1.0)]
        if let since = past.moment { terms.append((since, -1)) }
        for span in past.spans { terms.append((span, -1)) }
        for (stretch, coefficient) in past.known.coefficients { terms.append((columns[stretch]!, -coefficient)) }
        program.addEquation(terms, equals: past.known.constant * Self.nanoseconds)
    }

    /// variable = length
    private mutating func set(_ variable: Int, to length: StretchyLength) {
        var terms = [(variable: variable, coefficient: 1.0)]
        for (stretch, coefficient) in length.coefficients { terms.append((columns[stretch]!, -coefficient)) }
        program.addEquation(terms, equals: length.constant * Self.nanoseconds)
    }

    /// How long an instruction takes; adds the equations of what stands in it.
    private mutating func length(
        of block: Block, _ position: Int, _ step: Scheduler.Step, _ schedule: Schedule
    ) throws(CompilerError) -> Length {
        switch block.operation(at: position) {
        case .delay(let unit):
            let length = block.parameters(at: position).first.flatMap { self.length($0, unit) }
            guard let length, length.isStretchy else { break }
            // "After resolving the stretches, the instruction must end up with non-negative duration."
            set(program.addVariable(), to: length)
            return Length(known: length)
        case .controlFlow(let place):
            let statement = block.controlFlow[place]
            var asked: StretchyLength?
            if case .box(let given?, _) = statement { asked = length(given.value, given.unit) }
            let isStretchy = statement.blocks.contains { !stretchyQubits(of: $0).isEmpty }
            guard isStretchy || asked?.isStretchy == true else { break }
            let span = program.addVariable()
            if let asked { set(span, to: asked) }
            // All alternatives of a branch last as long as the longest.
            for (inner, own) in zip(statement.blocks, schedule.nested[place]) {
                try add(inner, own, until: span)
            }
            return Length(span: span)
        default: break
        }
        return Length(known: StretchyLength(step.duration))
    }

    private func length(_ parameter: Parameter, _ unit: DelayUnit) -> StretchyLength? {
        let scale = unit == .dt ? scheduler.target.description.timing.dt.value : 1
        return StretchyLength(circuit.expression(of: parameter), in: circuit).map { $0 * scale }
    }

    /// The qubits that some stretch is written for.
    private func stretchyQubits(of block: Block) -> Set<Qubit> {
        var result: Set<Qubit> = []
        for position in block.indices {
            let isStretchy: Bool
            switch block.operation(at: position) {
            case .delay: isStretchy = block.parameters(at: position).contains { isStretch($0) }
            case .controlFlow(let place):
                let statement = block.controlFlow[place]
                var own = false
                if case .box(let given?, _) = statement { own = isStretch(given.value) }
                isStretchy = own || statement.blocks.contains { !stretchyQubits(of: $0).isEmpty }
            default: isStretchy = false
            }
            if isStretchy { result.formUnion(block.qubits(at: position)) }
        }
        return result
    }

    private func isStretch(_ parameter: Parameter) -> Bool {
        StretchyLength(circuit.expression(of: parameter), in: circuit)?.isStretchy ?? false
    }
}

extension Scheduler.Step {
    /// Whether anything but its one qubit says when it happens, or waits for it.
    fileprivate var isMeeting: Bool { isFence || !reads.isEmpty || !writes.isEmpty }
}
