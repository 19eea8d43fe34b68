import Circuits
import Hardware
import Mitigation

/// A job taken apart into the programs that a machine will run.
struct JobPlan: Sendable {
    /// One program on one machine.
    struct Program: Sendable {
        /// Which block, and which of its parameter sets.
        let pub: Int
        let parameterSet: Int
        /// For estimates: what the outcomes mean, and which of the block's observables are meant.
        let measurement: ObservableMeasurement?
        let observables: [Int]
        /// Bases chosen, inputs open: what programs that differ in their inputs alone have in common.
        let template: Circuit
        let inputs: [(name: String, value: InputValue)]
        /// The template with its inputs bound.
        let circuit: Circuit
        let shots: Int
        /// Of the machine's randomness.
        let seed: UInt64
    }

    var programs: [Program]

    /// - Parameter warmth: of the session, whose measurement bases are chosen already.
    /// - Throws: `KernelError` of kind `.program` where inputs, observables or shots do not fit.
    init(_ request: JobRequest, warmth: SessionWarmth? = nil) throws(KernelError) {
        programs = []
        switch request.workload {
        case .sample(let pubs):
            for (index, pub) in pubs.enumerated() { try add(pub, index, request) }
        case .estimate(let pubs):
            for (index, pub) in pubs.enumerated() { try add(pub, index, request, warmth) }
        }
        guard !programs.isEmpty else {
            throw KernelError(.program, code: "empty", "the job holds no program", cure: "submit at least one circuit")
        }
        for program in programs where program.shots < 1 {
            throw KernelError(
                .program, code: "shots", "\(program.shots) shots were asked for", cure: "ask for at least one")
        }
    }

    private mutating func add(_ pub: SamplerPUB, _ index: Int, _ request: JobRequest) throws(KernelError) {
        for set in 0..<pub.parameters.shape.count {
            let circuit = try Self.bind(pub.circuit, pub.parameters, set)
            guard circuit.bitCount > 0 || circuit.variables.contains(where: { $0.role == .output }) else {
                throw KernelError(
                    .program, code: "no-measurement",
                    "the program '\(circuit.name)' measures nothing, so there is nothing to sample",
                    cure: "measure into a bit register, or ask for an observable")
            }
            programs.append(
                Program(
                    pub: index, parameterSet: set, measurement: nil, observables: [], template: pub.circuit,
                    inputs: pub.parameters.values(at: set), circuit: circuit, shots: pub.shots ?? request.shots,
                    seed: Self.seed(request.seed, part: programs.count)))
        }
    }

    private mutating func add(
        _ pub: EstimatorPUB, _ index: Int, _ request: JobRequest, _ warmth: SessionWarmth?
    ) throws(KernelError) {
        for observable in pub.observables where observable.qubitCount != pub.circuit.qubitCount {
            throw KernelError(
                .program, code: "observable.width",
                "the observable \(observable) is on \(observable.qubitCount) qubits, the program has \(pub.circuit.qubitCount)"
            )
        }
        let pairs: [[Int]]
        do { pairs = try pub.observablesByParameterSet() } catch { throw KernelError(error) }
        for (set, chosen) in pairs.enumerated() {
            // Bases depend on the observables alone: inputs are bound afterwards.
            let observables = chosen.map { pub.observables[$0] }
            let measurements =
                warmth?.measurements(of: observables, after: pub.circuit)
                ?? ObservableMeasurement.plan(pub.circuit, observables: observables)
            for measurement in measurements {
                programs.append(
                    Program(
                        pub: index, parameterSet: set, measurement: measurement, observables: chosen,
                        template: measurement.circuit, inputs: pub.parameters.values(at: set),
                        circuit: try Self.bind(measurement.circuit, pub.parameters, set),
                        shots: pub.shots ?? request.shots, seed: Self.seed(request.seed, part: programs.count)))
            }
        }
    }

    private static func bind(
        _ circuit: Circuit, _ table: ParameterTable, _ set: Int
    ) throws(KernelError) -> Circuit {
        do { return try circuit.binding(table.values(at: set)) } catch { throw KernelError(error) }
    }

    /// An independent seed for each part (SplitMix64's output function).
    static func seed(_ seed: UInt64, part: Int) -> UInt64 {
        var z = seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(part + 1)
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension EstimatorPUB {
    /// The shape of the result.
    func resultShape() throws(ShapeError) -> Shape { try observableShape.broadcast(with: parameters.shape) }

    /// For each parameter set the observables it meets, ascending.
    func observablesByParameterSet() throws(ShapeError) -> [[Int]] {
        let shape = try resultShape()
        var sets = Array(repeating: Set<Int>(), count: parameters.shape.count)
        for element in 0..<shape.count {
            sets[parameters.shape.element(at: element, of: shape)].insert(
                observableShape.element(at: element, of: shape))
        }
        return sets.map { $0.sorted() }
    }
}
