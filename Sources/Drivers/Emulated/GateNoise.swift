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
        var isGlobal: Bool
    }

    struct Gate {
        /// What is left of the error beside relaxation, leakage and loss; nil where they explain all of it, or the gate
        /// is virtual.
        var error: LocatedChannel?
        var departures: [Departure] = []
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

    /// - Parameter isGlobal: whether one pulse does the gate on all qubits of the program.
    mutating func noise(of gate: StandardGate, on qubits: Operands, isGlobal: Bool = false) -> Gate {
        let key = Key(gate: gate, qubits: qubits, isGlobal: isGlobal)
        if let known = cache[key] { return known }
        let result = solve(gate, qubits, isGlobal)
        cache[key] = result
        return result
    }

    func hasGlobal(_ gate: StandardGate) -> Bool { calibration.globals.contains { $0.gate == gate } }

    private mutating func solve(_ gate: StandardGate, _ qubits: Operands, _ isGlobal: Bool) -> Gate {
        if gate == .gphase || virtual.contains(gate) { return Gate(duration: 0, isVirtual: true) }
        let global = isGlobal ? calibration.globals.first { $0.gate == gate } : nil
        guard let figures = global ?? calibration.figures(for: gate, on: qubits) else {
            preconditionFailure("\(gate.name) without figures passed the check")
        }
        let time = figures.duration.value, faults = figures.faults
        let relaxation = qubits.compactMap { channel(relaxing: $0, for: time) }
        // A shot in which an operand leaves has failed; the published figure counts those among the others.
        let stays = qubits.reduce(1.0) { product, _ in product * (1 - faults.leakage) * (1 - faults.loss) }
        let infidelity = stays > 0 ? max(0, 1 - (1 - figures.error) / stays) : 0
        let solved =
            faults.paulis.isEmpty
            ? NoiseChannel.depolarizing(completing: relaxation, toAverageInfidelity: infidelity, qubits: qubits.count)
            : NoiseChannel.pauli(
                faults.paulis, completing: relaxation, toAverageInfidelity: infidelity, qubits: qubits.count)
        if solved == nil && !relaxation.isEmpty {
            limited.insert("\(gate.name) on \(qubits.map { "\($0.index)" }.joined(separator: "-"))")
        }
        var departures: [Departure] = []
        for qubit in qubits {
            if faults.leakage > 0 { departures.append(Departure(.leakage, of: qubit, probability: faults.leakage)) }
            if faults.loss > 0 { departures.append(Departure(.loss, of: qubit, probability: faults.loss)) }
        }
        if faults.success < 1, let first = qubits.first {
            departures.append(Departure(.failure, of: first, probability: 1 - faults.success))
        }
        return Gate(
            error: solved.map { LocatedChannel($0, on: Array(qubits)) }, departures: departures, duration: time,
            isVirtual: false)
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

    /// Pauli errors of one qubit with their probabilities; nil for none.
    func paulis(_ weights: PauliWeights?, on site: Site) -> LocatedChannel? {
        guard let weights, !weights.isEmpty else { return nil }
        var probabilities = [1 - weights.total, 0, 0, 0]
        for term in weights.terms { probabilities[PauliWeights.index(of: term.paulis)] += term.weight }
        return LocatedChannel(.pauli(probabilities), on: operands[site.index])
    }
}

extension NoiseChannel {
    /// The channel of these Pauli errors in their ratios that, after `relaxation` of each operand, gives a gate this
    /// average infidelity; nil where relaxation alone explains it all.
    ///
    /// With the Pauli twirl r of the relaxation and weights w that add up to one, errors of probability P leave the
    /// entanglement fidelity (1 − P)·r₀ + P·Σ wᵢrᵢ.
    static func pauli(
        _ weights: PauliWeights, completing relaxation: [NoiseChannel], toAverageInfidelity infidelity: Double,
        qubits: Int
    ) -> NoiseChannel? {
        let d = Double(1 << qubits)
        let wanted = ((d + 1) * (1 - infidelity) - 1) / d
        var twirl = [1.0]
        for k in 0..<qubits {
            let own = k < relaxation.count ? relaxation[k].pauliTwirl : [1, 0, 0, 0]
            twirl = own.flatMap { high in twirl.map { $0 * high } }
        }
        let shares = weights.terms.map { (PauliWeights.index(of: $0.paulis), $0.weight / weights.total) }
        let back = shares.reduce(0) { $0 + $1.1 * twirl[$1.0] }
        let probability = (twirl[0] - wanted) / (twirl[0] - back)
        guard probability > 0 else { return nil }
        var result = [Double](repeating: 0, count: 1 << (2 * qubits))
        for (index, share) in shares { result[index] += min(probability, 1) * share }
        result[0] += 1 - min(probability, 1)
        return .pauli(result)
    }
}
