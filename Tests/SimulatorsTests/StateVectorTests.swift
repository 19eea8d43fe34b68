import Circuits
import Testing

@testable import Simulators

/// Random things of circuits, from a seed.
struct RandomCircuits {
    var generator: Philox

    init(seed: UInt64) { generator = Philox(seed: seed) }

    mutating func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 }
    mutating func angle() -> Double { (uniform() * 2 - 1) * 2 * .pi }
    mutating func below(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }

    mutating func qubits(_ count: Int, of all: Int) -> [Int] {
        var places = Array(0..<all)
        for k in 0..<count { places.swapAt(k, k + below(all - k)) }
        return Array(places.prefix(count))
    }

    mutating func gate(in allowed: [StandardGate], qubitCount: Int) -> ElementaryGate {
        var gate = allowed[below(allowed.count)]
        while gate.qubitCount > qubitCount { gate = allowed[below(allowed.count)] }
        let parameters = (0..<gate.parameterCount).map { _ in angle() }
        return ElementaryGate(gate, parameters, targets: qubits(gate.qubitCount, of: qubitCount).map { Qubit($0) })
    }

    mutating func amplitudes(_ qubitCount: Int) -> [Complex] {
        var result = (0..<1 << qubitCount).map { _ in Complex(uniform() - 0.5, uniform() - 0.5) }
        let norm = result.reduce(0) { $0 + $1.norm }.squareRoot()
        for k in result.indices { result[k] = result[k] / norm }
        return result
    }

    mutating func circuit(_ allowed: [StandardGate], qubitCount: Int, gates: Int) -> Circuit {
        var circuit = Circuit(qubitCount: qubitCount)
        for _ in 0..<gates {
            let gate = gate(in: allowed, qubitCount: qubitCount)
            if case .standard(let standard, let parameters) = gate.kernel {
                circuit.append(standard, gate.targets.map(\.index), parameters)
            }
        }
        return circuit
    }
}

/// The gate applied by the definition: a sum over matrix elements for each basis state.
func reference(_ gate: ElementaryGate, on amplitudes: [Complex]) -> [Complex] {
    let matrix = gate.targetMatrix
    var result = [Complex](repeating: .zero, count: amplitudes.count)
    for (index, amplitude) in amplitudes.enumerated() {
        let active = zip(gate.controls, gate.controlValues).allSatisfy { (index >> $0.index & 1 == 1) == $1 }
        if !active {
            result[index] += amplitude
            continue
        }
        var column = 0
        for (k, target) in gate.targets.enumerated() { column |= (index >> target.index & 1) << k }
        for row in 0..<matrix.dimension {
            var image = index
            for (k, target) in gate.targets.enumerated() {
                image = image & ~(1 << target.index) | (row >> k & 1) << target.index
            }
            result[image] += matrix[row, column] * amplitude
        }
    }
    return result
}

func distance(_ a: [Complex], _ b: [Complex]) -> Double { zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } }

@Suite struct StateVectorTests {
    @Test(arguments: StandardGate.allCases)
    func everyGateMatchesItsMatrixEverywhere(_ gate: StandardGate) {
        var random = RandomCircuits(seed: UInt64(gate.rawValue))
        for qubitCount in max(1, gate.qubitCount)...7 {
            for _ in 0..<6 {
                let element = random.gate(in: [gate], qubitCount: qubitCount)
                let before = random.amplitudes(qubitCount)
                let state = StateVector(amplitudes: before)
                state.apply(element)
                #expect(distance(state.amplitudes, reference(element, on: before)) < 1e-14)
            }
        }
    }

    @Test func controlsOfAnyNumberAndValue() {
        var random = RandomCircuits(seed: 99)
        for gate in StandardGate.allCases where gate.qubitCount <= 2 {
            for controls in 1...4 {
                let places = random.qubits(gate.qubitCount + controls, of: 8).map { Qubit($0) }
                let base = ElementaryGate(
                    gate, (0..<gate.parameterCount).map { _ in random.angle() },
                    targets: Array(places.prefix(gate.qubitCount)))
                let element = base.controlled(
                    by: Array(places.dropFirst(gate.qubitCount)),
                    values: (0..<controls).map { _ in random.below(2) == 1 })
                let before = random.amplitudes(8)
                let state = StateVector(amplitudes: before)
                state.apply(element)
                #expect(distance(state.amplitudes, reference(element, on: before)) < 1e-14)
            }
        }
    }

