import Circuits

// Programs whose course is known: independent parts, joined shot by shot.
extension Simulation {
    func run(_ trace: Trace, shots: Int, source: RandomSource) throws(SimulationError) -> SimulatedShots {
        let components = trace.components()
        let plans = try plans(components, shots: shots)
        let record = OutcomeRecord(shots: shots, slots: trace.slotCount)
        var distributions: [[Double]]? = options.wantsProbabilities ? [] : nil
        for (index, component) in components.enumerated() {
            let plan = plans[index]
            try sample(component, plan, shots: shots, source: source.child(index), shared: source, into: record)
            if distributions != nil {
                if let distribution = try component.distribution(plan, memoryLimit: options.memoryLimit) {
                    distributions!.append(distribution)
                } else {
                    distributions = nil
                }
            }
        }
        var result = SimulatedShots(
            shots: shots, circuit: circuit,
            method: method(of: components, plans, activeQubits: trace.qubitCount))
        for shot in 0..<shots {
            if record.isLost(shot) { continue }
            result.record(UInt32(shot), try trace.environment(after: { record[shot, $0] }))
        }
        if components.contains(where: \.mayLose) {
            result.isLost = (0..<shots).map { record.isLost($0) }
            result.dropLostShots()
        }
        if let distributions { result.probabilities = try trace.distribution(components, distributions) }
        return result
    }

    func plans(_ components: [Component], shots: Int) throws(SimulationError) -> [PartPlan] {
        var plans: [PartPlan] = []
        for component in components { plans.append(try workload(of: component, shots: shots).plan(options)) }
        return plans
    }

    private func workload(of component: Component, shots: Int) -> Workload {
        Workload(
            qubits: component.qubitCount, gates: component.gateCount, channels: component.channelCount,
            stateDependentChannels: component.stateDependentCount, expectedEvents: component.expectedEvents,
            isInterrupted: component.isInterrupted,
            isClifford: { component.isClifford }, shots: shots,
            name: "a program with \(component.qubitCount) interacting qubits")
    }

    private func sample(
        _ component: Component, _ plan: PartPlan, shots: Int, source: RandomSource, shared: RandomSource,
        into record: OutcomeRecord
    ) throws(SimulationError) {
        if plan.engine == .stabilizer {
            guard let sampler = FrameSampler(component) else {
                throw SimulationError(.unsupported, "a gate is no Clifford gate")
            }
            return try sample(sampler, component, shots: shots, source: source, shared: shared, into: record)
        }
        let start = Environment(bits: BitString(zeros: component.slots.count))
        try execute(
            component.program, start: start, shots: shots, source: source, shared: shared, plan: plan
        ) { shot, environment in
            guard let environment else { return record.lose(Int(shot)) }
            for (local, slot) in component.slots.enumerated() where environment.bits[local] {
                record.set(Int(shot), slot)
            }
        }
    }

    private func sample(
        _ sampler: FrameSampler, _ component: Component, shots: Int, source: RandomSource, shared: RandomSource,
        into record: OutcomeRecord
    ) throws(SimulationError) {
        let batches = (shots + FrameSampler.batch - 1) / FrameSampler.batch
        let watch = options.watch
        Parallel.each(batches, threads: options.threads) { batch in
            if watch.isCancelled() { return }
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, 8 * sampler.slotCount)) { slots in
                let lost = sampler.sample(batch: batch, source: source, shared: shared, into: slots.baseAddress!)
                let first = batch * FrameSampler.batch
                for word in 0..<8 {
                    var bits = lost[word]
                    while bits != 0 {
                        let shot = first + word << 6 + bits.trailingZeroBitCount
                        if shot < shots { record.lose(shot) }
                        bits &= bits - 1
                    }
                }
                for (local, slot) in component.slots.enumerated() {
                    for word in 0..<8 {
                        var bits = slots[8 * local + word]
                        while bits != 0 {
                            let shot = first + word << 6 + bits.trailingZeroBitCount
                            if shot < shots { record.set(shot, slot) }
                            bits &= bits - 1
                        }
                    }
                }
            }
        }
        if watch.isCancelled() { throw SimulationError(.cancelled, "the simulation was cancelled") }
    }

    func method(of components: [Component], _ plans: [PartPlan], activeQubits: Int) -> SimulationMethod {
        // The widest part names the method; exactness is that of the worst.
        let widest = components.indices.max { components[$0].qubitCount < components[$1].qubitCount }
        return SimulationMethod(
            engine: widest.map { plans[$0].engine } ?? .stateVector, activeQubits: activeQubits,
            components: components.map(\.qubitCount).sorted(by: >),
            realisations: plans.compactMap(\.realisations).min(),
            isTwirled: components.indices.contains { plans[$0].engine == .stabilizer && components[$0].needsTwirl },
            isCoupled: components.contains(where: \.isCoupled))
    }
}

/// Outcomes by shot and slot; threads may set bits of different shots at once.
final class OutcomeRecord: @unchecked Sendable {
    private let words: Int
    private let storage: UnsafeMutableBufferPointer<UInt64>
    private let lost: UnsafeMutableBufferPointer<Bool>

