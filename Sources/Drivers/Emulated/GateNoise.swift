import Circuits
import Hardware
import Simulators

/// The channels of a device's gates, sites and resets, from the calibration, made once each.
struct GateNoise {
    private let calibration: Calibration
    private let detuning: [Double]
    private let virtual: Set<StandardGate>
    private let operands: [[Qubit]]
    private var cache: [Key: Gate] = [:]
    private var limited: Set<String> = []

    private struct Key: Hashable {
        var gate: StandardGate
        var qubits: Operands
    }

    struct Gate {
        /// Nil where relaxation alone explains the published error, or the gate is virtual.
        var depolarizing: LocatedChannel?
        var duration: Double
        var isVirtual: Bool
    }

    init(_ description: DeviceDescription, _ truth: MachineTruth) {
        calibration = truth.figures
        detuning = truth.detuning
        virtual = Set(description.nativeGates.filter(\.isVirtual).map(\.gate))
        operands = (0..<calibration.sites.count).map { [Qubit($0)] }
    }

    /// Sorted.
    var relaxationLimited: [String] { limited.sorted() }

    mutating func noise(of gate: StandardGate, on qubits: Operands) -> Gate {
        let key = Key(gate: gate, qubits: qubits)
        if let known = cache[key] { return known }
        let result = solve(gate, qubits)
        cache[key] = result
        return result
    }

    private mutating func solve(_ gate: StandardGate, _ qubits: Operands) -> Gate {
        if gate == .gphase || virtual.contains(gate) { return Gate(depolarizing: nil, duration: 0, isVirtual: true) }
        guard let figures = calibration.figures(for: gate, on: qubits) else {
            preconditionFailure("\(gate.name) without figures passed the check")
        }
        let time = figures.duration.value
        let relaxation = qubits.compactMap { channel(relaxing: $0, for: time) }
        let solved = NoiseChannel.depolarizing(
            completing: relaxation, toAverageInfidelity: figures.error, qubits: qubits.count)
        if solved == nil && !relaxation.isEmpty {
            limited.insert("\(gate.name) on \(qubits.map { "\($0.index)" }.joined(separator: "-"))")
        }
        return Gate(
            depolarizing: solved.map { LocatedChannel($0, on: Array(qubits)) }, duration: time, isVirtual: false)
    }

    /// Relaxation of one site over a time in seconds; nil where the calibration gives neither T1 nor T2.
    func channel(relaxing qubit: Qubit, for time: Double) -> NoiseChannel? {
        let site = calibration.sites[qubit.index]
        guard time > 0, site.t1 != nil || site.t2 != nil else { return nil }
        return .relaxation(
            time: time, t1: site.t1?.value ?? .infinity, t2: site.effectiveT2?.value ?? .infinity)
    }

    /// Relaxation, and the phase that the site gathers because it is not driven at its true frequency.
    func relaxation(of qubit: Qubit, for time: Double) -> LocatedChannel? {
        let relaxation = channel(relaxing: qubit, for: time), shift = detuning[qubit.index]
        guard shift != 0, time > 0 else { return relaxation.map { LocatedChannel($0, on: operands[qubit.index]) } }
        // In the frame of the drive |1⟩ turns by exp(−2πi·δ·t); Z rotations commute with relaxation.
        let turn = StandardGate.rz.matrix([-2 * .pi * shift * time])
        let operators = (relaxation?.krausOperators ?? [Matrix(identity: 2)]).map { turn * $0 }
        return LocatedChannel(.kraus(operators), on: operands[qubit.index])
    }

    /// The chance that a reset leaves a one behind.
    func resetError(of qubit: Qubit) -> LocatedChannel? {
        guard let error = calibration.sites[qubit.index].resetError, error > 0 else { return nil }
        return LocatedChannel(.pauli([1 - error, error, 0, 0]), on: operands[qubit.index])
    }

    func readoutDuration(of qubit: Qubit) -> Double { calibration.sites[qubit.index].readout?.duration.value ?? 0 }

    func resetDuration(of qubit: Qubit) -> Double { calibration.sites[qubit.index].resetDuration?.value ?? 0 }
}
