import Circuits
import Simulators
import Testing

@testable import FleetSimulation

@Suite struct ProgramKindTests {
    private func distribution(_ circuit: Circuit) throws -> [(bits: BitString, probability: Double)] {
        var options = SimulationOptions()
        options.wantsProbabilities = true
        return try #require(try Simulation(circuit, options: options).run(shots: 1, seed: 1).probabilities)
    }

    @Test func statesAreWhatTheirNamesSay() throws {
        let ghz = try distribution(ProgramKind.ghz.circuit(qubits: 5, seed: 1)).filter { $0.probability > 1e-9 }
        #expect(ghz.map(\.bits.description) == ["00000", "11111"])
        #expect(ghz.allSatisfy { abs($0.probability - 0.5) < 1e-9 })
        let w = try distribution(ProgramKind.wState.circuit(qubits: 5, seed: 1)).filter { $0.probability > 1e-9 }
        #expect(w.count == 5 && w.allSatisfy { abs($0.probability - 0.2) < 1e-9 })
        #expect(w.allSatisfy { $0.bits.description.filter { $0 == "1" }.count == 1 })
    }

    @Test(arguments: [ProgramKind.bernsteinVazirani, .adder, .mirror, .fourier], [4, 7, 10])
    func someProgramsHaveOneOutcome(kind: ProgramKind, qubits: Int) throws {
        for seed in 1...4 {
            // The oracle's qubit of Bernstein–Vazirani comes back to one.
            let outcomes = try distribution(kind.circuit(qubits: qubits, seed: UInt64(seed))).filter {
                $0.probability > 1e-9
            }
            #expect(outcomes.count == 1, "\(kind) on \(qubits), seed \(seed): \(outcomes.count) outcomes")
        }
    }

    @Test func seedsMakeDifferentPrograms() {
        for kind in [ProgramKind.bernsteinVazirani, .ansatz, .mirror, .adder, .isingChain] {
            let circuits = Set((0..<8).map { kind.circuit(qubits: 8, seed: $0) })
            #expect(circuits.count > 1, "\(kind)")
            #expect(kind.circuit(qubits: 8, seed: 3) == kind.circuit(qubits: 8, seed: 3))
        }
    }
}
