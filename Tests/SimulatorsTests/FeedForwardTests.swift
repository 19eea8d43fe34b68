import Circuits
import Simulators
import Testing

/// Counts of bit strings as text.
func counts(_ shots: SimulatedShots) -> [String: Int] {
    shots.bits.reduce(into: [:]) { $0[$1.description, default: 0] += 1 }
}

@Suite struct FeedForwardTests {
    @Test func bellPairsAgree() throws {
        var circuit = Circuit(qubitCount: 2)
        circuit.append(.h, [0])
        circuit.append(.cx, [0, 1])
        circuit.measureAll()
        let result = counts(try Simulation(circuit).run(shots: 10_000, seed: 7))
        #expect(Set(result.keys) == ["00", "11"])
        #expect(abs(result["00"]! - 5000) < 250)
    }

    @Test func teleportationCarriesAnyState() throws {
        for (index, angles) in [[0.3, 0.2, 0.1], [2.2, -1, 0.4], [.pi, 0, 0]].enumerated() {
            var circuit = Circuit(qubitCount: 3, bitCount: 3)
            circuit.append(.u, [0], angles)
            circuit.append(.h, [1])
            circuit.append(.cx, [1, 2])
            circuit.append(.cx, [0, 1])
            circuit.append(.h, [0])
            circuit.measure(0, into: 0)
            circuit.measure(1, into: 1)
            for (bit, gate) in [(1, StandardGate.x), (0, .z)] {
                var then = Block()
                then.append(gate, [Qubit(2)])
                circuit.body.append(
                    .branch(condition: .bit(ClassicalBit(bit)), then: then, otherwise: nil))
            }
            let inverse = StandardGate.u.inverse!
            circuit.append(inverse.gate, [2], inverse.parameters.map { $0(angles) })
            circuit.measure(2, into: 2)
            let result = try Simulation(circuit).run(shots: 4000, seed: UInt64(index))
            #expect(result.bits.allSatisfy { !$0[2] })
            #expect(Set(result.bits.map(\.description)).count == 4)
        }
    }

    @Test func repeatUntilSuccess() throws {
        // Flip a coin until it shows 0, and count the turns.
        var circuit = Circuit(qubitCount: 1, bitCount: 1)
        let turns = circuit.addVariable(Variable(name: "turns", type: .uint(16), role: .output))
        func flip(_ block: inout Block) {
            block.append(Instruction(.reset, [Qubit(0)]))
            block.append(.h, [Qubit(0)])
            block.append(Instruction(.measure(into: ClassicalBit(0)), [Qubit(0)]))
            let count = Expression(.variable(turns), type: .uint(16))
            block.append(
                Assignment(
                    target: .variable(turns),
                    value: Expression(.binary(.add, count, .literal(.uint(1, width: 16))), type: .uint(16))))
        }
        flip(&circuit.body)
        var again = Block()
        flip(&again)
        circuit.body.append(.while(condition: .bit(ClassicalBit(0)), body: again))
        let shots = 20_000
        let result = try Simulation(circuit).run(shots: shots, seed: 3)
        #expect(result.bits.allSatisfy { !$0[0] })
        var histogram = [Int](repeating: 0, count: 40)
        for output in result.outputs { histogram[Int(output[0].real)] += 1 }
        // A geometric distribution.
        var chi = 0.0
        for k in 1...8 {
            let expected = Double(shots) * Double(sign: .plus, exponent: -k, significand: 1)
            chi += (Double(histogram[k]) - expected) * (Double(histogram[k]) - expected) / expected
        }
        #expect(chi < 26)
    }

    @Test func endlessLoopsAreRefused() throws {
        var circuit = Circuit(qubitCount: 1, bitCount: 1)
        circuit.body.append(.while(condition: .bool(true), body: Block()))
        #expect { try Simulation(circuit).run(shots: 1, seed: 0) } throws: {
            ($0 as? SimulationError)?.code == .loopLimit
        }
    }
}
