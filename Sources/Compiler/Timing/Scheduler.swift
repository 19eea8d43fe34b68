import Circuits
import Hardware

/// Gives every instruction of a placed circuit its start, in nested blocks too.
///
/// As soon as possible, instructions start when their sites are free, when the bits they read have arrived (the end of
/// the measurement plus the feedback latency), and on the machine's grid. As late as possible, gates before the last
/// instruction of each site then move towards what follows them, unless the machine limits what can happen at once. Where
/// carriers must meet for a gate, their way is part of the gate's duration. Times are seconds.
struct Scheduler {
    let target: Target
    let circuit: Circuit
    private let placeCount: Int
    private let concurrency: ConcurrencyRules

    init(_ circuit: Circuit, for target: Target) {
        self.target = target
        self.circuit = circuit
        concurrency = ConcurrencyRules(target.description)
        placeCount = circuit.bitCount + circuit.variables.count
    }

    func schedule(_ block: Block, _ policy: CompilerOptions.Scheduling) -> Schedule {
        var nested: [[Schedule]] = []
        for statement in block.controlFlow { nested.append(statement.blocks.map { self.schedule($0, policy) }) }
        let steps = steps(of: block, nested)
        var result = soonest(block, steps, nested)
        // Where gates wait for each other, moving one may push it into another's time.
        if policy == .alap, concurrency.isUnlimited { moveLate(block, steps, &result) }
        return result
    }

    /// The instructions of a block, whose statements have these schedules.
    func steps(of block: Block, _ nested: [[Schedule]]) -> [Step] {
        var itinerary = Itinerary(target.description)
        return block.indices.map { step(block, at: $0, nested, &itinerary) }
    }

    /// What the timing of one instruction depends on.
    struct Step {
        var duration = 0.0
        /// The part of the duration before the gate itself: carriers on their way.
        var transport = 0.0
        /// A gate that is not virtual, for machines that limit what can happen at once.
        var gate: StandardGate?
        var angles: [Double] = []
        /// Starts must be multiples of this many seconds; 0 for any.
        var grid = 0.0
        var reads: [Int] = []
        var writes: [Int] = []
        var isFence = false
        /// Whether the outcome has to travel: a measurement.
        var isMeasurement = false
        /// May not be moved later: its effect in time is the point of it.
        var isFixed = false
    }

    private func step(
        _ block: Block, at position: Int, _ nested: [[Schedule]], _ itinerary: inout Itinerary?
    ) -> Step {
        var step = Step()
        let timing = target.description.timing
        let dt = timing.dt.value
        let qubits = block.qubits(at: position)
        if ClassicalAccess.isPossible(block, at: position) {
            if case .measure(let bit?) = block.operation(at: position) {
                step.writes = [bit.index]
            } else {
                let access = ClassicalAccess.of(block, at: position, in: circuit)
                step.reads = access.reads.sorted()
                step.writes = access.writes.sorted()
            }
        }
        switch block.operation(at: position) {
        case .gate(.standard(let gate)):
            if qubits.count == 0 { break }
            if !target.isVirtual(gate) {
                if qubits.count == 2 {
                    let moves = itinerary?.bring(Site(qubits[0].index), Site(qubits[1].index))
                    step.transport = moves?.time.value ?? 0
                }
                step.duration = step.transport + figuresDuration(gate, qubits)
                step.gate = gate
                step.angles = block.parameters(at: position).map { $0.constant ?? .nan }
                step.grid = Double(timing.granularity) * dt
            }
        case .gate(.defined): break
        case .measure:
            step.duration = target.readoutDuration(of: qubits[0].index)
            step.grid = Double(max(timing.acquireAlignment, timing.granularity)) * dt
            step.isMeasurement = true
        case .reset:
            step.duration = target.resetDuration(of: qubits[0].index)
            step.grid = Double(timing.granularity) * dt
        case .barrier: break
        case .delay(let unit):
            let amount = block.parameters(at: position).first?.constant ?? 0
            step.duration = unit == .dt ? amount * dt : amount
            step.isFixed = true
        case .assign: break
        case .controlFlow(let place):
            step.duration = duration(of: block.controlFlow[place], nested[place])
            step.grid = Double(timing.granularity) * dt
            step.isFixed = true
        case .break, .continue, .end:
            step.isFence = true
            step.isFixed = true
        }
        if step.duration > 0, dt > 0 { step.duration = Self.up(step.duration, to: dt) }
        return step
    }

