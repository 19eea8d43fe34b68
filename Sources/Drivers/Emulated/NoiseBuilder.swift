import Circuits
import Hardware
import Simulators

/// Walks an executable once, in text order, and writes down the channels of each block.
struct NoiseBuilder {
    private let circuit: Circuit
    private(set) var blocks: [BlockPath: DeviceNoise.BlockChannels] = [:]
    private(set) var gateNoise: GateNoise
    /// Sites on which something has happened; the others are in |0⟩, where relaxation does nothing.
    private var started: [Bool]

    init(_ circuit: Circuit, _ description: DeviceDescription, _ truth: MachineTruth) {
        self.circuit = circuit
        gateNoise = GateNoise(description, truth)
        started = Array(repeating: false, count: circuit.qubitCount)
    }

    /// Clocks of one block, by site: seconds since the block was entered.
    private struct Clocks {
        /// Up to when the site's relaxation has been applied.
        var settled: [Double]
        /// Time to be applied that no schedule tells: durations of gates in a program without times.
        var pending: [Double]
        /// The loops of the block. Their schedule holds one turn, but they may take many, so sites outside them relax
        /// turn by turn, and these spans are left out of their gaps.
        var loops: [(span: ClosedRange<Double>, qubits: Operands)] = []

        /// The time to apply now.
        func time(_ qubit: Qubit, until moment: Double?) -> Double {
            guard let moment else { return pending[qubit.index] }
            var time = moment - settled[qubit.index]
            for (span, qubits) in loops where !qubits.contains(qubit) {
                time -= max(0, min(moment, span.upperBound) - max(settled[qubit.index], span.lowerBound))
            }
            return pending[qubit.index] + max(0, time)
        }
    }

    /// - Parameters:
    ///   - operands: the sites of the statement that holds the block; none for the body of the program.
    ///   - end: when the statement is over, seconds after the block was entered; the block is filled up to then.
    mutating func build(
        _ block: Block, _ schedule: Schedule?, at path: BlockPath, operands: Operands, end: Double?, isLoop: Bool
    ) {
        var channels = DeviceNoise.BlockChannels()
        channels.ends.reserveCapacity(block.count)
        var clocks = Clocks(
            settled: Array(repeating: 0, count: circuit.qubitCount),
            pending: Array(repeating: 0, count: circuit.qubitCount))

        func settle(_ qubit: Qubit, at moment: Double?) {
            if started[qubit.index],
                let channel = gateNoise.relaxation(of: qubit, for: clocks.time(qubit, until: moment))
            {
                channels.channels.append(channel)
            }
            clocks.pending[qubit.index] = 0
            if let moment { clocks.settled[qubit.index] = moment }
        }
        func skip(_ qubit: Qubit, to moment: Double?) {
            started[qubit.index] = true
            if let moment { clocks.settled[qubit.index] = moment }
        }

        for position in block.indices {
            let instruction = block[position], start = schedule?.starts[position]
            let finish = schedule.map { $0.starts[position] + $0.durations[position] }
            var before = channels.channels.count
            switch instruction.operation {
            case .gate(let gate):
                guard let standard = gate.standard else { preconditionFailure("a defined gate passed the check") }
                let noise = gateNoise.noise(of: standard, on: instruction.qubits)
                if noise.isVirtual { break }
                for qubit in instruction.qubits { settle(qubit, at: start) }
                before = channels.channels.count
                if let channel = noise.depolarizing { channels.channels.append(channel) }
                for qubit in instruction.qubits {
                    started[qubit.index] = true
                    if schedule == nil { clocks.pending[qubit.index] += noise.duration }
                }
            case .measure:
                for qubit in instruction.qubits {
                    settle(qubit, at: start)
                    skip(qubit, to: finish)
                }
                before = channels.channels.count
            case .reset:
                for qubit in instruction.qubits {
                    // The state is thrown away: its relaxation does not matter.
                    clocks.pending[qubit.index] = 0
                    skip(qubit, to: finish)
                    if let channel = gateNoise.resetError(of: qubit) { channels.channels.append(channel) }
                }
            case .controlFlow(let place):
                for qubit in instruction.qubits { settle(qubit, at: start) }
                before = channels.channels.count
                buildNested(block, place, position, schedule, path, instruction.qubits)
                for qubit in instruction.qubits {
                    if let finish { clocks.settled[qubit.index] = finish }
                }
                if let start, let finish, block.controlFlow[place].isLoop {
                    clocks.loops.append((start...finish, instruction.qubits))
                }
            case .break, .continue, .end:
                for qubit in operands { settle(qubit, at: start) }
                before = channels.channels.count
            case .delay(let unit):
                if schedule == nil, let value = instruction.parameters[0].constant, unit == .seconds {
                    for qubit in instruction.qubits { clocks.pending[qubit.index] += value }
                }
            case .barrier, .assign: break
            }
            channels.ends.append((Int32(before), Int32(channels.channels.count)))
        }

        for qubit in operands { settle(qubit, at: end) }
        if isLoop, let end {
            for index in started.indices where started[index] && !operands.contains(Qubit(index)) {
                if let channel = gateNoise.relaxation(of: Qubit(index), for: end) { channels.channels.append(channel) }
            }
        }
        blocks[path] = channels
    }

    private mutating func buildNested(
        _ block: Block, _ place: Int, _ position: Int, _ schedule: Schedule?, _ path: BlockPath, _ qubits: Operands
    ) {
        let statement = block.controlFlow[place], isLoop = statement.isLoop
        // In its second turn a loop finds what it touched in the first.
        if isLoop { for qubit in qubits { started[qubit.index] = true } }
        for (index, inner) in statement.blocks.enumerated() {
            let own = schedule?.nested[place][index]
            // All alternatives of a branch take the time of the longest; a turn of a loop takes its own.
            let end = isLoop ? own?.duration : schedule?.durations[position]
            build(inner, own, at: path.entering(index, of: place), operands: qubits, end: end, isLoop: isLoop)
        }
    }
}

extension ControlFlow {
    var isLoop: Bool {
        switch self {
        case .for, .while: true
        case .branch, .switch, .box: false
        }
    }
}
