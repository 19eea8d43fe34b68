import Circuits
import Compiler
import Hardware
import Testing

/// 2,000 programs for each shipped device, compared as unitaries.
@Suite struct UnitaryProofTests {
    static let programs = 2_000
    static let parts = 8

    /// Mostly 1 to 5 qubits, one in forty 6 to 8. The standard gates take turns as the last gate, bare or modified, so
    /// that the wide ones, which fit into few programs, come often enough.
    static func program(_ seed: Int) -> Circuit {
        let gates = StandardGate.allCases
        let (turn, gate) = (seed / gates.count, gates[seed % gates.count])
        let qubits = seed % 40 == 39 ? 6 + seed / 40 % 3 : max(1 + seed % 5, gate.qubitCount)
        let families: [ProgramGenerator.Family] =
            qubits == 1
            ? [.standard, .modified, .modifiedStandard]
            : [.standard, .standard, .pair, .defined, .modified, .modifiedStandard, .barrier]
        var circuit = ProgramGenerator.gates(
            qubits: qubits, count: qubits > 5 ? 6 : 4 + seed % 11, seed: UInt64(1_000_000 + seed), families: families)
        var generator = TestGenerator(UInt64(seed))
        var last = Gate.standard(gate)
        var width = gate.qubitCount
        if turn % 3 == 0, width > 0 || qubits > 1 {
            var modifiers = [[GateModifier.inverse], [.power(0.3)], [.inverse, .power(2)], [.power(-0.5)]][turn / 3 % 4]
            if width < qubits {
                modifiers.append(.control([turn / 3 % 2 == 0]))
                width += 1
            }
            let names = (0..<gate.parameterCount).map { "p\($0)" }
            last = circuit.addGate(
                GateDefinition(
                    name: "last", qubitCount: width, parameterNames: names,
                    implementation: .modified(base: last, modifiers: modifiers)))
        }
        circuit.append(
            last, generator.distinct(width, below: qubits),
            (0..<gate.parameterCount).map { _ in Parameter(generator.angle()) })
        return circuit
    }

    @Test(arguments: ShippedDevices.ids, 0..<parts) func keepsUnitaries(device: String, part: Int) throws {
        let check = NativeCheck(ShippedDevices.machine(device))
        var byUnitary = 0
        for seed in stride(from: part, to: Self.programs, by: Self.parts) {
            let source = Self.program(seed)
            let executable = try ShippedDevices.compile(
                source, for: device, effort: seed / Self.parts % 5 == 0 ? .standard : .fast, seed: seed)
            let judge = ProofJudge(source, executable)
            var fault = try check.fault(in: executable.circuit)
            // Routing may lead a program of 8 qubits over a ninth site.
            if judge.sites.count <= 8 {
                byUnitary += 1
                fault = try fault ?? judge.unitaryFault()
            } else {
                fault = try fault ?? judge.stateFault(seed: UInt64(seed))
            }
            #expect(fault == nil, "seed \(seed)")
        }
        #expect(byUnitary >= Self.programs / Self.parts * 97 / 100)
    }

    /// The programs hold every standard gate, bare and modified, and every modifier.
    @Test func coversTheLanguage() {
        var bare: [StandardGate: Int] = [:], modified: [StandardGate: Int] = [:]
        var positive = 0, negative = 0, inverses = 0, whole = 0, fractional = 0
        for seed in 0..<Self.programs {
            let source = Self.program(seed)
            for instruction in source.body {
                guard case .gate(let gate) = instruction.operation else { continue }
                if let standard = gate.standard { bare[standard, default: 0] += 1 }
                guard case .modified(let base, let modifiers)? = source.definition(of: gate)?.implementation else {
                    continue
                }
                if let standard = base.standard, !modifiers.isEmpty { modified[standard, default: 0] += 1 }
                for modifier in modifiers {
                    switch modifier {
                    case .control(let values): if values[0] { positive += 1 } else { negative += 1 }
                    case .inverse: inverses += 1
                    case .power(let exponent): if exponent.rounded() == exponent { whole += 1 } else { fractional += 1 }
                    }
                }
            }
        }
        for gate in StandardGate.allCases {
            #expect(bare[gate] ?? 0 >= 20, "\(gate.name)")
            #expect(modified[gate] ?? 0 >= 5, "modified \(gate.name)")
        }
        #expect(min(positive, negative, inverses, whole, fractional) >= 200)
    }

    /// Each single gate left out, and each layout with two entries exchanged, is noticed.
    @Test(arguments: ShippedDevices.ids) func noticesDamage(device: String) throws {
        var damaged = 0
        for seed in 0..<8 {
            let source = ProgramGenerator.gates(
                qubits: 3, count: 8, seed: UInt64(50 + seed), families: [.standard, .pair])
            let executable = try ShippedDevices.compile(source, for: device, effort: .fast, seed: seed)
            #expect(try ProofJudge(source, executable).unitaryFault() == nil)
            for wrong in ShippedDevices.misplaced(executable) {
                #expect(try ProofJudge(source, wrong).unitaryFault() != nil, "seed \(seed), layout")
            }
            // With a site in |0⟩ besides, a gate may do nothing.
            guard ProofJudge(source, executable).sites.count == 3 else { continue }
            for position in ShippedDevices.effectiveGates(executable.circuit) {
                let wrong = ShippedDevices.dropping(position, from: executable)
                #expect(try ProofJudge(source, wrong).unitaryFault() != nil, "seed \(seed), gate \(position)")
                damaged += 1
            }
        }
        #expect(damaged >= 30)
    }
}
