import Circuits
import Hardware

/// Rewrites a program in the machine's native gates; optionally takes runs of gates on one pair together and makes them
/// anew where that is cheaper.
///
/// A run is a maximal sequence of gates with known angles on two qubits; its unitary is accumulated as it goes by. It
/// ends where one of the qubits meets a third, a gate with an unknown angle, or a fence (barrier, measurement, reset,
/// delay, control flow, a box's border).
struct NativeTranslator {
    var writer: NativeWriter
    /// Whether to take runs together.
    let collectsRuns: Bool
    /// Whether a rotation about Z right before a measurement, and anything right before a reset, is left out.
    let dropsUnobservable: Bool
    /// Whether each gate is written by itself, so that a gate and its inverse after it both stay.
    let keepsGates: Bool

    struct Run {
        var first: Qubit, second: Qubit
        var unitary: Unitary4
        /// Sum over the gates as they stand.
        var cost: Double
        var entanglers: Int32
        var head: Int32, last: Int32
        var place: Int32
    }

    private var runs: [Run] = []
    /// By qubit: its open run, or −1.
    private var runOf: [Int32]
    /// By instruction of the block: the next of its run, or −1.
    private var next: [Int32] = []

    init(
        _ circuit: Circuit, for target: Target, isPlaced: Bool, collectsRuns: Bool, dropsUnobservable: Bool,
        keepsGates: Bool = false
    ) {
        precondition(!(keepsGates && (collectsRuns || dropsUnobservable)), "gates are kept, or rewritten")

        writer = NativeWriter(circuit, for: target, isPlaced: isPlaced)
        self.collectsRuns = collectsRuns && writer.basis != nil
        self.dropsUnobservable = dropsUnobservable
        self.keepsGates = keepsGates
        runOf = Array(repeating: -1, count: circuit.qubitCount)
    }

    /// The program rewritten.
    mutating func translated(_ circuit: Circuit) throws(CompilerError) -> Circuit {
        let body = try translated(circuit.body)
        let phase = writer.arithmetic.combine(1, writer.symbolicPhase, plus: writer.phase)
        var result = writer.arithmetic.circuit
        result.body = body
        var arithmetic = writer.arithmetic
        result.addGlobalPhase(phase, &arithmetic)
        return result
    }

    private mutating func translated(_ block: Block) throws(CompilerError) -> Block {
        let outer = (writer.output, next, runs)
        writer.output = Block()
        writer.output.reserve(instructions: block.count * 2, operands: block.count * 3, parameters: block.count)
        next = collectsRuns ? Array(repeating: -1, count: block.count) : []
        runs.removeAll(keepingCapacity: true)
        for position in block.indices { try translate(block, position) }
        for qubit in block.usedQubits.sorted() {
            try close(qubit.index, block)
            writer.flush(qubit.index)
        }
        let result = writer.output
        (writer.output, next, runs) = outer
        return result
    }

    private mutating func translate(_ block: Block, _ position: Int) throws(CompilerError) {
        let operation = block.operation(at: position)
        writer.location = block.location(at: position)
        switch operation {
        case .gate(.standard(let gate)):
            if keepsGates, gate == .id, writer.target.supports(.id) {
                // Nothing to translate, and time that the program wants to pass.
                writer.output.append(from: block, at: position)
                break
            }
            try translate(gate, block, position)
            if keepsGates { for qubit in block.qubits(at: position) { writer.flush(qubit.index) } }
        case .gate(.defined): preconditionFailure("gates are unrolled before translation")
        case .measure:
            let qubit = block.qubits(at: position)[0].index
            try close(qubit, block)
            writer.settleTails()
            writer.flush(qubit, discardingZ: dropsUnobservable)
            writer.output.append(from: block, at: position)
        case .reset:
            let qubit = block.qubits(at: position)[0].index
            try close(qubit, block)
            if dropsUnobservable { writer.discard(qubit) } else { writer.flush(qubit) }
            writer.output.append(from: block, at: position)
        case .barrier, .delay:
            for qubit in block.qubits(at: position) {
                try close(qubit.index, block)
                writer.flush(qubit.index)
            }
            writer.output.append(from: block, at: position)
        case .assign:
            writer.settleTails()
            writer.output.append(from: block, at: position)
        case .controlFlow(let place):
            writer.settleTails()
            for qubit in block.qubits(at: position) {
                try close(qubit.index, block)
                writer.flush(qubit.index)
            }
            let location = writer.location
            writer.output.append(try translated(block.controlFlow[place]), location: location)
            for annotation in block.annotations(at: position) { writer.output.annotateLast(annotation) }
        case .break, .continue, .end:
            for qubit in block.usedQubits.sorted() {
                try close(qubit.index, block)
                writer.flush(qubit.index)
            }
            if case .end = operation { try flushAll(block) }
            writer.output.append(from: block, at: position)
        }
    }

