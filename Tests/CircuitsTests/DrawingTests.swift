import Circuits
import Testing

@Suite struct DrawingTests {
    @Test func gatesJoinTheirQubits() {
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.h, [0])
        circuit.append(.ccx, [0, 2, 1])
        circuit.append(.rz, [2], [0.5])
        circuit.measure(1, into: 0)
        #expect(
            circuit.drawing() == """
                q[0]: ─h─●─────────
                         │
                q[1]: ───x───M→c───
                         │
                q[2]: ───●─rz(0.5)─
                """)
    }

    @Test func linesWrapAndNestedBlocksFollow() {
        var circuit = Circuit(qubitCount: 2, bitCount: 1)
        for _ in 0..<40 { circuit.append(.cx, [0, 1]) }
        var then = Block()
        then.append(.x, [Qubit(1)])
        circuit.body.append(.branch(condition: .bit(ClassicalBit(0)), then: then, otherwise: nil))
        let lines = circuit.drawing(width: 60).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 60 })
        #expect(lines.filter { $0.hasPrefix("q[0]") }.count > 1)
        #expect(lines.contains("if#1, then:"))
        #expect(lines.last == "q[1]: ─x─")
        #expect(Circuit().drawing() == "(nothing)")
    }
}
