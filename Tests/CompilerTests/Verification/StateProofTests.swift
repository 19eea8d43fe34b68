import Circuits
import Compiler
import Hardware
import Testing

/// Programs of 6 to 16 qubits that take 9 to 16 sites, as many of each width, compared by five random input states each.
@Suite struct StateProofTests {
    static let widths = 9...16
    static let programsOfEachWidth = 8
    static let parts = 4

    /// On a device without couplings a program takes as many sites as it has qubits.
    static func program(_ seed: Int, isCoupled: Bool) -> Circuit {
        let qubits = isCoupled ? 6 + seed % 11 : widths.lowerBound + seed % widths.count
        return ProgramGenerator.gates(
            qubits: qubits, count: 2 * qubits, seed: UInt64(2_000_000 + seed),
            families: [.standard, .pair, .pair, .defined, .modified])
    }

    @Test(arguments: ShippedDevices.ids, 0..<parts) func keepsStates(device: String, part: Int) throws {
        let check = NativeCheck(ShippedDevices.machine(device))
        let quota = Self.programsOfEachWidth / Self.parts
        var compared = Dictionary(uniqueKeysWithValues: Self.widths.map { ($0, 0) })
        var seed = part
        while compared.values.contains(where: { $0 < quota }) && seed < 2_000 {
            // Widths and parts have no common rhythm, or a part would see only some widths.
            defer { seed += Self.parts + 1 }
            let source = Self.program(seed, isCoupled: device != "ideal")
            let executable = try ShippedDevices.compile(
                source, for: device, effort: seed % 4 == 0 ? .standard : .fast, seed: seed)
            let judge = ProofJudge(source, executable)
            guard let seen = compared[judge.sites.count], seen < quota else { continue }
            compared[judge.sites.count] = seen + 1
            #expect(try check.fault(in: executable.circuit) == nil, "seed \(seed)")
            #expect(try judge.stateFault(seed: UInt64(seed)) == nil, "seed \(seed)")
        }
        for width in Self.widths { #expect(compared[width] == quota, "\(width) sites") }
    }

    /// A gate left out, and a layout with two entries exchanged, is noticed.
    @Test(arguments: ShippedDevices.ids) func noticesDamage(device: String) throws {
        let source = ProgramGenerator.gates(qubits: 10, count: 14, seed: 3, families: [.standard, .pair])
        let executable = try ShippedDevices.compile(source, for: device, effort: .fast, seed: 1)
        #expect(try ProofJudge(source, executable).stateFault(seed: 1) == nil)
        for wrong in ShippedDevices.misplaced(executable) {
            #expect(try ProofJudge(source, wrong).stateFault(seed: 1) != nil)
        }
        // The last gate on a site of the program has no |0⟩ to do nothing to.
        let final = Set(executable.finalLayout.map(\.index))
        let positions = ShippedDevices.effectiveGates(executable.circuit).filter { position in
            executable.circuit.body.qubits(at: position).allSatisfy { final.contains($0.index) }
        }
        #expect(positions.count >= 5)
        for position in positions.suffix(5) {
            let wrong = ShippedDevices.dropping(position, from: executable)
            #expect(try ProofJudge(source, wrong).stateFault(seed: 1) != nil, "gate \(position)")
        }
    }
}