    @Test(arguments: 1...5)
    func fusionChangesNothing(_ width: Int) throws {
        var random = RandomCircuits(seed: UInt64(width))
        for round in 0..<20 {
            let qubitCount = 1 + round % 8
            let gates = (0..<60).map { _ in random.gate(in: StandardGate.allCases, qubitCount: qubitCount) }
            let fused = GateFusion.fuse(gates, qubitCount: qubitCount, width: width)
            #expect(fused.count <= gates.count)
            let plain = StateVector(qubitCount: qubitCount), quick = StateVector(qubitCount: qubitCount)
            for gate in gates { plain.apply(gate) }
            for gate in fused { quick.apply(gate) }
            #expect(distance(plain.amplitudes, quick.amplitudes) < 1e-12)
        }
    }

    @Test func circuitsMatchTheirUnitaries() throws {
        var random = RandomCircuits(seed: 5)
        for round in 0..<40 {
            let qubitCount = 1 + round % 6
            let circuit = random.circuit(StandardGate.allCases, qubitCount: qubitCount, gates: 40)
            let unitary = try circuit.unitary()
            let program = try Program(circuit, noise: nil)
            let state = StateVector(qubitCount: qubitCount)
            // Qubits are renumbered in order of first use; undo it by touching all in order first.
            var ordered = Circuit(qubitCount: qubitCount)
            for qubit in 0..<qubitCount { ordered.append(.id, [qubit]) }
            ordered.body.append(contentsOf: circuit.body)
            let lowered = try Program(ordered, noise: nil)
            for segment in lowered.quantum {
                state.apply(try StateVector.prepare(segment, qubitCount: qubitCount))
            }
            #expect(program.qubitCount <= qubitCount)
            let expected = (0..<1 << qubitCount).map { unitary[$0, 0] }
            #expect(distance(state.amplitudes, expected) < 1e-12)
        }
    }

    @Test func threadsChangeNoBit() {
        var random = RandomCircuits(seed: 17)
        let gates = (0..<40).map { _ in random.gate(in: StandardGate.allCases, qubitCount: 16) }
        let states = (1...3).map { threads in
            let state = StateVector(qubitCount: 16, threads: threads)
            for gate in gates { state.apply(gate) }
            return state
        }
        for state in states.dropFirst() {
            #expect(state.amplitudes == states[0].amplitudes)
            #expect(state.probabilityOfOne(3).bitPattern == states[0].probabilityOfOne(3).bitPattern)
        }
    }

    @Test func collapseAndReducedStates() {
        var random = RandomCircuits(seed: 23)
        for qubit in 0..<5 {
            let state = StateVector(amplitudes: random.amplitudes(5))
            let one = state.probabilityOfOne(qubit)
            let reduced = state.reducedDensity([qubit])
            #expect(abs(reduced[1, 1].re - one) < 1e-14)
            state.collapse(qubit, to: true, probability: one)
            #expect(abs(state.norm - 1) < 1e-14)
            #expect(abs(state.probabilityOfOne(qubit) - 1) < 1e-14)
        }
    }

    @Test func expectationsMatchMatrices() {
        var random = RandomCircuits(seed: 29)
        for _ in 0..<40 {
            let amplitudes = random.amplitudes(4)
            var string = PauliString(identity: 4)
            for qubit in 0..<4 { string[qubit] = Pauli.allCases[random.below(4)] }
            if random.below(2) == 1 { string.phase = 2 }
            let matrix = string.matrix
            var expected = Complex.zero
            for r in 0..<16 {
                for c in 0..<16 { expected += amplitudes[r].conjugate * matrix[r, c] * amplitudes[c] }
            }
            let value = StateVector(amplitudes: amplitudes).expectation(of: string)
            #expect(abs(value - expected.re) < 1e-13)
            #expect(abs(expected.im) < 1e-13)
        }
    }
}
