public import Circuits
import Compiler
import Drivers
public import Hardware
import Kernel
import Simulators

/// Executes programs on emulated machines and compares their outcomes with the ideal ones.
///
/// The figure is the Hellinger fidelity (Σ √(p·q))² between the outcomes and the exact distribution. Equal executions are
/// done once.
public actor FidelityMeter {
    private let shots: Int
    private var ideals: [String: [BitString: Double]] = [:]
    private var known: [Key: Double] = [:]

    private struct Key: Hashable {
        var circuit: String
        var calibration: String
        var sites: [Int]
        var truth: Double
    }

    public init(shots: Int = 2_000) { self.shots = shots }

    /// Compiles a program for some sites against a record and executes it on the machine as it truly is.
    ///
    /// - Parameter sites: all sites of the machine let the compiler choose.
    public func fidelity(
        of circuit: Circuit, on description: DeviceDescription, record: Calibration, truth: Calibration, sites: [Int],
        seed: UInt64
    ) async throws -> Double {
        let key = Key(
            circuit: circuit.name, calibration: record.id, sites: sites,
            truth: truth.sites.first?.t1?.value ?? 0)
        if let value = known[key] { return value }
        let executable = try Self.compile(circuit, description, record, sites, seed)
        let device = EmulatedDevice(DeviceFile(description: description, calibration: truth))
        let result = try await device.run(executable, shots: shots, seed: seed, progress: nil)
        let value = try await hellinger(result.shots, circuit)
        known[key] = value
        return value
    }

    /// Executes several programs side by side, each in its region.
    ///
    /// - Returns: the fidelity of each.
    public func packed(
        _ programs: [(circuit: Circuit, sites: [Int])], on description: DeviceDescription, record: Calibration,
        truth: Calibration, seed: UInt64
    ) async throws -> [Double] {
        let executables = try programs.map { try Self.compile($0.circuit, description, record, $0.sites, seed) }
        let packed = try PackedExecutable(executables, siteCount: description.siteCount)
        let device = EmulatedDevice(DeviceFile(description: description, calibration: truth))
        let result = try await device.run(packed.executable, shots: shots, seed: seed, progress: nil)
        var values: [Double] = []
        for (k, program) in programs.enumerated() {
            values.append(try await hellinger(packed.outcomes(of: k, in: result), program.circuit))
        }
        return values
    }

    static func compile(
        _ circuit: Circuit, _ description: DeviceDescription, _ record: Calibration, _ sites: [Int], _ seed: UInt64
    ) throws(CompilerError) -> Executable {
        var options = CompilerOptions(threads: 1)
        if sites.count < description.siteCount { options.allowedSites = sites.map { Site($0) } }
        return try Compilation(of: circuit, for: description, calibration: record, options: options, seed: seed)
            .executable
    }

    private func hellinger(_ outcomes: [BitString], _ circuit: Circuit) async throws -> Double {
        let ideal = try await distribution(of: circuit)
        var counts: [BitString: Int] = [:]
        for outcome in outcomes { counts[outcome, default: 0] += 1 }
        let total = Double(max(1, outcomes.count))
        let sum = counts.keys.sorted().reduce(0.0) { sum, bits in
            sum + ((ideal[bits] ?? 0) * Double(counts[bits] ?? 0) / total).squareRoot()
        }
        return sum * sum
    }

    private func distribution(of circuit: Circuit) async throws -> [BitString: Double] {
        if let known = ideals[circuit.name] { return known }
        let table = try Self.distribution(of: circuit)
        ideals[circuit.name] = table
        return table
    }

    /// Programs of a simulated fleet are gates and then measurements: one state tells what they give.
    private static func distribution(of circuit: Circuit) throws -> [BitString: Double] {
        let refusal = ScenarioError(
            "workload.programs", "the outcomes of \(circuit.name) cannot be computed exactly",
            cure: "ask for at most \(widest) qubits, or set fidelitySample to 0")
        guard circuit.qubitCount <= widest else { throw refusal }
        let state = StateVector(qubitCount: circuit.qubitCount)
        var readouts: [(qubit: Int, bit: Int)] = []
        for position in circuit.body.indices {
            let instruction = circuit.body[position]
            switch instruction.operation {
            case .gate(let gate) where readouts.isEmpty:
                let parameters = instruction.parameters.map { $0.constant ?? 0 }
                let gates = try circuit.expand(gate, parameters, on: Array(instruction.qubits))
                for gate in gates { state.apply(gate) }
            case .measure(let bit?): readouts.append((instruction.qubits[0].index, bit.index))
            case .barrier: continue
            default: throw refusal
            }
        }
        var table: [BitString: Double] = [:]
        for (index, probability) in state.probabilities.enumerated() where probability > 1e-15 {
            var bits = BitString(zeros: circuit.bitCount)
            for readout in readouts where index >> readout.qubit & 1 == 1 { bits[readout.bit] = true }
            table[bits, default: 0] += probability
        }
        return table
    }

    private static let widest = 26
}

extension FleetSimulator {
    /// Executes the sampled jobs. Call it when the run is over.
    public func fidelities(_ meter: FidelityMeter) async throws -> [(sample: FleetRecord.Sample, fidelity: Double)] {
        var result: [(sample: FleetRecord.Sample, fidelity: Double)] = []
        for sample in record.samples where sample.row >= 0 {
            let machine = machines[sample.device]
            let value = try await meter.fidelity(
                of: programs.entries[sample.program].circuit, on: machine.description,
                record: machine.record(version: sample.version),
                truth: machine.truth(version: sample.version, at: sample.time), sites: sample.sites,
                seed: UInt64(sample.row) &+ scenario.seed)
            result.append((sample, value))
        }
        return result
    }
}
