import Circuits

/// Qubits of a trace that interact, on their own: with their steps in order, qubits and slots numbered from 0.
struct Component: Sendable {
    var qubitCount = 0
    var steps: [Trace.Step] = []
    /// The trace's slot of each local slot.
    var slots: [Int] = []

    var gateCount = 0
    var channelCount = 0
    /// Channels whose events depend on the state.
    var stateDependentCount = 0
    var hasReadoutErrors = false
    /// Whether a measurement or reset stands before the last gates, so that the state does not evolve as one.
    var isInterrupted = false
    /// The sum of the channels' error probabilities: how many events a shot meets.
    var expectedEvents = 0.0
    /// Whether carriers may leave, or detectors may err.
    var mayLose = false
    /// Whether couplings to other parts act as flips that both parts meet in the same shots.
    var isCoupled = false
}

extension Trace {
    /// The steps that reach an outcome: walks backwards from the measurements along the qubits.
    private func relevantSteps() -> [Bool] {
        var live = [Bool](repeating: false, count: qubitCount)
        var keep = [Bool](repeating: false, count: steps.count)
        for index in steps.indices.reversed() {
            switch steps[index] {
            case .measure(let qubit, _, _):
                keep[index] = true
                live[qubit] = true
            case .reset(let qubit):
                keep[index] = live[qubit]
                live[qubit] = false
            case .gate(let gate):
                guard
                    gate.targets.contains(where: { live[$0.index] })
                        || gate.controls.contains(where: { live[$0.index] })
                else { continue }
                keep[index] = true
                for qubit in gate.targets { live[qubit.index] = true }
                for qubit in gate.controls { live[qubit.index] = true }
            case .channel(_, let qubits):
                guard qubits.contains(where: { live[$0] }) else { continue }
                keep[index] = true
                for qubit in qubits { live[qubit] = true }
            case .event(let event):
                if case .departure(.failure) = event.kind {
                    keep[index] = true
                } else {
                    keep[index] = live[event.qubit]
                }
            }
        }
        return keep
    }

    /// The interacting parts that reach an outcome, in order of their first step.
    func components() -> [Component] {
        let keep = relevantSteps()
        var parent = Array(0..<qubitCount)
        func root(_ qubit: Int) -> Int {
            var qubit = qubit
            while parent[qubit] != qubit {
                parent[qubit] = parent[parent[qubit]]
                qubit = parent[qubit]
            }
            return qubit
        }
        func join(_ qubits: [Int]) {
            for qubit in qubits.dropFirst() { parent[root(qubit)] = root(qubits[0]) }
        }
        // Qubits of which something is left beside couplings to others.
        var isPresent = [Bool](repeating: false, count: qubitCount)
        for (index, step) in steps.enumerated() where keep[index] {
            switch step {
            case .gate(let gate): for qubit in gate.qubits { isPresent[qubit.index] = true }
            case .measure(let qubit, _, _), .reset(let qubit): isPresent[qubit] = true
            case .channel, .event: break
            }
        }
        for (index, step) in steps.enumerated() where keep[index] {
            switch step {
            case .gate(let gate): join(gate.qubits.map(\.index))
            case .channel(let channel, let qubits): if channel.unitary == nil { join(qubits) }
            case .measure, .reset, .event: break
            }
        }
        // Parts that a coupling joins and that are small together are one.
        var sizes = [Int](repeating: 0, count: qubitCount)
        for qubit in 0..<qubitCount { sizes[root(qubit)] += 1 }
        for (index, step) in steps.enumerated() where keep[index] {
            guard case .channel(let channel, let qubits) = step, channel.unitary != nil else { continue }
            let (a, b) = (root(qubits[0]), root(qubits[1])), size = sizes[a] + sizes[b]
            guard a != b, size <= Self.jointWidth, isPresent[qubits[0]], isPresent[qubits[1]] else { continue }
            join(qubits)
            sizes[root(a)] = size
        }
        var result: [Component] = []
        var place = [Int](repeating: -1, count: qubitCount)
        var local = [Int](repeating: -1, count: qubitCount)
        func component(of qubit: Int) -> Int {
            let top = root(qubit)
            if place[top] < 0 {
                place[top] = result.count
                result.append(Component())
            }
            return place[top]
        }
        func number(_ qubit: Int, in component: Int) -> Int {
            if local[qubit] < 0 {
                local[qubit] = result[component].qubitCount
                result[component].qubitCount += 1
            }
            return local[qubit]
        }
        for (index, step) in steps.enumerated() where keep[index] {
            switch step {
            case .gate(var gate):
                guard let first = gate.qubits.first else { continue }
                let home = component(of: first.index)
                gate.targets = gate.targets.map { Qubit(number($0.index, in: home)) }
                gate.controls = gate.controls.map { Qubit(number($0.index, in: home)) }
                result[home].steps.append(.gate(gate))
                result[home].gateCount += 1
            case .channel(let channel, let qubits):
                if channel.unitary != nil, root(qubits[0]) != root(qubits[1]) {
                    for qubit in qubits where isPresent[qubit] {
                        let home = component(of: qubit)
                        let flip = Program.Event(
                            kind: .phaseFlip(shared: UInt64(index)), qubit: number(qubit, in: home),
                            probability: channel.pauliTwirl[15])
                        result[home].steps.append(.event(flip))
                        result[home].isCoupled = true
                        result[home].expectedEvents += flip.probability
                    }
                    continue
                }
                let home = component(of: qubits[0])
                result[home].steps.append(.channel(channel, qubits.map { number($0, in: home) }))
                result[home].channelCount += 1
                if !channel.isMixture { result[home].stateDependentCount += 1 }
                result[home].expectedEvents += channel.eventProbability
            case .event(var event):
                let home = component(of: event.qubit)
                event.qubit = number(event.qubit, in: home)
                result[home].steps.append(.event(event))
                result[home].mayLose = true
                result[home].expectedEvents += event.probability
            case .measure(let qubit, let slot, let confusion):
                let home = component(of: qubit)
                result[home].slots.append(slot)
                result[home].steps.append(
                    .measure(number(qubit, in: home), slot: result[home].slots.count - 1, confusion: confusion))
                if let confusion {
                    result[home].hasReadoutErrors = true
                    if let detection = confusion.detection, detection.efficiency < 1 || detection.darkCounts > 0 {
                        result[home].mayLose = true
                    }
                }
            case .reset(let qubit):
                let home = component(of: qubit)
                result[home].steps.append(.reset(number(qubit, in: home)))
            }
        }
        for index in result.indices { result[index].deferMeasurements() }
        return result
    }

