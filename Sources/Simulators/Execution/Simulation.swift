public import Circuits

/// A program to be run on simulated qubits, with or without noise.
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
        let program = try Program(circuit, noise: noise)
        var result = SimulatedShots(
            shots: shots, circuit: circuit,
            method: SimulationMethod(
                engine: .stateVector, activeQubits: program.qubitCount, components: [program.qubitCount]))
        try execute(
            program, on: StateVector.self, shots: shots, source: RandomSource(seed: seed), realisations: nil,
            state: { StateVector(qubitCount: program.qubitCount, threads: $0) },
            finish: { result.record($0, $1) })
        return result
    }

    private func execute<E: Engine>(
        _ program: Program, on engine: E.Type, shots: Int, source: RandomSource, realisations: Int?,
        state: (_ threads: Int) -> E, finish: (UInt32, Environment) -> Void
    ) throws(SimulationError) {
        let interpreter = try Interpreter<E>(
            program, circuit: circuit, start: environment, source: source, loopLimit: options.loopLimit)
        let run = interpreter.begin(shots: 0..<UInt32(shots), state: state(1))
        try RunQueue(interpreter, runs: [run], shots: shots).drain(
            threads: 1, watch: options.watch, finish: finish)
    }
}

/// What a simulation gives back.
public struct SimulatedShots: Sendable {
    /// All classical bits of the program at its end, shot by shot.
    public var bits: [BitString]
    /// The values of the output variables, in order of declaration, shot by shot; empty without such variables.
    public var outputs: [[ClassicalValue]]
    /// Variables that `outputs` lists.
    public var outputVariables: [VariableID]
    public var method: SimulationMethod
    /// The exact distribution of all bits in ascending order, if it was asked for and could be had.
    public var probabilities: [(bits: BitString, probability: Double)]?

    init(shots: Int, circuit: Circuit, method: SimulationMethod) {
        bits = Array(repeating: BitString(zeros: circuit.bitCount), count: shots)
        outputVariables = circuit.variables.indices.filter { circuit.variables[$0].role == .output }.map {
            VariableID($0)
        }
        outputs = outputVariables.isEmpty ? [] : Array(repeating: [], count: shots)
        self.method = method
    }

    mutating func record(_ shot: UInt32, _ environment: Environment) {
        bits[Int(shot)] = environment.bits
        if !outputVariables.isEmpty {
            outputs[Int(shot)] = outputVariables.map { environment.variables[$0.index] }
        }
    }
}
