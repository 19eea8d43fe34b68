import Circuits
import Languages
import Testing

/// Inputs that once broke a promise, most of them found by fuzzing.
@Suite struct FuzzCaseTests {
    /// Shapes that no array has, where a parameter or an extern asks for them: a dimension below zero once trapped.
    @Test(arguments: [
        "def f(readonly array[int[32], -1, 2] a) { }", "def f(mutable array[int[32], 99999999999] a) { }",
        "def f(readonly array[int, 1, 1, 1, 1, 1, 1, 1, 1] a) { }", "extern f(readonly array[int, -2]) -> bit;",
        "def f(readonly array[complex[float[64]], -3] a) { }", "def f(readonly array[int, #dim = 8] a) { }",
    ])
    func impossibleShapes(_ declaration: String) {
        let outcome = OpenQASM.parse(SourceText(name: "program", declaration))
        #expect(outcome.circuit == nil)
        #expect(outcome.errors.count == 1, "\(outcome.report)")
    }

    /// Version 2 has no pragmas; one kept as a comment was lost when the text was read.
    @Test func pragmaInVersion2() throws {
        let circuit = try #require(OpenQASM.parse(SourceText(name: "program", "pragma keep this\nqubit q;")).circuit)
        #expect(throws: OpenQASMWriterError.self) { try OpenQASMWriter.write(circuit, version: .version2) }
    }

    /// A name whose first declaration was wrong was taken by the second, which was refused: its uses found what did not
    /// exist and trapped.
    @Test(arguments: [
        "def f(; extern f(int) -> bit; qubit q; f(1);", "gate g(; array[int, 3] g; g[0] = 1;",
        "def f(; def f(int a) -> int { return a; } int x = f(1);", "def f(; gate f a { } qubit q; f q;",
        "extern f(; int f = 1; f += 2; int g = f;",
    ])
    func declaredTwiceAndWrong(_ text: String) {
        let outcome = OpenQASM.parse(SourceText(name: "program", "OPENQASM 3.0;\n" + text))
        #expect(outcome.circuit == nil)
        #expect(!outcome.errors.isEmpty && outcome.errors.count <= 3, "\(outcome.report)")
    }

    /// Loops over bits gave their variable bits, whatever its type; written and read again they were numbers.
    @Test(arguments: ["int[32]", "uint[8]", "float[64]", "bit", "bool"])
    func loopsOverBitsGiveTheVariablesType(_ type: String) throws {
        let text = """
            OPENQASM 3.0; include "stdgates.inc"; qubit q; bit[3] r; const int[32] five = 5; bit o;
            for \(type) t in five[0:3] { reset q; o = measure q; if (o) { x q; o = t == t; } }
            for \(type) t in r { reset q; o = measure q; if (o) { x q; o = t == t; } }
            """
        let circuit = try #require(OpenQASM.parse(SourceText(name: "program", text)).circuit)
        let written = try OpenQASMWriter.write(circuit)
        let again = OpenQASM.parse(SourceText(name: "program", written))
        #expect(again.circuit == circuit, "\(written)\(again.report)")
    }
}
