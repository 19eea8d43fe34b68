import Circuits
import Hardware

/// Writes native gates: collects what happens to each qubit between entanglers, and writes it in its shortest form.
///
/// Rotations about Z are carried past entanglers they commute with, so that they merge further on. A rotation about Z by
/// an unknown angle is kept behind the numeric part of its qubit; other unknown gates are written at once.
struct NativeWriter {
    /// What a qubit has had since its last written gate: `unitary`, then Rz(`tail`).
    struct Pending {
        var unitary = Unitary2.identity
        /// How many gates are in `unitary`; the last of them, for the case that it is the only one.
        var count = 0
        var gate = StandardGate.id
        var parameters: Parameters = []
        var tail: Parameter?
    }

    let target: Target
    /// Nil where the machine's one-qubit gates make no continuous set: then each gate has to be native itself.
    let basis: OneQubitBasis?
    var table: EntanglerTable
    var arithmetic: ParameterArithmetic
    var output = Block()
    var pending: [Pending]
    /// Qubits that have a tail, some perhaps no more.
    var tailed: [Int] = []
    var phase = 0.0
    var symbolicPhase: Parameter = 0
    var location = SourceLocation.none
    private var steps: [OneQubitStep] = []

    init(_ circuit: Circuit, for target: Target, isPlaced: Bool) {
        self.target = target
        basis = OneQubitBasis(target.oneQubitGates.compactMap { target.nativeGate($0) })
        table = EntanglerTable(target, isPlaced: isPlaced)
        arithmetic = ParameterArithmetic(circuit)
        pending = Array(repeating: Pending(), count: circuit.qubitCount)
        steps.reserveCapacity(8)
    }

    // MARK: One qubit

    /// Applies a one-qubit unitary.
    mutating func apply(_ unitary: Unitary2, _ qubit: Int) {
        settleTail(qubit)
        pending[qubit].unitary = unitary * pending[qubit].unitary
        pending[qubit].count += 2
    }

    /// Adds a one-qubit standard gate with known angles.
    mutating func add(
        _ gate: StandardGate, _ parameters: Parameters, _ angles: (Double, Double, Double), _ qubit: Int
    ) throws(CompilerError) {
        guard basis != nil else {
            guard target.supports(gate, parameters: parameters) else { throw unsupported(gate) }
            output.append(gate, [Qubit(qubit)], parameters, location: location)
            return
        }
        if gate == .id { return }
        if pending[qubit].tail != nil, !gate.isDiagonal { settleTail(qubit) }
        let matrix = Unitary2(gate, angles)
        if pending[qubit].count == 0 {
            pending[qubit].unitary = matrix
            pending[qubit].gate = gate
            pending[qubit].parameters = parameters
        } else {
            pending[qubit].unitary = matrix * pending[qubit].unitary
        }
        pending[qubit].count += 1
    }

    /// Writes what a qubit has pending.
    ///
    /// - Parameters:
    ///   - deferringZ: keep a last rotation about Z pending.
    ///   - discardingZ: forget it: the qubit is measured next.
    mutating func flush(_ qubit: Int, deferringZ: Bool = false, discardingZ: Bool = false) {
        defer { if !(deferringZ && !discardingZ) { settleTail(qubit, isDiscarded: discardingZ) } }
        let held = pending[qubit]
        if held.count == 0 { return }
        guard let basis else { return }
        pending[qubit].unitary = .identity
        pending[qubit].count = 0
        pending[qubit].parameters = []
        let canDefer = (deferringZ || discardingZ) && basis.hasDiagonal
        if held.count == 1, basis.isNative(held.gate, held.parameters), !(canDefer && held.gate.isDiagonal) {
            output.append(held.gate, [Qubit(qubit)], held.parameters, location: location)
            return
        }
        steps.removeAll(keepingCapacity: true)
        let (angle, z) = basis.append(held.unitary, deferringZ: canDefer, to: &steps)
        for step in steps { output.append(step.gate, [Qubit(qubit)], step.parameters, location: location) }
        phase += angle
        if z != 0, !discardingZ {
            pending[qubit].unitary = .rz(z)
            pending[qubit].count = 1
            pending[qubit].gate = .rz
            pending[qubit].parameters = [Parameter(z)]
        }
    }

    /// Forgets what a qubit has pending: it is reset next.
    mutating func discard(_ qubit: Int) { pending[qubit] = Pending() }

    // MARK: Two qubits

    /// Writes a native entangler on a pair, qubits in operand order.
    mutating func entangle(_ gate: StandardGate, _ q0: Qubit, _ q1: Qubit, _ parameters: Parameters) {
        flush(q0.index, deferringZ: gate.commutesWithZ(onOperand: 0))
        flush(q1.index, deferringZ: gate.commutesWithZ(onOperand: 1))
        output.append(gate, [q0, q1], parameters, location: location)
    }

