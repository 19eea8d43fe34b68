import Circuits
import Testing

@Suite struct ExpressionEvaluationTests {
    private func evaluate(
        _ op: BinaryOperator, _ a: ClassicalValue, _ b: ClassicalValue, _ type: ClassicalType? = nil
    ) throws -> ClassicalValue {
        let result = op.isComparison || op.isLogical ? .bool : type ?? a.type
        return try Expression(.binary(op, .literal(a), .literal(b)), type: result).evaluate(in: Environment())
    }

    @Test func integersWrapInTheirWidth() throws {
        #expect(try evaluate(.add, .int(127, width: 8), .int(1, width: 8)) == .int(-128, width: 8))
        #expect(try evaluate(.subtract, .uint(0, width: 5), .uint(1, width: 5)) == .uint(31, width: 5))
        #expect(try evaluate(.multiply, .int(.max, width: 64), .int(2, width: 64)) == .int(-2, width: 64))
        #expect(try evaluate(.divide, .int(.min, width: 64), .int(-1, width: 64)) == .int(.min, width: 64))
        #expect(try evaluate(.divide, .int(-128, width: 8), .int(-1, width: 8)) == .int(-128, width: 8))
        #expect(try evaluate(.divide, .int(-7, width: 8), .int(2, width: 8)) == .int(-3, width: 8))
        #expect(try evaluate(.remainder, .int(-7, width: 8), .int(2, width: 8)) == .int(-1, width: 8))
        #expect(try evaluate(.power, .uint(3, width: 8), .uint(6, width: 8)) == .uint(729 - 512, width: 8))
    }

    @Test func anglesWrapModuloATurn() throws {
        let three = ClassicalValue.angle(0b11, width: 2)
        #expect(try evaluate(.add, three, three) == .angle(0b10, width: 2))
        #expect(try ClassicalValue.float(-.pi / 2, width: 64).converted(to: .angle(4)) == .angle(12, width: 4))
        #expect(try ClassicalValue.float(2 * .pi - 1e-12, width: 64).converted(to: .angle(4)) == .angle(0, width: 4))
        #expect(try ClassicalValue.angle(0b1011, width: 4).converted(to: .angle(2)) == .angle(0b10, width: 2))
        #expect(try ClassicalValue.angle(0b10, width: 2).converted(to: .angle(4)) == .angle(0b1000, width: 4))
        #expect(abs(ClassicalValue.angle(1 << 62, width: 64).real - .pi / 2) < 1e-15)
        #expect(try evaluate(.divide, .angle(12, width: 4), .angle(3, width: 4), .uint(4)) == .uint(4, width: 4))
    }

    @Test func shiftsAndPatterns() throws {
        let bits = ClassicalValue.bits(BitString("1011")!)
        #expect(try evaluate(.shiftLeft, bits, .uint(1, width: 8)) == .bits(BitString("0110")!))
        #expect(try evaluate(.shiftRight, bits, .int(2, width: 8)) == .bits(BitString("0010")!))
        #expect(try evaluate(.shiftRight, .int(-8, width: 8), .int(1, width: 8)) == .int(-4, width: 8))
        #expect(try evaluate(.shiftLeft, .uint(1, width: 4), .uint(200, width: 8)) == .uint(0, width: 4))
        #expect(throws: EvaluationError.self) { try evaluate(.shiftLeft, bits, .int(-1, width: 8)) }
        #expect(try ClassicalValue.bits(BitString("1000")!).converted(to: .int(4)) == .int(-8, width: 4))
        #expect(try ClassicalValue.int(-1, width: 8).converted(to: .bits(70)) == .bits(BitString(zeros: 70).complement))
        let rotated = Expression(.call(.rotl, [.literal(bits), .int(1)]), type: .bits(4))
        #expect(try rotated.evaluate(in: Environment()) == .bits(BitString("0111")!))
        let count = Expression(.call(.popcount, [.literal(bits)]), type: .uint(64))
        #expect(try count.evaluate(in: Environment()) == .uint(3, width: 64))
    }

    @Test func faultsAreErrors() {
        for type in [ClassicalValue.int(0, width: 8), .uint(0, width: 8), .float(0, width: 64)] {
            #expect { try evaluate(.divide, type, type) } throws: {
                ($0 as? EvaluationError)?.code == .divisionByZero
            }
        }
        #expect { try ClassicalValue.float(300, width: 64).converted(to: .uint(8)) } throws: {
            ($0 as? EvaluationError)?.code == .outOfRange
        }
        let root = Expression(.call(.sqrt, [.float(-1)]), type: .float(64))
        #expect { try root.evaluate(in: Environment()) } throws: { ($0 as? EvaluationError)?.code == .domain }
        let register = Expression(.element(.literal(.bits(BitString("01")!)), index: .int(2)), type: .bool)
        #expect { try register.evaluate(in: Environment()) } throws: {
            ($0 as? EvaluationError)?.code == .indexOutOfRange
        }
    }

    @Test func comparisonsAcrossSigns() throws {
        #expect(try evaluate(.less, .int(-1, width: 8), .int(1, width: 8)) == .bool(true))
        #expect(try evaluate(.greater, .uint(.max, width: 64), .uint(.max - 1, width: 64)) == .bool(true))
        #expect(try evaluate(.less, .int(-1, width: 64), .uint(.max, width: 64)) == .bool(true))
        #expect(try evaluate(.equal, .bits(BitString("01")!), .bits(BitString("01")!)) == .bool(true))
    }

    @Test func assignmentsConvert() throws {
        var circuit = Circuit(qubitCount: 0, bitCount: 3)
        let register = circuit.addBitRegister("d", count: 70)
        let variable = circuit.addVariable(Variable(name: "n", type: .int(4)))
        var environment = Environment(of: circuit)
        try environment.apply(Assignment(target: .variable(variable), value: .int(9)))
        #expect(environment.variables[0] == .int(-7, width: 4))
        try environment.apply(Assignment(target: .element(register, index: .int(69)), value: .bool(true)))
        #expect(environment.bits[72])
        try environment.apply(Assignment(target: .register(RegisterID(0)), value: .literal(.uint(5, width: 3))))
        #expect(environment[RegisterID(0)] == BitString("101")!)
        let logic = Expression(
            .binary(.and, .bit(ClassicalBit(1)), .binary(.divide, by: 0)), type: .bool)
        #expect(try logic.evaluate(in: environment) == .bool(false))
    }
}

extension Expression {
    /// A division by zero, for sides that must not be evaluated.
    fileprivate static func binary(_ op: BinaryOperator, by divisor: Int64) -> Expression {
        Expression(.binary(op, .int(1), .int(divisor)), type: .int(64))
    }
}
