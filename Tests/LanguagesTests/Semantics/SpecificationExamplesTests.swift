import Circuits
import Languages
import Testing

/// What the specification's text says of its own examples, "Types and Casting" and "Classical instructions".
@Suite struct SpecificationExamplesTests {
    /// Declarations, an expression, and the bits or the number it stands for.
    @Test(arguments: [
        // Angles.
        ("angle[4] a = 7 * (pi / 8); angle[4] b = pi / 8;", "a + b", "\"1000\""),
        ("angle[4] a = 7 * (pi / 8); angle[4] b = pi / 8;", "b - a", "\"1010\""),
        ("angle[4] a = 7 * (pi / 8); uint[4] two = 2;", "a / two", "\"0011\""),
        ("angle[4] c = 5 * (pi / 4); uint[4] two = 2;", "two * c", "\"0100\""),
        ("angle[4] c = 5 * (pi / 4); angle[4] b = pi / 8;", "c / b", "10"),
        ("angle[4] d = pi;", "d * 2", "\"0000\""),
        ("angle[4] a = pi / 4;", "-a", "\"1110\""),
        ("angle[4] a = 9 * (pi / 8);", "a", "\"1001\""),
        ("angle[4] a = 9 * (pi / 8);", "a << 2", "\"0100\""),
        ("angle[4] a = 9 * (pi / 8);", "a >> 2", "\"0010\""),
        ("angle[8] a = 7 * (π / 8);", "a", "\"01110000\""),
        ("angle[6] a = π / 2;", "a", "\"010000\""),
        // The tie goes to the even neighbour.
        ("float[64] f = 6.283185307179586 * (127. / 512.);", "angle[8](f)", "\"01000000\""),
        // A divisor wider than the angle is not cut to its width: 17 is not 1.
        ("angle[4] a = pi; int n = 17;", "a / n", "\"0000\""),
        // Bits and integers.
        ("bit[8] a = \"10001111\";", "a << 1", "\"00011110\""),
        ("bit[8] a = \"10001111\";", "rotl(a, 2)", "\"00111110\""),
        ("bit[8] a = \"10001111\"; bit[8] b = \"01110000\";", "a | b", "\"11111111\""),
        ("bit[8] a = \"10001111\"; bit[8] b = \"01110000\";", "a & b", "\"00000000\""),
        ("bit[8] b1 = \"0010_1010\";", "rotl(b1, 3)", "\"01010001\""),
        ("uint[6] b = 37;", "popcount(b)", "3"),
        ("uint[6] b = 37;", "rotl(b, 3)", "44"),
        ("int[32] a = 2; int[32] b = 3;", "b / a", "1"),
        ("int[32] a = 2; int[32] b = 3;", "b % a", "1"),
        ("int[32] a = 2; int[32] b = 3;", "a ** b", "8"),
        ("int[8] a = 4;", "mod(-7, a)", "-3"),
        ("uint a = 5;", "mod(a, 8) - 6", "-1"),
        ("float[64] f1 = 2.5;", "int[8](f1)", "2"),
        ("int a = 0;", "a - 9223372036854775808", "-9223372036854775808"),
    ]) func example(_ declarations: String, _ expression: String, _ expected: String) throws {
        // Once on variables, once on constants.
        for text in [declarations, Self.constant(declarations)] {
            let outcome = OpenQASM.parse(
                SourceText(
                    name: "example",
                    "OPENQASM 3.0;\n\(text)\noutput bool same; same = (\(expression)) == \(spelled(text, expected));\n")
            )
            let circuit = try #require(outcome.circuit, "\(outcome.report)")
            var environment = Environment(of: circuit)
            for assignment in circuit.body.assignments { try environment.apply(assignment) }
            #expect(environment.variables.last == .bool(true), "\(text) \(expression)")
        }
    }

    /// An angle's bits as an angle.
    private func spelled(_ text: String, _ value: String) -> String {
        if text.contains("float[64] f ") { return "angle[8](\(value))" }
        guard text.contains("angle"), value.hasPrefix("\"") else { return value }
        return "angle[\(value.count - 2)](\(value))"
    }

    private static func constant(_ declarations: String) -> String {
        declarations.split(separator: ";").filter { !$0.allSatisfy { $0 == " " } }
            .map { "const\($0.hasPrefix(" ") ? "" : " ")\($0);" }.joined(separator: " ")
    }
}
