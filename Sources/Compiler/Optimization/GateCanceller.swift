import Circuits

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Merges and cancels gates across what they commute with.
///
/// Each qubit counts groups: consecutive gates that act on it along one axis are one group. Two gates of one family on
/// the same qubits, in the same group on each of them, can be brought together; their angles add up, or they cancel.
/// Gates with unknown angles merge only if nothing in between may change the values they depend on.
struct GateCanceller {
    var arithmetic: ParameterArithmetic
    var phase = 0.0
    var symbolicPhase: Parameter = 0
    private(set) var changes = 0

    private struct Entry {
        var position: Int32
        var groups: (Int32, Int32)
        var epoch: Int32
    }

    /// By qubit.
    private var axes: [CommutationAxis]
    private var groups: [Int32]
    private var epoch: Int32 = 0
    /// Families of one qubit at 4·qubit + kind; those of two by kind and qubits.
    private var single: [Entry]
    private var double: [UInt64: Entry] = [:]

    init(_ circuit: Circuit) {
        arithmetic = ParameterArithmetic(circuit)
        axes = Array(repeating: .none, count: circuit.qubitCount)
        groups = Array(repeating: 0, count: circuit.qubitCount)
        single = Array(
            repeating: Entry(position: -1, groups: (-1, -1), epoch: -1), count: 4 * circuit.qubitCount)
    }

    private enum Fate: UInt8 { case kept, gone, merged }

    /// The block with what can be merged merged; nested blocks too.
    mutating func simplified(_ block: Block) -> Block {
        var fates = Array(repeating: Fate.kept, count: block.count)
        var angles: [Parameter] = []
        for qubit in axes.indices { fence(qubit) }
        double.removeAll(keepingCapacity: true)
        var before = changes
        for position in block.indices {
            let operation = block.operation(at: position)
            switch operation {
            case .gate(.standard(let gate)):
                if gate == .gphase { continue }
                meet(gate, block, position, &fates, &angles)
            case .gate(.defined), .reset, .barrier, .delay:
                for qubit in block.qubits(at: position) { fence(qubit.index) }
            case .measure, .assign, .controlFlow:
                epoch += 1
                for qubit in block.qubits(at: position) { fence(qubit.index) }
            case .break, .continue, .end:
                for qubit in axes.indices { fence(qubit) }
            }
        }
        if changes == before && block.controlFlow.isEmpty { return block }
        before = changes
        var result = Block()
        result.reserve(instructions: block.count, operands: 2 * block.count, parameters: block.count)
        for position in block.indices {
            switch fates[position] {
            case .gone: continue
            case .merged: write(block, position, angles[position], to: &result)
            case .kept:
                guard case .controlFlow(let place) = block.operation(at: position) else {
                    result.append(from: block, at: position)
                    continue
                }
                let statement = simplified(block.controlFlow[place])
                result.append(statement, location: block.location(at: position))
                for annotation in block.annotations(at: position) { result.annotateLast(annotation) }
            }
        }
        return result
    }

    private mutating func simplified(_ statement: ControlFlow) -> ControlFlow {
        if case .box(let duration, let body) = statement {
            return .box(duration: duration, body: simplified(body))
        }
        let before = (phase, symbolicPhase)
        let result = statement.mapBlocks { simplified($0) }
        (phase, symbolicPhase) = before
        return result
    }

    private mutating func fence(_ qubit: Int) {
        axes[qubit] = .none
        groups[qubit] += 1
    }

    private mutating func act(_ qubit: Int, _ axis: CommutationAxis) {
        if axis == .none || axes[qubit] != axis { groups[qubit] += 1 }
        axes[qubit] = axis
    }

    private mutating func meet(
        _ gate: StandardGate, _ block: Block, _ position: Int, _ fates: inout [Fate], _ angles: inout [Parameter]
    ) {
        if gate == .id {
            fates[position] = .gone
            changes += 1
            return
        }
        let qubits = block.qubits(at: position)
        for k in 0..<qubits.count { act(qubits[k].index, CommutationAxis(of: gate, operand: k, on: qubits)) }
        guard qubits.count <= 2, let family = GateFamily(gate) else { return }
        let kind = family.kind
        var pair = (qubits[0], qubits.count > 1 ? qubits[1] : qubits[0])
        if kind.isSymmetric, pair.1 < pair.0 { pair = (pair.1, pair.0) }
        let now = Entry(
            position: Int32(position), groups: (groups[pair.0.index], groups[pair.1.index]), epoch: epoch)
        let key = UInt64(kind.rawValue) << 56 | UInt64(pair.0.rawValue) << 28 | UInt64(pair.1.rawValue)
        let slot = 4 * pair.0.index + Int(kind.rawValue)
        let isSingle = qubits.count == 1
        let found = isSingle ? single[slot] : double[key] ?? Entry(position: -1, groups: (-1, -1), epoch: -1)
        func remember() { if isSingle { single[slot] = now } else { double[key] = now } }
        let earlier = Int(found.position)
        guard earlier >= 0, found.groups == now.groups, fates[earlier] != .gone else { return remember() }
        if kind.isInvolution {
            fates[earlier] = .gone
            fates[position] = .gone
            changes += 1
            return
        }
        let own = angle(of: family, block, position)
        var sum = own
        if fates[earlier] == .merged {
            sum = angles[earlier]
        } else if let first = earlierFamily(block, earlier) {
            sum = angle(of: first, block, earlier)
        }
        guard found.epoch == now.epoch || (own.constant != nil && sum.constant != nil) else { return remember() }
        if fates[earlier] == .kept { addPhase(block, earlier) }
        addPhase(block, position)
        sum = arithmetic.add(sum, own)
        if angles.isEmpty { angles = Array(repeating: 0, count: block.count) }
        angles[earlier] = sum
        fates[position] = .gone
        fates[earlier] = .merged
        changes += 1
        if let value = sum.constant {
            let (period, isSign) = kind.period
            let rest = remainder(value, isSign ? period / 2 : period)
            if abs(rest) < 1e-12 {
                fates[earlier] = .gone
                if isSign { phase -= value / 2 }
            }
        }
    }

    private func earlierFamily(_ block: Block, _ position: Int) -> GateFamily? {
        guard case .gate(.standard(let gate)) = block.operation(at: position) else { return nil }
        return GateFamily(gate)
    }

    private func angle(of family: GateFamily, _ block: Block, _ position: Int) -> Parameter {
        family.angle.map { Parameter($0) } ?? block.parameters(at: position)[0]
    }

    /// The phase by which the gate differs from its family's rotation.
    private mutating func addPhase(_ block: Block, _ position: Int) {
        guard case .gate(.standard(let gate)) = block.operation(at: position) else { return }
        if gate == .p {
            let angle = block.parameters(at: position)[0]
            if let value = angle.constant {
                phase += value / 2
            } else {
                symbolicPhase = arithmetic.combine(1, symbolicPhase, 0.5, angle)
            }
        } else if let family = GateFamily(gate) {
            phase += family.phase
        }
    }

    private mutating func write(_ block: Block, _ position: Int, _ angle: Parameter, to result: inout Block) {
        guard case .gate(.standard(let gate)) = block.operation(at: position), let family = GateFamily(gate) else {
            return
        }
        let qubits = block.qubits(at: position), location = block.location(at: position)
        if family.kind == .cp, let value = angle.constant, abs(abs(remainder(value, 2 * .pi)) - .pi) < 1e-12 {
            return result.append(.cz, qubits, location: location)
        }
        result.append(family.kind.rotation, qubits, [angle], location: location)
    }
}