    private mutating func flushAll(_ block: Block) throws(CompilerError) {
        for qubit in writer.pending.indices where writer.pending[qubit].count > 0 { writer.flush(qubit) }
    }

    private mutating func translated(_ statement: ControlFlow) throws(CompilerError) -> ControlFlow {
        if case .box(let duration, let body) = statement {
            return .box(duration: duration, body: try translated(body))
        }
        let before = (writer.phase, writer.symbolicPhase)
        let result = try statement.mapBlocks { (block) throws(CompilerError) -> Block in try translated(block) }
        (writer.phase, writer.symbolicPhase) = before
        return result
    }

    // MARK: Gates

    private mutating func translate(_ gate: StandardGate, _ block: Block, _ position: Int) throws(CompilerError) {
        let parameters = block.parameters(at: position)
        var angles = (0.0, 0.0, 0.0, 0.0)
        var isKnown = true
        for k in 0..<parameters.count {
            guard let value = parameters[k].constant else {
                isKnown = false
                break
            }
            switch k {
            case 0: angles.0 = value
            case 1: angles.1 = value
            case 2: angles.2 = value
            default: angles.3 = value
            }
        }
        if gate == .gphase {
            writer.addSymbolicPhase(parameters[0], times: 1)
            return
        }
        let qubits = block.qubits(at: position)
        if qubits.count == 1 {
            let qubit = qubits[0].index
            guard isKnown else {
                try close(qubit, block)
                return try writer.addSymbolic(gate, parameters, qubit)
            }
            if runOf[qubit] >= 0 {
                extend(Int(runOf[qubit]), gate, angles, qubits[0], position)
            } else {
                try writer.add(gate, parameters, (angles.0, angles.1, angles.2), qubit)
            }
            return
        }
        precondition(qubits.count == 2, "gates are unrolled before translation")
        let (q0, q1) = (qubits[0], qubits[1])
        guard isKnown, collectsRuns else {
            try close(q0.index, block)
            try close(q1.index, block)
            if isKnown { return try writer.add(gate, parameters, angles, q0, q1) }
            return try writer.addSymbolic(gate, parameters, q0, q1)
        }
        try collect(gate, parameters, angles, q0, q1, block, position)
    }

    private mutating func extend(
        _ run: Int, _ gate: StandardGate, _ angles: (Double, Double, Double, Double), _ qubit: Qubit, _ position: Int
    ) {
        let matrix = Unitary2(gate, (angles.0, angles.1, angles.2))
        let isFirst = runs[run].first == qubit
        runs[run].unitary.multiplyLeft(matrix, onOperand: isFirst ? 0 : 1)
        append(position, to: run)
    }

    private mutating func append(_ position: Int, to run: Int) {
        next[Int(runs[run].last)] = Int32(position)
        runs[run].last = Int32(position)
    }

    private mutating func collect(
        _ gate: StandardGate, _ parameters: Parameters, _ angles: (Double, Double, Double, Double), _ q0: Qubit,
        _ q1: Qubit, _ block: Block, _ position: Int
    ) throws(CompilerError) {
        let (low, high) = q0 < q1 ? (q0, q1) : (q1, q0)
        var matrix = Unitary4(gate, angles)
        if q1 < q0 { matrix = matrix.exchanged }
        let open = runOf[low.index]
        if open >= 0, open == runOf[high.index] {
            let run = Int(open)
            runs[run].unitary = matrix * runs[run].unitary
            runs[run].cost += try cost(gate, parameters, matrix, q0, q1, Int(runs[run].place))
            runs[run].entanglers += 1
            return append(position, to: run)
        }
        try close(low.index, block)
        try close(high.index, block)
        let place = writer.table.place(low, high)
        runOf[low.index] = Int32(runs.count)
        runOf[high.index] = Int32(runs.count)
        runs.append(
            Run(
                first: low, second: high, unitary: matrix,
                cost: try cost(gate, parameters, matrix, q0, q1, place), entanglers: 1, head: Int32(position),
                last: Int32(position), place: Int32(place)))
    }