    init(shots: Int, slots: Int) {
        words = (slots + 63) / 64
        storage = .allocate(capacity: max(1, shots * words))
        storage.initialize(repeating: 0)
        lost = .allocate(capacity: max(1, shots))
        lost.initialize(repeating: false)
    }

    deinit {
        storage.deallocate()
        lost.deallocate()
    }

    /// Says that the shot has no result.
    func lose(_ shot: Int) { lost[shot] = true }
    func isLost(_ shot: Int) -> Bool { lost[shot] }

    @inline(__always)
    func set(_ shot: Int, _ slot: Int) { storage[shot * words + slot >> 6] |= 1 << UInt64(slot & 63) }

    @inline(__always)
    subscript(shot: Int, slot: Int) -> Bool { storage[shot * words + slot >> 6] >> UInt64(slot & 63) & 1 == 1 }
}

extension Trace {
    /// The classical state at the end, given the outcomes.
    func environment(after outcome: (_ slot: Int) -> Bool) throws(SimulationError) -> Environment {
        var result = environment
        for step in replay {
            switch step {
            case .store(let slot, let bit): result.bits[bit] = outcome(slot)
            case .assign(let assignment, let location):
                do { try result.apply(assignment) } catch { throw SimulationError(error, location: location) }
            }
        }
        return result
    }

    /// The exact distribution of the classical bits from those of the parts; nil where it has too many outcomes.
    func distribution(
        _ components: [Component], _ parts: [[Double]]
    ) throws(SimulationError) -> [(bits: BitString, probability: Double)]? {
        var outcomes: [(slots: [Bool], probability: Double)] = [(Array(repeating: false, count: slotCount), 1)]
        for (component, part) in zip(components, parts) {
            let possible = part.indices.filter { part[$0] > 1e-14 }
            guard outcomes.count * possible.count <= 1 << 18 else { return nil }
            var next: [(slots: [Bool], probability: Double)] = []
            next.reserveCapacity(outcomes.count * possible.count)
            for outcome in outcomes {
                for index in possible {
                    var slots = outcome.slots
                    for (local, slot) in component.slots.enumerated() { slots[slot] = index >> local & 1 == 1 }
                    next.append((slots, outcome.probability * part[index]))
                }
            }
            outcomes = next
        }
        var merged: [BitString: Double] = [:]
        for outcome in outcomes {
            let environment = try environment(after: { outcome.slots[$0] })
            merged[environment.bits, default: 0] += outcome.probability
        }
        return merged.map { (bits: $0.key, probability: $0.value) }.sorted { $0.bits < $1.bits }
    }
}

extension Component {
    var isClifford: Bool {
        var recognizer = CliffordRecognizer()
        return steps.allSatisfy {
            if case .gate(let gate) = $0 { recognizer.steps(for: gate) != nil } else { true }
        }
    }

    /// The exact distribution over the slots, where one state holds it and it has at most 2¹⁸ outcomes.
    func distribution(_ plan: PartPlan, memoryLimit: Int) throws(SimulationError) -> [Double]? {
        guard !isInterrupted, !mayLose, !isCoupled, slots.count <= 18, slots.count <= qubitCount else { return nil }
        var quantum: [Program.QuantumStep] = []
        var readouts: [(qubit: Int, slot: Int, confusion: ReadoutConfusion?)] = []
        for step in steps {
            switch step {
            case .gate(let gate): quantum.append(.gate(gate))
            case .channel(let channel, let qubits): quantum.append(.channel(channel, qubits))
            case .measure(let qubit, let slot, let confusion): readouts.append((qubit, slot, confusion))
            case .reset, .event: return nil
            }
        }
        let probabilities: [Double]
        switch (channelCount > 0, plan.engine) {
        case (false, .stateVector), (false, .stabilizer), (false, .trajectories):
            guard qubitCount <= 26 else { return nil }
            let state = StateVector(qubitCount: qubitCount, threads: plan.stateThreads)
            state.apply(try StateVector.prepare(quantum, qubitCount: qubitCount))
            probabilities = state.probabilities
        case (_, .densityMatrix):
            let state = DensityMatrix(qubitCount: qubitCount, threads: plan.stateThreads)
            state.apply(try DensityMatrix.prepare(quantum, qubitCount: qubitCount))
            probabilities = state.probabilities
        default: return nil
        }
        var result = [Double](repeating: 0, count: 1 << slots.count)
        for (state, probability) in probabilities.enumerated() where probability != 0 {
            var index = 0
            for readout in readouts { index |= (state >> readout.qubit & 1) << readout.slot }
            result[index] += probability
        }
        for readout in readouts {
            guard let confusion = readout.confusion else { continue }
            let bit = 1 << readout.slot
            for zero in result.indices where zero & bit == 0 {
                let (p, q) = (result[zero], result[zero | bit])
                result[zero] = (1 - confusion.oneGivenZero) * p + confusion.zeroGivenOne * q
                result[zero | bit] = confusion.oneGivenZero * p + (1 - confusion.zeroGivenOne) * q
            }
        }
        return result
    }
}
