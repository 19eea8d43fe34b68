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
    private let figures: Calibration
    private let environment: EnvironmentFigures
    private let description: DeviceDescription
    private let crosstalk: Crosstalk?
    private var motion: Motion?
    private let used: Set<Qubit>

    init(_ circuit: Circuit, _ description: DeviceDescription, _ truth: MachineTruth) {
        self.circuit = circuit
        gateNoise = GateNoise(description, truth)
        started = Array(repeating: false, count: circuit.qubitCount)
        self.description = description
        figures = truth.figures
        environment = figures.environment
        crosstalk = Crosstalk(description, environment)
        motion = environment.heating.map { Motion($0, siteCount: circuit.qubitCount) }
        used = circuit.body.usedQubits
    }

    /// Clocks of one block, by site: seconds since the block was entered.
    private struct Clocks {
        /// Up to when the site's relaxation has been applied.
        var settled: [Double]
        /// Time to be applied that no schedule tells: durations of gates in a program without times.
        var pending: [Double]
        /// Up to when the site's motion has been heated.
        var heated: [Double]
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
            pending: Array(repeating: 0, count: circuit.qubitCount),
            heated: Array(repeating: 0, count: circuit.qubitCount))
        var itinerary = Itinerary(description)
        let spans =
            crosstalk == nil
            ? nil
            : schedule.map {
                schedule in
                Crosstalk.spans(block, siteCount: circuit.qubitCount) { drive(block, at: $0, schedule) }
            }
        let globals = schedule.map { globalGates(block, $0) } ?? []
        var pulses: Set<Double> = []

        func settle(_ qubit: Qubit, at moment: Double?) {
            if started[qubit.index],
                let channel = gateNoise.relaxation(of: qubit, for: clocks.time(qubit, until: moment))
            {
                channels.channels.append(channel)
            }
            clocks.pending[qubit.index] = 0
            if let moment { clocks.settled[qubit.index] = moment }
        }
        func heat(_ qubit: Qubit, until moment: Double?) {
            guard let moment else { return }
            motion?.heat(qubit.index, for: moment - clocks.heated[qubit.index])
            clocks.heated[qubit.index] = moment
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
                let noise = gateNoise.noise(
                    of: standard, on: instruction.qubits, isGlobal: globals.contains(position))
                if noise.isVirtual { break }
                for qubit in instruction.qubits { settle(qubit, at: start) }
                for qubit in instruction.qubits { heat(qubit, until: start) }
                if instruction.qubits.count == 2 {
                    bring(instruction.qubits, &itinerary, position, &channels)
                }
                before = channels.channels.count
                if let channel = noise.error { channels.channels.append(channel) }
                if let channel = motion?.error(of: standard, on: instruction.qubits) {
                    channels.channels.append(channel)
                }
                if let crosstalk, let spans, let schedule, instruction.qubits.count == 2 {
                    channels.channels += crosstalk.channels(
                        around: instruction.qubits, during: drive(block, at: position, schedule), spans: spans
                    ) { started[$0] }
                }
                if instruction.qubits.count == 2, description.concurrency.sharedPulses.contains(standard),
                    finish.map({ pulses.insert($0).inserted }) ?? true
                {
                    // One pulse, whatever the number of pairs it serves.
                    for site in itinerary?.unpaired ?? [] {
                        if let channel = gateNoise.paulis(environment.unpaired, on: site) {
                            channels.channels.append(channel)
                        }
                    }
                }
                if !noise.departures.isEmpty { channels.departuresAfter[position] = noise.departures }
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
                    heat(qubit, until: finish)
                    motion?.cool(qubit.index)
                    if let channel = gateNoise.resetError(of: qubit) { channels.channels.append(channel) }
                }
            case .controlFlow(let place):
                for qubit in instruction.qubits { settle(qubit, at: start) }
                before = channels.channels.count
                for qubit in used { heat(qubit, until: start) }
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

    /// When the gate at a position is driven: carriers that have to be moved arrive first.
    private func drive(_ block: Block, at position: Int, _ schedule: Schedule) -> ClosedRange<Double> {
        let start = schedule.starts[position], duration = schedule.durations[position]
        guard description.transport != nil, case .gate(.standard(let gate)) = block.operation(at: position),
            let figures = figures.figures(for: gate, on: block.qubits(at: position).map { Site($0.index) })
        else { return start...(start + duration) }
        return (start + max(0, duration - figures.duration.value))...(start + duration)
    }

    /// The moves before a two-qubit gate, and what they do.
    private mutating func bring(
        _ qubits: Operands, _ itinerary: inout Itinerary?, _ position: Int, _ channels: inout DeviceNoise.BlockChannels
    ) {
        guard let moves = itinerary?.bring(Site(qubits[0].index), Site(qubits[1].index)) else { return }
        for move in moves {
            let qubit = Qubit(move.site.index)
            if description.transport?.cools == true { motion?.cool(move.site.index) }
            guard let figures = environment.transport else { continue }
            motion?.add(figures.quanta, to: move.site.index)
            if let channel = gateNoise.paulis(figures.paulis, on: move.site) { channels.channels.append(channel) }
            if figures.loss > 0, used.contains(qubit) {
                channels.departuresBefore[position, default: []].append(
                    Departure(.loss, of: qubit, probability: figures.loss))
            }
        }
    }

    /// Gates that one pulse does on all qubits of the program at once, by position.
    private func globalGates(_ block: Block, _ schedule: Schedule) -> Set<Int> {
        struct Pulse: Hashable {
            var gate: StandardGate
            var angles: [Double]
            /// In tenths of a picosecond: starts are sums of rounded numbers.
            var start: Double
        }
        var pulses: [Pulse: [Int]] = [:]
        for position in block.indices {
            guard case .gate(.standard(let gate)) = block.operation(at: position), gate.qubitCount == 1,
                gateNoise.hasGlobal(gate), let angles = block.parameters(at: position).constants
            else { continue }
            pulses[
                Pulse(
                    gate: gate, angles: Array(angles), start: (schedule.starts[position] * 1e13).rounded()), default: []
            ].append(position)
        }
        return pulses.values.reduce(into: []) { result, positions in
            if Set(positions.map { block.qubits(at: $0)[0] }) == used { result.formUnion(positions) }
        }
    }

    private mutating func buildNested(
        _ block: Block, _ place: Int, _ position: Int, _ schedule: Schedule?, _ path: BlockPath, _ qubits: Operands
    ) {
        let statement = block.controlFlow[place], isLoop = statement.isLoop
        let cold = motion
        defer { motion = cold }
        // In its second turn a loop finds what it touched in the first.
        if isLoop { for qubit in qubits { started[qubit.index] = true } }
        for (index, inner) in statement.blocks.enumerated() {
            motion = cold
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
