public import Circuits

/// A program to be run on simulated qubits, with or without noise.
///
/// Where the program's course does not depend on outcomes it is written out and falls into independent parts, each
/// simulated in its own way; otherwise it is interpreted, and shots share a run until their outcomes differ.
public struct Simulation: Sendable {
    public var circuit: Circuit
    /// Where classical values start: inputs are set here.
    public var environment: Environment
    public var noise: (any NoiseModel)?
    public var options: SimulationOptions

    public init(
        _ circuit: Circuit, environment: Environment? = nil, noise: (any NoiseModel)? = nil,
        options: SimulationOptions = SimulationOptions()
    ) {
        self.circuit = circuit
        self.environment = environment ?? Environment(of: circuit)
        self.noise = noise
        self.options = options
    }

    /// Runs the program.
    ///
    /// - Parameters:
    ///   - shots: 1 to 2³² − 1.
    ///   - seed: equal seeds give equal results, on any number of threads.
    /// - Throws: `SimulationError` with the figures: what is missing in memory or time, which loop does not end.
    public func run(shots: Int, seed: UInt64) throws(SimulationError) -> SimulatedShots {
        precondition(shots >= 0 && shots < Int(UInt32.max), "\(shots) shots")
        let program = try Program(circuit, noise: noise)
        let source = RandomSource(seed: seed)
        let trace = try Trace(program, circuit: circuit, environment: environment, loopLimit: options.loopLimit)
        if let trace { return try run(trace, shots: shots, source: source) }
        return try interpret(program, shots: shots, source: source)
    }

    /// The method that `run` would use, and what it is estimated to cost.
    ///
    /// - Throws: `SimulationError` as `run` would before it starts.
    public func estimate(
        shots: Int
    ) throws(SimulationError) -> (method: SimulationMethod, seconds: Double, bytes: Int) {
        let program = try Program(circuit, noise: noise)
        let trace = try Trace(program, circuit: circuit, environment: environment, loopLimit: options.loopLimit)
        guard let trace else {
            let plan = try workload(of: program, shots: shots).plan(options)
            return (method(of: program, plan), plan.seconds, plan.bytes)
        }
        let components = trace.components()
        let plans = try self.plans(components, shots: shots)
        return (
            method(of: components, plans, activeQubits: program.qubitCount), plans.reduce(0) { $0 + $1.seconds },
            plans.reduce(0) { max($0, $1.bytes) }
        )
    }

    /// Runs a program on one kind of engine.
    func execute<E: Engine>(
        _ program: Program, start: Environment, shots: Int, source: RandomSource, shared: RandomSource, plan: PartPlan,
        state: (_ threads: Int) -> E, finish: (UInt32, Environment?) -> Void
    ) throws(SimulationError) {
        var interpreter = try Interpreter<E>(
            program, circuit: circuit, start: start, source: source, shared: shared, loopLimit: options.loopLimit)
        if let realisations = plan.realisations {
            interpreter.shotsPerRealisation = max(1, (shots + realisations - 1) / realisations)
        }
        // Without sharing, each realisation starts when the one before has come to its end.
        let size = plan.sharesRuns ? max(1, shots) : interpreter.shotsPerRealisation
        let starts = stride(from: 0, to: max(1, shots), by: size).map { UInt32($0)..<UInt32(min($0 + size, shots)) }
        let threads = plan.stateThreads
        try withoutActuallyEscaping(state) { (state) throws(SimulationError) in
            try RunQueue(interpreter, starts: starts, shots: shots, state: { state(threads) }).drain(
                threads: plan.runThreads, watch: options.watch, finish: finish)
        }
    }

    /// Runs a program on the engine of a plan.
    func execute(
        _ program: Program, start: Environment, shots: Int, source: RandomSource, shared: RandomSource, plan: PartPlan,
        finish: (UInt32, Environment?) -> Void
    ) throws(SimulationError) {
        let qubits = program.qubitCount
        switch plan.engine {
        case .stateVector, .trajectories:
            try execute(
                program, start: start, shots: shots, source: source, shared: shared, plan: plan,
                state: { StateVector(qubitCount: qubits, threads: $0) }, finish: finish)
        case .densityMatrix:
            try execute(
                program, start: start, shots: shots, source: source, shared: shared, plan: plan,
                state: { DensityMatrix(qubitCount: qubits, threads: $0) }, finish: finish)
        case .stabilizer:
            try execute(
                program, start: start, shots: shots, source: source, shared: shared, plan: plan,
                state: { _ in StabilizerTableau(qubitCount: qubits) }, finish: finish)
        }
    }
}