    /// What a gate costs as it stands: its error where it is native, that of its synthesis elsewhere.
    private mutating func cost(
        _ gate: StandardGate, _ parameters: Parameters, _ matrix: Unitary4, _ q0: Qubit, _ q1: Qubit, _ place: Int
    ) throws(CompilerError) -> Double {
        let isReversed = q1 < q0
        if let native = writer.table.pairs[place].native(gate, isReversed: isReversed),
            gate.parameterCount == 0 || writer.target.supports(gate, parameters: parameters)
        {
            return native.cost
        }
        let known = writer.table.pairs[place].costs[Int(gate.rawValue)]
        if gate.parameterCount == 0, !known.isNaN { return known }
        let weyl = WeylDecomposition(matrix)
        var cost = 0.0
        if weyl.a >= Entangler.tolerance {
            guard let best = writer.table.pairs[place].best(for: weyl) else { throw writer.unsupported(gate, q0, q1) }
            cost = best.cost
        }
        if gate.parameterCount == 0 { writer.table.remember(cost, of: gate, at: place) }
        return cost
    }

    /// Ends the run of a qubit, if it has one, and writes it.
    private mutating func close(_ qubit: Int, _ block: Block) throws(CompilerError) {
        let open = runOf[qubit]
        if open < 0 { return }
        let run = runs[Int(open)]
        runOf[run.first.index] = -1
        runOf[run.second.index] = -1
        let location = writer.location
        defer { writer.location = location }
        if run.entanglers > 1 {
            let weyl = WeylDecomposition(run.unitary)
            let isLocal = weyl.a < Entangler.tolerance
            let best = isLocal ? 0 : writer.table.pairs[Int(run.place)].best(for: weyl)?.cost
            if let best, best < run.cost * (1 - 1e-9) {
                writer.location = block.location(at: Int(run.head))
                if writer.write(run.unitary, weyl, run.first, run.second, Int(run.place)) { return }
            }
        }
        var position = Int(run.head)
        while position >= 0 {
            try rewrite(block, position)
            position = Int(next[position])
        }
    }

    /// Writes one gate of a run as it stands.
    private mutating func rewrite(_ block: Block, _ position: Int) throws(CompilerError) {
        guard case .gate(.standard(let gate)) = block.operation(at: position) else { return }
        writer.location = block.location(at: position)
        let parameters = block.parameters(at: position), qubits = block.qubits(at: position)
        var angles = (0.0, 0.0, 0.0, 0.0)
        if parameters.count > 0 { angles.0 = parameters[0].constant ?? 0 }
        if parameters.count > 1 { angles.1 = parameters[1].constant ?? 0 }
        if parameters.count > 2 { angles.2 = parameters[2].constant ?? 0 }
        if parameters.count > 3 { angles.3 = parameters[3].constant ?? 0 }
        if qubits.count == 1 {
            try writer.add(gate, parameters, (angles.0, angles.1, angles.2), qubits[0].index)
        } else {
            try writer.add(gate, parameters, angles, qubits[0], qubits[1])
        }
    }
}

extension Unitary4 {
    /// `self ← (gate on one operand) · self`.
    @inline(__always)
    mutating func multiplyLeft(_ u: Unitary2, onOperand operand: Int) {
        func mix(_ r: Int, _ s: Int) {
            let (x, y) = row(r), (z, w) = row(s)
            setRow(
                r, u.a.re * x - u.a.im * y + u.b.re * z - u.b.im * w, u.a.re * y + u.a.im * x + u.b.re * w + u.b.im * z)
            setRow(
                s, u.c.re * x - u.c.im * y + u.d.re * z - u.d.im * w, u.c.re * y + u.c.im * x + u.d.re * w + u.d.im * z)
        }
        if operand == 0 {
            mix(0, 1)
            mix(2, 3)
        } else {
            mix(0, 2)
            mix(1, 3)
        }
    }

    @inline(__always)
    private func row(_ r: Int) -> (Row, Row) {
        switch r {
        case 0: (re.0, im.0)
        case 1: (re.1, im.1)
        case 2: (re.2, im.2)
        default: (re.3, im.3)
        }
    }

    @inline(__always)
    private mutating func setRow(_ r: Int, _ x: Row, _ y: Row) {
        switch r {
        case 0: (re.0, im.0) = (x, y)
        case 1: (re.1, im.1) = (x, y)
        case 2: (re.2, im.2) = (x, y)
        default: (re.3, im.3) = (x, y)
        }
    }
}
