import Circuits
import Testing

@Suite struct BlockTests {
    /// Every kind of instruction comes back from the columns as it went in.
    @Test func columnsKeepEveryInstruction() {
        var written: [Instruction] = []
        for gate in StandardGate.allCases {
            let qubits = Operands((0..<gate.qubitCount).map { Qubit(7 * $0 + 1) })
            let parameters = Parameters((0..<gate.parameterCount).map { Parameter(0.25 * Double($0) - 1) })
            written.append(
                Instruction(gate, qubits, parameters, location: SourceLocation(offset: UInt32(written.count))))
        }
        written.append(Instruction(.gate(.defined(GateDefinitionID(123_456))), Operands((0..<9).map { Qubit($0) })))
        written.append(Instruction(.measure(into: ClassicalBit(70_000)), [Qubit(3)]))
        written.append(Instruction(.measure(into: nil), [Qubit(4)]))
        written.append(Instruction(.reset, [Qubit(0)]))
        written.append(Instruction(.barrier, Operands((0..<200).map { Qubit($0) })))
        written.append(Instruction(.delay(.seconds), [Qubit(1)], [1e-6]))
        written.append(Instruction(.delay(.dt), [Qubit(1)], [Parameter(ExpressionID(17))]))
        written.append(contentsOf: [Instruction(.break), Instruction(.continue), Instruction(.end)])
        var block = Block()
        for instruction in written { block.append(instruction) }
        #expect(Array(block) == written)
        #expect(block.map(\.location) == written.map(\.location))
    }

    @Test func controlFlowAndAssignmentsTravelBetweenBlocks() {
        var inner = Block()
        inner.append(.x, [Qubit(5)])
        var source = Block()
        source.append(Assignment(target: .bit(ClassicalBit(0)), value: .bool(true)))
        source.append(.branch(condition: .bit(ClassicalBit(0)), then: inner, otherwise: nil))
        source.annotateLast(Annotation(keyword: "keep", content: "me"))
        var copy = Block()
        copy.append(.h, [Qubit(0)])
        copy.append(from: source, at: 1)
        copy.append(from: source, at: 0)
        #expect(copy.count == 3)
        #expect(copy.qubits(at: 1).elementsEqual([Qubit(5)]))
        #expect(copy.controlFlow == source.controlFlow)
        #expect(copy.annotations(at: 1) == [Annotation(keyword: "keep", content: "me")])
        #expect(copy.annotations(at: 0).isEmpty)
        #expect(copy.usedQubits == [Qubit(0), Qubit(5)])
    }

    @Test func parametersHoldNumbersAndExpressions() {
        for value in [0.0, -0.0, .pi, -1e300, Double.leastNonzeroMagnitude, .infinity] {
            #expect(Parameter(value).constant == value)
            #expect(Parameter(value).expression == nil)
        }
        for place in [0, 1, 1 << 40] {
            #expect(Parameter(ExpressionID(place)).expression == ExpressionID(place))
            #expect(Parameter(ExpressionID(place)).constant == nil)
        }
    }

    /// The promise of compactness: a million instructions below 64 MB and 0.3 s (0.3 s holds optimised; the tests of a
    /// debug build allow for a busy machine).
    @Test func aMillionInstructionsAreSmallAndFast() {
        var block = Block()
        let clock = ContinuousClock()
        let time = clock.measure {
            for k in 0..<1_000_000 {
                if k % 2 == 0 {
                    block.append(.rz, [Qubit(k % 100)], [Parameter(Double(k))])
                } else {
                    block.append(.cx, [Qubit(k % 100), Qubit((k + 1) % 100)])
                }
            }
        }
        #expect(block.count == 1_000_000)
        #expect(block.storageBytes < 64_000_000)
        #expect(time < .seconds(3))
    }
}