    /// Parts of together at most so many qubits are simulated as one where a coupling joins them, so that it acts as it
    /// is; larger ones apart, each with flips in place of the coupling.
    static let jointWidth = 6
}

extension Component {
    /// Moves measurements after which nothing happens to their qubit to the end, in order.
    fileprivate mutating func deferMeasurements() {
        var touched = [Bool](repeating: false, count: qubitCount)
        var isDeferred = [Bool](repeating: false, count: steps.count)
        for index in steps.indices.reversed() {
            switch steps[index] {
            case .gate(let gate): for qubit in gate.qubits { touched[qubit.index] = true }
            case .channel(_, let qubits): for qubit in qubits { touched[qubit] = true }
            case .event(let event): touched[event.qubit] = true
            case .reset(let qubit): touched[qubit] = true
            case .measure(let qubit, _, _):
                isDeferred[index] = !touched[qubit]
                touched[qubit] = true
            }
        }
        var early: [Trace.Step] = [], late: [Trace.Step] = []
        for (index, step) in steps.enumerated() {
            if isDeferred[index] { late.append(step) } else { early.append(step) }
        }
        isInterrupted = early.contains {
            switch $0 {
            case .measure, .reset: true
            default: false
            }
        }
        steps = early + late
    }

    /// The component as a program of its own, whose classical bits are its slots.
    var program: Program {
        var program = Program()
        program.qubitCount = qubitCount
        program.bitCount = slots.count
        var open: [Program.QuantumStep] = []
        var readouts: [Program.Readout] = []
        func push(_ step: Program.Step) {
            program.steps.append(step)
            program.locations.append(.none)
        }
        func close() {
            if !open.isEmpty {
                program.quantum.append(open)
                open = []
                push(.quantum(program.quantum.count - 1))
            }
            if !readouts.isEmpty {
                program.measurements.append(Program.MeasureRun(readouts: readouts))
                readouts = []
                push(.measure(program.measurements.count - 1))
            }
        }
        for step in steps {
            switch step {
            case .gate(let gate):
                if readouts.contains(where: { gate.qubits.contains(Qubit($0.qubit)) }) { close() }
                open.append(.gate(gate))
            case .channel(let channel, let qubits):
                if readouts.contains(where: { qubits.contains($0.qubit) }) { close() }
                open.append(.channel(channel, qubits))
            case .event(let event):
                if readouts.contains(where: { event.qubit == $0.qubit }) { close() }
                open.append(.event(event))
            case .measure(let qubit, let slot, let confusion):
                if readouts.contains(where: { $0.qubit == qubit }) { close() }
                readouts.append(Program.Readout(qubit: qubit, bit: slot, confusion: confusion))
            case .reset(let qubit):
                close()
                push(.reset(qubit))
            }
        }
        close()
        push(.end)
        program.markLastMeasurements()
        return program
    }
}
