import Circuits
import Compiler
import Hardware
import Testing

/// Programs that are longer than they need be on purpose stay as long.
@Suite struct GateByGateTests {
    private static let machines: [TestDevices.Machine] = [
        TestDevices.heron, TestDevices.directed, TestDevices.line(8), TestDevices.fractional, TestDevices.ideal(8),
    ]

    private func compile(
        _ circuit: Circuit, for machine: TestDevices.Machine, _ rewriting: CompilerOptions.Rewriting = .gateByGate,
        on sites: [Int]? = nil, seed: UInt64 = 1
    ) throws -> Executable {
        try Compilation(
            of: circuit, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(effort: .fast, rewriting: rewriting, initialLayout: sites?.map { Site($0) }),
            seed: seed
        ).executable
    }

    private func entanglers(_ executable: Executable) -> Int {
        executable.circuit.body.count { $0.standardGate?.qubitCount == 2 }
    }

    /// U, then U† U `folds` times, as zero-noise extrapolation makes it.
    private func folded(_ folds: Int) -> Circuit {
        var circuit = Circuit(qubitCount: 3)
        let steps: [(StandardGate, [Int], [Double])] = [
            (.h, [0], []), (.cx, [0, 1], []), (.t, [1], []), (.cz, [1, 2], []), (.rx, [2], [0.7]), (.sx, [0], []),
        ]
        let inverses: [StandardGate: StandardGate] = [.t: .tdg, .sx: .sxdg]
        for turn in 0...2 * folds {
            for (gate, qubits, angles) in turn % 2 == 0 ? steps : steps.reversed() {
                if turn % 2 == 0 {
                    circuit.append(gate, qubits, angles)
                } else {
                    circuit.append(inverses[gate] ?? gate, qubits, angles.map { -$0 })
                }
            }
        }
        return circuit
    }

    @Test func aFoldedProgramKeepsItsGates() throws {
        let machine = TestDevices.line(5)
        let plain = try compile(folded(0), for: machine, on: [1, 2, 3])
        #expect(entanglers(plain) == 2)
        for folds in 1...3 {
            let kept = try compile(folded(folds), for: machine, on: [1, 2, 3])
            #expect(entanglers(kept) == 2 * (2 * folds + 1))
            // Pulses too: rz takes no time, sx and x do.
            func pulses(_ executable: Executable) -> Int {
                executable.circuit.body.count { [.sx, .x].contains($0.standardGate) }
            }
            #expect(pulses(kept) >= pulses(plain) * (2 * folds + 1))
            #expect(try Equivalence.difference(folded(folds), kept, seed: 1) == nil)
            // Free to be changed, it is as short as without folds.
            #expect(entanglers(try compile(folded(folds), for: machine, .free, on: [1, 2, 3])) == 2)
        }
    }

    @Test func gatesInARowStayAsTheyStand() throws {
        var circuit = Circuit(qubitCount: 2)
        for _ in 0..<3 { circuit.append(.sx, [0]) }
        for angle in [0.3, -0.3] { circuit.append(.rz, [1], [angle]) }
        circuit.append(.cz, [0, 1])
        circuit.append(.cz, [0, 1])
        for rewriting in [CompilerOptions.Rewriting.gateByGate, .verbatim] {
            let kept = try compile(circuit, for: TestDevices.line(3), rewriting, on: [1, 2])
            #expect(kept.circuit.body.map(\.standardGate) == [.sx, .sx, .sx, .rz, .rz, .cz, .cz])
        }
        // An experiment's gates take their shortest form: three quarter turns are one and a half.
        let shortest = try compile(circuit, for: TestDevices.line(3), .experiment, on: [1, 2])
        #expect(shortest.circuit.body.count { $0.standardGate == .rz } < 2 + 3)
        #expect(shortest.circuit.body.count { $0.standardGate == .cz } == 2)
        #expect(shortest.circuit.body.map(\.standardGate) != [.sx, .sx, .sx, .rz, .rz, .cz, .cz])
    }

    @Test func gatesThatCommuteStayInTheirOrder() throws {
        var circuit = Circuit(qubitCount: 4)
        let pairs = [(0, 1), (2, 3), (1, 2), (0, 1), (1, 2), (2, 3), (1, 2)]
        for (a, b) in pairs { circuit.append(.cz, [a, b]) }
        let kept = try compile(circuit, for: TestDevices.line(4), on: [0, 1, 2, 3])
        // On each site, as written.
        for site in 0..<4 {
            let found = kept.circuit.body.filter { $0.qubits.contains(Qubit(site)) }.map { gate in
                gate.qubits.map(\.index).sorted()
            }
            #expect(found == pairs.filter { $0.0 == site || $0.1 == site }.map { [$0.0, $0.1] })
        }
    }

    @Test func whatIsFarApartIsRouted() throws {
        var circuit = Circuit(qubitCount: 6)
        for a in 0..<6 { for b in a + 1..<6 { circuit.append(.cz, [a, b]) } }
        let kept = try compile(circuit, for: TestDevices.line(6))
        // Three entanglers a swap, none of them merged with its neighbour.
        #expect(entanglers(kept) > 15)
        #expect((entanglers(kept) - 15) % 3 == 0)
        #expect(try Equivalence.difference(circuit, kept, seed: 3) == nil)
    }

    @Test func anglesThatAreNotKnownYetStayToo() throws {
        var circuit = Circuit(qubitCount: 2)
        let input = circuit.addVariable(Variable(name: "a", type: .float(64), role: .input))
        let angle = circuit.addParameter(Expression(.variable(input), type: .float(64)))
        for _ in 0..<2 { circuit.body.append(.rz, [Qubit(0)], [angle]) }
        for _ in 0..<2 { circuit.body.append(.rzz, [Qubit(0), Qubit(1)], [angle]) }
        let kept = try compile(circuit, for: TestDevices.line(2), on: [0, 1])
        #expect(kept.circuit.body.count { $0.standardGate == .rz && $0.qubits[0] == Qubit(0) } >= 2)
        #expect(entanglers(kept) == 4)
    }

    @Test func identitiesStayWhereTheMachineHasThem() throws {
        let lattice = [(0, 1)]
        let machine = TestDevices.superconducting(
            "idle", sites: 2, pairs: lattice, extra: [NativeGate(gate: .id)])
        var circuit = Circuit(qubitCount: 1)
        for _ in 0..<4 { circuit.append(.id, [0]) }
        #expect(try compile(circuit, for: machine).circuit.body.map(\.standardGate) == [.id, .id, .id, .id])
        #expect(try compile(circuit, for: machine, .free).circuit.body.isEmpty)
    }

    @Test(arguments: machines.indices) func meansTheSame(machine: Int) throws {
        let machine = Self.machines[machine]
        for seed in 0..<60 as Range<UInt64> {
            let source = ProgramGenerator.gates(qubits: 2 + Int(seed % 4), count: 4 + Int(seed % 9), seed: seed)
            let kept = try compile(source, for: machine, seed: seed)
            #expect(try NativeCheck(machine).fault(in: kept.circuit) == nil, "seed \(seed)")
            #expect(try Equivalence.difference(source, kept, seed: seed) == nil, "seed \(seed)")
        }
        for seed in 0..<30 as Range<UInt64> {
            let source = ProgramGenerator.withFlow(qubits: 3 + Int(seed % 3), count: 6, seed: seed)
            let kept = try compile(source, for: machine, seed: seed)
            #expect(try NativeCheck(machine).fault(in: kept.circuit) == nil, "flow \(seed)")
            #expect(try Equivalence.difference(source, kept, seed: seed) == nil, "flow \(seed)")
        }
    }
}
