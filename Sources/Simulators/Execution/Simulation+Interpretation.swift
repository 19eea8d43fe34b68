import Circuits

// Programs whose course depends on outcomes.
extension Simulation {
    func interpret(_ program: Program, shots: Int, source: RandomSource) throws(SimulationError) -> SimulatedShots {
        let plan = try workload(of: program, shots: shots).plan(options)
        var result = SimulatedShots(shots: shots, circuit: circuit, method: method(of: program, plan))
        try withShots(&result) { (record) throws(SimulationError) in
            try execute(
                program, start: environment, shots: shots, source: source, shared: source, plan: plan, finish: record)
        }
        result.dropLostShots()
        return result
    }

    /// Lets `body` record shots from several threads at once: each shot has places of its own.
    private func withShots(
        _ result: inout SimulatedShots, _ body: ((UInt32, Environment?) -> Void) throws(SimulationError) -> Void
    ) throws(SimulationError) {
        let shots = result.bits.count
        let bits = UnsafeMutablePointer<BitString>.allocate(capacity: shots)
        bits.initialize(repeating: BitString(zeros: circuit.bitCount), count: shots)
        let variables = result.outputVariables
        let outputs = UnsafeMutablePointer<[ClassicalValue]>.allocate(capacity: shots)
        outputs.initialize(repeating: [], count: shots)
        let lost = UnsafeMutablePointer<Bool>.allocate(capacity: shots)
        lost.initialize(repeating: false, count: shots)
        defer {
            lost.deallocate()
            bits.deinitialize(count: shots)
            outputs.deinitialize(count: shots)
            bits.deallocate()
            outputs.deallocate()
        }
        try body { shot, environment in
            guard let environment else {
                lost[Int(shot)] = true
                return
            }
            bits[Int(shot)] = environment.bits
            if !variables.isEmpty { outputs[Int(shot)] = variables.map { environment.variables[$0.index] } }
        }
        result.bits = Array(UnsafeBufferPointer(start: bits, count: shots))
        if !variables.isEmpty { result.outputs = Array(UnsafeBufferPointer(start: outputs, count: shots)) }
        result.isLost = Array(UnsafeBufferPointer(start: lost, count: shots))
    }

    func workload(of program: Program, shots: Int) -> Workload {
        var gates = program.dynamic.count, channels = 0, stateDependent = 0
        var events = 0.0
        for segment in program.quantum {
            for step in segment {
                switch step {
                case .gate: gates += 1
                case .channel(let channel, _):
                    channels += 1
                    if !channel.isMixture { stateDependent += 1 }
                    events += channel.eventProbability
                case .event(let event): events += event.probability
                }
            }
        }
        return Workload(
            qubits: program.qubitCount, gates: gates, channels: channels,
            stateDependentChannels: stateDependent, expectedEvents: events, isInterrupted: true,
            isClifford: {
                guard program.dynamic.isEmpty else { return false }
                var recognizer = CliffordRecognizer()
                return program.quantum.allSatisfy { segment in
                    segment.allSatisfy {
                        if case .gate(let gate) = $0 { recognizer.steps(for: gate) != nil } else { true }
                    }
                }
            }, shots: shots,
            name: "a program of \(program.qubitCount) qubits whose course depends on outcomes")
    }

    func method(of program: Program, _ plan: PartPlan) -> SimulationMethod {
        SimulationMethod(
            engine: plan.engine, activeQubits: program.qubitCount, components: [program.qubitCount],
            realisations: plan.realisations,
            isTwirled: plan.engine == .stabilizer && program.quantum.contains { Component.needsTwirl($0) })
    }
}

extension Component {
    /// Whether a channel among the steps is no Pauli channel already.
    static func needsTwirl(_ steps: [Program.QuantumStep]) -> Bool {
        steps.contains {
            if case .channel(let channel, _) = $0 { channel.needsTwirl } else { false }
        }
    }

    var needsTwirl: Bool {
        steps.contains {
            if case .channel(let channel, _) = $0 { channel.needsTwirl } else { false }
        }
    }
}

extension NoiseChannel {
    /// Whether the channel differs from its Pauli twirl.
    var needsTwirl: Bool { if case .pauli = form { false } else { true } }
}