    private func figuresDuration(_ gate: StandardGate, _ qubits: Operands) -> Double {
        switch qubits.count {
        case 1: target.figures(for: gate, on: [Site(qubits[0].index)])?.duration.value ?? 0
        case 2: target.figures(for: gate, on: [Site(qubits[0].index), Site(qubits[1].index)])?.duration.value ?? 0
        default: target.figures(for: gate, on: qubits.map { Site($0.index) })?.duration.value ?? 0
        }
    }

    /// The longest alternative taken once; a box lasts at least as long as it was asked to.
    private func duration(of statement: ControlFlow, _ nested: [Schedule]) -> Double {
        var longest = nested.map(\.duration).max() ?? 0
        if case .box(let asked?, _) = statement {
            let amount = asked.value.constant ?? 0
            longest = max(longest, asked.unit == .dt ? amount * target.description.timing.dt.value : amount)
        }
        return longest
    }

    private func soonest(_ block: Block, _ steps: [Step], _ nested: [[Schedule]]) -> Schedule {
        var free = Array(repeating: 0.0, count: circuit.qubitCount)
        /// When a classical place can be read, and when it may be overwritten.
        var arrived = Array(repeating: 0.0, count: placeCount)
        var busy = arrived
        var starts: [Double] = []
        starts.reserveCapacity(block.count)
        var end = 0.0
        var fence = 0.0
        var traffic = concurrency.traffic
        let latency = target.description.timing.feedbackLatency.value
        for (position, step) in steps.enumerated() {
            let qubits = block.qubits(at: position)
            var start = fence
            for qubit in qubits { start = max(start, free[qubit.index]) }
            for place in step.reads { start = max(start, arrived[place]) }
            for place in step.writes where !step.isMeasurement { start = max(start, busy[place]) }
            if step.isFence {
                start = max(end, arrived.max() ?? 0)
                fence = start
            }
            if step.grid > 0 { start = Self.up(start, to: step.grid) }
            if step.gate != nil, !concurrency.isUnlimited {
                start = traffic.admit(step, on: qubits, notBefore: start, grid: step.grid)
            }
            let finish = start + step.duration
            starts.append(start)
            for qubit in qubits { free[qubit.index] = finish }
            for place in step.reads { busy[place] = max(busy[place], finish) }
            for place in step.writes {
                arrived[place] = finish + (step.isMeasurement ? latency : 0)
                busy[place] = max(busy[place], finish)
            }
            end = max(end, finish)
        }
        return Schedule(starts: starts, durations: steps.map(\.duration), duration: end, nested: nested)
    }

    /// Moves instructions towards those that follow them on their sites; the order on every site and the places of
    /// control flow, delays and jumps stay.
    private func moveLate(_ block: Block, _ steps: [Step], _ schedule: inout Schedule) {
        var limit = Array(repeating: schedule.duration, count: circuit.qubitCount)
        var placeLimit = Array(repeating: schedule.duration, count: placeCount)
        var fence = schedule.duration
        let latency = target.description.timing.feedbackLatency.value
        for position in block.indices.reversed() {
            let step = steps[position]
            let qubits = block.qubits(at: position)
            var latest = fence
            for qubit in qubits { latest = min(latest, limit[qubit.index]) }
            for place in step.writes { latest = min(latest, placeLimit[place] - (step.isMeasurement ? latency : 0)) }
            for place in step.reads { latest = min(latest, placeLimit[place]) }
            var start = schedule.starts[position]
            if !step.isFixed {
                var moved = latest - step.duration
                if step.grid > 0 { moved = Self.down(moved, to: step.grid) }
                start = max(start, moved)
                schedule.starts[position] = start
            }
            for qubit in qubits { limit[qubit.index] = min(limit[qubit.index], start) }
            for place in step.writes { placeLimit[place] = min(placeLimit[place], start) }
            for place in step.reads { placeLimit[place] = min(placeLimit[place], start) }
            if step.isFence { fence = start }
        }
    }

    /// The next multiple of `grid` at or after `time`; a millionth of a step counts as none.
    static func up(_ time: Double, to grid: Double) -> Double { (time / grid - 1e-6).rounded(.up) * grid }
    static func down(_ time: Double, to grid: Double) -> Double { (time / grid + 1e-6).rounded(.down) * grid }
}
