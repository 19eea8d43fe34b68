import Circuits
import Hardware

extension Bench {
    /// Process tomography of native gates: each is run on products of states that span all operators and measured in three
    /// bases on each qubit. From the outcomes follows the mean fidelity with the gate that its name promises.
    func checkGates(_ finding: inout ConformanceSuite.Finding, sample: Int) async throws(DeviceError) {
        var looked: [String] = []
        let one = chosen(1, count: sample), two = chosen(2, count: sample)
        guard !one.isEmpty else { return finding.faults.append("no one-qubit gate can be looked at") }
        for native in one + two {
            let gate = native.gate
            let places: [Site]
            if gate.qubitCount == 1 {
                places = [sites[0]]
            } else {
                guard
                    let pair = couplings.first(where: {
                        calibration.figures(for: gate, on: [$0.first, $0.second]) != nil
                    })
                else { continue }
                places = [pair.first, pair.second]
            }
            let angles = Self.angles(for: native)
            let (fidelity, bound) = try await self.fidelity(of: gate, angles, on: places)
            let name =
                gate.name
                + (angles.isEmpty ? "" : "(\(angles.map { "\(($0 * 100).rounded() / 100)" }.joined(separator: ", ")))")
            let place = places.map { "\($0.index)" }.joined(separator: ", ")
            looked.append("\(name) on \(place): \(Self.percent(fidelity))")
            if fidelity < 1 - bound {
                finding.faults.append(
                    "\(name) on \(place) has a mean fidelity of \(Self.percent(fidelity)) with the gate of that name; "
                        + "at least \(Self.percent(1 - bound)) follows from the published figures")
            }
        }
        finding.detail = "tomography of " + looked.joined(separator: "; ")
    }

    /// Native gates of a width, evenly taken from the list; angles that tell operand from operand and sign from sign.
    private func chosen(_ width: Int, count: Int) -> [NativeGate] {
        let all = description.nativeGates.filter { $0.gate.qubitCount == width && $0.gate != .id }
        if all.count <= count { return all }
        return (0..<count).map { all[$0 * all.count / count] }
    }

    private static func angles(for native: NativeGate) -> [Double] {
        native.angleRanges.enumerated().map { k, range in
            let wanted = [0.7, 0.4, -0.3, 0.2][min(k, 3)]
            return range.map { min(max(wanted, $0.lowerBound), $0.upperBound) } ?? wanted
        }
    }

    /// Preparations by one-qubit gates from |0⟩: |0⟩, |+⟩, |+i⟩ and |1⟩. The first three do for each of two qubits: no
    /// two gates of the house agree on all nine products.
    private static let preparations: [[(gate: StandardGate, angle: Double?)]] = [
        [], [(.ry, .pi / 2)], [(.rx, -.pi / 2)], [(.x, nil)],
    ]
    /// Rotations that turn the basis X, Y or Z into Z.
    private static let bases: [[(gate: StandardGate, angle: Double?)]] = [[(.ry, -.pi / 2)], [(.rx, .pi / 2)], []]

