import Circuits
import Compiler
import Hardware
import Testing

/// A few programs for each machine of every kind: ions, atoms, photons, square grids with phased rotations. The long proof
/// is that of the devices in `UnitaryProofTests`; here each native gate set and connectivity has its turn.
@Suite struct MachineProofTests {
    @Test(arguments: ShippedDevices.machines) func keepsUnitaries(device: String) throws {
        let check = NativeCheck(ShippedDevices.machine(device))
        for seed in 0..<24 {
            let source = UnitaryProofTests.program(seed * 83)
            guard source.qubitCount <= 5 else { continue }
            let executable = try ShippedDevices.compile(
                source, for: device, effort: seed % 6 == 0 ? .standard : .fast, seed: seed)
            #expect(try check.fault(in: executable.circuit) == nil, "seed \(seed)")
            let judge = ProofJudge(source, executable)
            let fault =
                try judge.sites.count <= 8 ? judge.unitaryFault() : judge.stateFault(seed: UInt64(seed))
            #expect(fault == nil, "seed \(seed)")
        }
    }

    @Test(arguments: ShippedDevices.machines) func keepsStabilizers(device: String) throws {
        let machine = ShippedDevices.machine(device)
        let check = NativeCheck(machine), live = machine.calibration.sites.count { $0.isOperational }
        for seed in 0..<2 {
            let qubits = min(live, 20 + 10 * seed)
            let source = CliffordProgram.random(qubits: qubits, count: 5 * qubits, seed: UInt64(4_000_000 + seed))
            let executable = try ShippedDevices.compile(source, for: device, effort: .fast, seed: seed)
            #expect(try check.fault(in: executable.circuit) == nil, "seed \(seed)")
            #expect(try ProofJudge(source, executable).stabilizerFault() == nil, "seed \(seed)")
        }
    }

    /// Where any two sites meet, no swap is ever needed: a program with one CX takes one entangler.
    @Test(arguments: ["racetrack-32", "ion-chain-20", "atoms-48", "photons-16"]) func needsNoSwaps(device: String)
        throws
    {
        var source = Circuit(qubitCount: 12)
        for a in 0..<12 { for b in a + 1..<12 { source.append(.cx, [a, b]) } }
        let executable = try ShippedDevices.compile(source, for: device, effort: .fast, seed: 1)
        #expect(executable.circuit.body.count { $0.qubits.count == 2 } <= 66)
        #expect(executable.initialLayout == executable.finalLayout)
    }
}