    /// Adds a two-qubit standard gate with known angles, as it is where it is native, else in its cheapest form.
    mutating func add(
        _ gate: StandardGate, _ parameters: Parameters, _ angles: (Double, Double, Double, Double), _ q0: Qubit,
        _ q1: Qubit
    ) throws(CompilerError) {
        let isReversed = q1 < q0
        let place = table.place(min(q0, q1), max(q0, q1))
        if entangleNatively(gate, parameters, q0, q1, place) { return }
        guard basis != nil else { throw unsupported(gate, q0, q1) }
        let (low, high) = (min(q0, q1), max(q0, q1))
        let slot = 2 * Int(gate.rawValue) + (isReversed ? 1 : 0)
        if gate.parameterCount == 0, let made = table.pairs[place].sequences[slot] {
            return write(made.sequence, table.pairs[place].entanglers[made.entangler], low, high)
        }
        let matrix = Unitary4(gate, angles)
        let oriented = isReversed ? matrix.exchanged : matrix
        let weyl = WeylDecomposition(oriented)
        guard weyl.a >= Entangler.tolerance else {
            return writeLocal(oriented, weyl, low, high)
        }
        guard let made = sequence(for: oriented, weyl, place) else { throw unsupported(gate, q0, q1) }
        if gate.parameterCount == 0 { table.remember(made, at: place, slot) }
        write(made.sequence, table.pairs[place].entanglers[made.entangler], low, high)
    }

    /// Writes the gate as it is where it is native on the pair; false where it is not.
    mutating func entangleNatively(
        _ gate: StandardGate, _ parameters: Parameters, _ q0: Qubit, _ q1: Qubit, _ place: Int
    ) -> Bool {
        let isReversed = q1 < q0
        guard let native = table.pairs[place].native(gate, isReversed: isReversed),
            gate.parameterCount == 0 || target.supports(gate, parameters: parameters)
        else { return false }
        if native.isReversed == isReversed {
            entangle(gate, q0, q1, parameters)
        } else {
            entangle(gate, q1, q0, parameters)
        }
        return true
    }

    /// Writes a two-qubit unitary in its cheapest form; q0 < q1. False if no native gate can make it.
    mutating func write(
        _ unitary: Unitary4, _ weyl: WeylDecomposition, _ q0: Qubit, _ q1: Qubit, _ place: Int
    ) -> Bool {
        guard basis != nil else { return false }
        if weyl.a < Entangler.tolerance {
            writeLocal(unitary, weyl, q0, q1)
            return true
        }
        guard let made = sequence(for: unitary, weyl, place) else { return false }
        write(made.sequence, table.pairs[place].entanglers[made.entangler], q0, q1)
        return true
    }

    private func sequence(
        for unitary: Unitary4, _ weyl: WeylDecomposition, _ place: Int
    ) -> (entangler: Int, sequence: EntanglerSequence)? {
        guard let best = table.pairs[place].best(for: weyl),
            let sequence = table.pairs[place].entanglers[best.entangler].sequence(for: unitary, weyl)
        else { return nil }
        return (best.entangler, sequence)
    }

    private mutating func writeLocal(_ unitary: Unitary4, _ weyl: WeylDecomposition, _ q0: Qubit, _ q1: Qubit) {
        let local = weyl.left * weyl.right
        apply(local.low, q0.index)
        apply(local.high, q1.index)
        phase += unitary.phase(relativeTo: local.unitary)
    }

    private mutating func write(_ sequence: EntanglerSequence, _ entangler: Entangler, _ q0: Qubit, _ q1: Qubit) {
        for layer in 0...sequence.count {
            apply(sequence[layer].low, q0.index)
            apply(sequence[layer].high, q1.index)
            if layer == sequence.count { break }
            let parameters: Parameters = entangler.gate.parameterCount == 0 ? [] : [Parameter(sequence.angles[layer])]
            if entangler.isReversed {
                entangle(entangler.gate, q1, q0, parameters)
            } else {
                entangle(entangler.gate, q0, q1, parameters)
            }
        }
        phase += sequence.phase
    }

    // MARK: Errors

    func unsupported(_ gate: StandardGate) -> CompilerError {
        CompilerError(
            .unsupportedGate, "no one-qubit gate of \(target.description.id) can make '\(gate.name)'",
            cure: "use gates of the device: \(names(target.oneQubitGates))", location: location)
    }

    func unsupported(_ gate: StandardGate, _ q0: Qubit, _ q1: Qubit) -> CompilerError {
        let place = target.description.id
        if target.twoQubitGates.isEmpty {
            return CompilerError(
                .unsupportedGate, "\(place) has no two-qubit gate, so it cannot make '\(gate.name)'",
                cure: "use a device with a two-qubit gate", location: location)
        }
        let pair = table.isPlaced ? " on sites \(q0.index) and \(q1.index)" : ""
        return CompilerError(
            .unsupportedGate, "no two-qubit gate of \(place)\(pair) can make '\(gate.name)'",
            cure: "use gates of the device: \(names(target.twoQubitGates))", location: location)
    }

    private func names(_ gates: [StandardGate]) -> String { gates.map(\.name).joined(separator: ", ") }
}
