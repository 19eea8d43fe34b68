import Circuits
import Compiler
import Hardware
import Testing

/// Clifford programs of 20 to 100 qubits, compared by stabilizer simulation.
@Suite struct StabilizerProofTests {
    static let programs = 40
    static let parts = 4

    @Test(arguments: ShippedDevices.ids, 0..<parts) func keepsStabilizers(device: String, part: Int) throws {
        let check = NativeCheck(ShippedDevices.machine(device))
        for seed in stride(from: part, to: Self.programs, by: Self.parts) {
            let qubits = 20 + 80 * seed / (Self.programs - 1)
            let source = CliffordProgram.random(qubits: qubits, count: 6 * qubits, seed: UInt64(3_000_000 + seed))
            let executable = try ShippedDevices.compile(
                source, for: device, effort: seed / Self.parts % 4 == 0 ? .standard : .fast, seed: seed)
            #expect(try check.fault(in: executable.circuit) == nil, "seed \(seed)")
            #expect(try ProofJudge(source, executable).stabilizerFault() == nil, "seed \(seed)")
        }
    }

    /// The stabilizer judge and the comparison of whole unitaries agree where both are possible.
    @Test func agreesWithUnitaries() throws {
        for seed in 0..<20 {
            let source = CliffordProgram.random(qubits: 5, count: 20, seed: UInt64(seed))
            let executable = try ShippedDevices.compile(source, for: "heron-133", effort: .fast, seed: seed)
            let body = executable.circuit.body
            for wrong in [executable] + ShippedDevices.misplaced(executable)
                + body.indices.suffix(6).map({ ShippedDevices.dropping($0, from: executable) })
            {
                let judge = ProofJudge(source, wrong)
                #expect(try (judge.unitaryFault() == nil) == (judge.stabilizerFault() == nil), "seed \(seed)")
            }
        }
    }

    /// A gate left out, and a layout with two entries exchanged, is noticed.
    @Test(arguments: ShippedDevices.ids) func noticesDamage(device: String) throws {
        let source = CliffordProgram.random(qubits: 40, count: 200, seed: 11)
        let executable = try ShippedDevices.compile(source, for: device, effort: .fast, seed: 1)
        #expect(try ProofJudge(source, executable).stabilizerFault() == nil)
        for wrong in ShippedDevices.misplaced(executable) {
            #expect(try ProofJudge(source, wrong).stabilizerFault() != nil)
        }
        let final = Set(executable.finalLayout.map(\.index))
        let positions = ShippedDevices.effectiveGates(executable.circuit).filter { position in
            executable.circuit.body.qubits(at: position).allSatisfy { final.contains($0.index) }
        }
        #expect(positions.count >= 20)
        for position in positions.suffix(20) {
            let wrong = ShippedDevices.dropping(position, from: executable)
            #expect(try ProofJudge(source, wrong).stabilizerFault() != nil, "gate \(position)")
        }
    }
}
