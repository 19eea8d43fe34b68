import Circuits
import Mitigation
import Testing

@Suite struct ObservableMeasurementTests {
    /// A state that no symmetry makes easy.
    private var program: Circuit {
        var circuit = Circuit(qubitCount: 3)
        for (k, angle) in [0.3, 1.2, -0.7].enumerated() { circuit.append(.ry, [k], [angle]) }
        circuit.append(.cx, [0, 1])
        circuit.append(.rz, [1], [0.9])
        circuit.append(.cx, [1, 2])
        circuit.append(.rx, [2], [0.4])
        return circuit
    }

    /// Exact expectation through the planned measurements equals ⟨ψ|O|ψ⟩ from matrices.
    @Test func plannedMeasurementsGiveTheExpectation() throws {
        let observables = try ["XXI + 0.5*ZIZ - 2*IYY + 0.25", "ZZZ - YIX + 3*IIX", "1.5"].map {
            try Observable(parsing: $0, qubitCount: 3)
        }
        var withMeasurements = program
        withMeasurements.measureAll()
        for circuit in [program, withMeasurements] {
            let plan = ObservableMeasurement.plan(circuit, observables: observables)
            #expect(plan.count < 6)
            var values = [0.0, 0.0, 0.0]
            for part in plan {
                let probabilities = try outcomes(part)
                for (k, observable) in part.observables.enumerated() {
                    for term in observable.terms {
                        values[k] += probabilities.reduce(0) { sum, entry in
                            let odd = term.bits.reduce(false) { $0 != entry.bits[$1] }
                            return sum + (odd ? -1 : 1) * entry.probability * term.coefficient
                        }
                    }
                }
            }
            let state = try program.unitary().elements.indices.filter { $0 % 8 == 0 }.map {
                try program.unitary().elements[$0]
            }
            for (value, observable) in zip(values, observables) {
                var expected = Complex.zero
                let matrix = observable.matrix
                for r in 0..<8 { for c in 0..<8 { expected += state[r].conjugate * matrix[r, c] * state[c] } }
                #expect(abs(value - expected.re) < 1e-12)
            }
        }
    }

    /// Probabilities of the measured register, from the unitary of the gates.
    private func outcomes(_ part: ObservableMeasurement) throws -> [(bits: BitString, probability: Double)] {
        let measured = try #require(part.circuit.terminalMeasurements)
        var gates = part.circuit
        gates.body = Block()
        for position in part.circuit.body.indices {
            if case .measure = part.circuit.body.operation(at: position) { continue }
            gates.body.append(from: part.circuit.body, at: position)
        }
        let unitary = try gates.unitary()
        return (0..<8).map { index in
            var bits = BitString(zeros: part.bits.count)
            for measurement in measured where index >> measurement.qubit.index & 1 == 1 {
                bits[measurement.bit.index - part.bits.lowerBound] = true
            }
            return (bits, unitary[index, 0].norm)
        }
    }

    @Test func groupsAreFew() throws {
        let commuting = try Observable(parsing: "ZZI + IZZ + ZIZ + ZII + IZI", qubitCount: 3)
        #expect(ObservableMeasurement.plan(program, observables: [commuting]).count == 1)
        let pairs = try Observable(parsing: "XXI + XIX + IZZ + ZZI + IYI", qubitCount: 3)
        #expect(ObservableMeasurement.plan(program, observables: [pairs]).count == 3)
    }
}