    /// The mean fidelity of what the device makes of the preparations with what the gate makes of them, and how far it may
    /// stay below 1.
    ///
    /// The fidelity of one output with the pure state UρU† is Σ_P ⟨P⟩ideal⟨P⟩measured / d over all Pauli strings P.
    /// Barriers keep the gate from being merged with what surrounds it.
    private func fidelity(
        of gate: StandardGate, _ angles: [Double], on places: [Site]
    ) async throws(DeviceError) -> (fidelity: Double, bound: Double) {
        let width = gate.qubitCount, dimension = 1 << width
        let preparationCount = width == 1 ? 4 : 9, basisCount = width == 1 ? 3 : 9
        let shots = max(50, shots / 8)
        let unitary = gate.matrix(angles)
        var total = 0.0, worst = 0.0
        for preparation in 0..<preparationCount {
            let states = width == 1 ? [preparation] : [preparation % 3, preparation / 3]
            let state = Self.state(states)
            let ideal = PauliExpectations(unitary: unitary, on: state)
            var sum = 1.0
            var measured: [Int: (sum: Double, count: Int)] = [:]
            for basis in 0..<basisCount {
                let axes = width == 1 ? [basis] : [basis % 3, basis / 3]
                var circuit = Circuit(name: "tomography", qubitCount: width, bitCount: width)
                for (qubit, index) in states.enumerated() { Self.append(Self.preparations[index], qubit, &circuit) }
                circuit.barrier(Array(0..<width))
                circuit.append(gate, Array(0..<width), angles)
                circuit.barrier(Array(0..<width))
                for (qubit, axis) in axes.enumerated() { Self.append(Self.bases[axis], qubit, &circuit) }
                for qubit in 0..<width { circuit.measure(qubit, into: qubit) }
                let executable = try compiled(circuit, on: places)
                worst = max(worst, expectedError(of: executable))
                let result = try await device.run(executable, shots: shots, seed: seed &+ UInt64(basis), progress: nil)
                // Each subset of the qubits gives one Pauli string of this basis.
                for subset in 1..<dimension {
                    var string = 0
                    for qubit in 0..<width where subset >> qubit & 1 == 1 { string |= (axes[qubit] + 1) << (2 * qubit) }
                    var value = 0
                    for shot in result.shots {
                        var parity = false
                        for qubit in 0..<width where subset >> qubit & 1 == 1 { parity = parity != shot[qubit] }
                        value += parity ? -1 : 1
                    }
                    let mean = Double(value) / Double(max(1, result.shots.count))
                    let previous = measured[string, default: (0, 0)]
                    measured[string] = (previous.sum + mean, previous.count + 1)
                }
            }
            for (string, value) in measured { sum += ideal.value(of: string) * value.sum / Double(value.count) }
            total += sum / Double(dimension)
        }
        let experiments = Double(preparationCount * basisCount * shots)
        return (total / Double(preparationCount), min(0.3, worst) + 5 / experiments.squareRoot())
    }

    private static func append(
        _ gates: [(gate: StandardGate, angle: Double?)], _ qubit: Int, _ circuit: inout Circuit
    ) {
        for (gate, angle) in gates { circuit.append(gate, [qubit], angle.map { [$0] } ?? []) }
    }

    /// The product state of preparations, qubit 0 least significant.
    private static func state(_ indices: [Int]) -> [Complex] {
        var result: [Complex] = [.one]
        for index in indices {
            var single: [Complex] = [.one, .zero]
            for (gate, angle) in preparations[index] {
                let m = gate.matrix(angle.map { [$0] } ?? [])
                single = [m[0, 0] * single[0] + m[0, 1] * single[1], m[1, 0] * single[0] + m[1, 1] * single[1]]
            }
            result = single.flatMap { high in result.map { high * $0 } }
        }
        return result
    }
}

/// Expectation values of Pauli strings in a state; a string has two bits a qubit: 1 X, 2 Y, 3 Z.
struct PauliExpectations {
    private let state: [Complex]

    init(unitary: Matrix, on state: [Complex]) {
        self.state = state.indices.map { row in
            state.indices.reduce(Complex.zero) { $0 + unitary[row, $1] * state[$1] }
        }
    }

    func value(of string: Int) -> Double {
        var sum = Complex.zero
        for index in state.indices {
            var target = index, factor = Complex.one, rest = string, qubit = 0
            while rest > 0 {
                let bit = index >> qubit & 1
                switch rest & 3 {
                case 1: target ^= 1 << qubit
                case 2:
                    target ^= 1 << qubit
                    factor = factor * (bit == 0 ? .i : -.i)
                case 3: if bit == 1 { factor = -factor }
                default: break
                }
                rest >>= 2
                qubit += 1
            }
            sum = sum + state[target].conjugate * factor * state[index]
        }
        return sum.re
    }
}
