extension ErrorIndex {
    static let execution: [Diagnostic.Explanation] = [
        .init(
            .unsupported, "unsupported", "the construct cannot be executed",
            text:
                "The program is right OpenQASM, but nothing in Kelvin can execute this part of it. The message says why and what to write instead; `kelvin check --syntax` accepts it.",
            example: "OPENQASM 3.0;\ndef f(int n) -> int { return f(n - 1); }\n"),
        .init(
            .tooLarge, "too-large", "the program becomes too large when it is written out",
            text:
                "Loops that index qubits and calls of subroutines are written out before the program runs, up to ten million instructions. Shorten the ranges.",
            example: """
                OPENQASM 3.0;
                qubit[2] q;
                for int i in [0:1000000] { for int j in [0:1000000] { U(0, 0, 0) q[i * j * 0]; } }
                """),
        .init(
            .ignored, "ignored", "a part of the program has no effect", severity: .warning,
            text: "The part is understood, and nothing that is executed depends on it.",
            example: "OPENQASM 3.0;\nint n = 1;\nn + 1;\n"),
    ]

    static let warnings: [Diagnostic.Explanation] = [
        .init(
            .unused, "unused", "something is declared and never used", severity: .warning,
            text: """
                Qubits, bits, variables, constants, gates, subroutines and their parameters are reported if nothing in the \
                program mentions them. Remove the declaration, or start the name with an underscore to say that it is meant. \
                Variables of loops are not reported, nor are outputs.
                """,
            example: "OPENQASM 3.0;\nqubit[2] q;\nqubit spare;\nU(0, 0, 0) q;\n"),
        .init(
            .unreachable, "unreachable", "a statement is never reached", severity: .warning,
            text: "It stands behind `break`, `continue`, `return`, `end`, or a loop that never ends.",
            example: "OPENQASM 3.0;\nqubit q;\nU(0, 0, 0) q;\nend;\nreset q;\n"),
        .init(
            .shadowing, "shadowing", "a declaration hides another one of the same name", severity: .warning,
            text:
                "Inside the block the name means something else than outside of it. Give the inner one a name of its own.",
            example: """
                OPENQASM 3.0;
                int n = 1;
                if (n == 1) {
                    int n = 2;
                    n += 1;
                }
                """),
        .init(
            .narrowing, "narrowing", "a value is stored in a type of fewer bits", severity: .warning,
            text:
                "The upper bits are dropped without a word when the program runs. Write the cast, as in `int[8](x)`, if that is meant. Constants that do not fit are errors (QASM0303).",
            example: "OPENQASM 3.0;\nint[16] a = 1;\nint[8] b = a;\nb += 1;\n"),
        .init(
            .missingReturn, "missing-return", "a subroutine may end without returning its value", severity: .warning,
            text: "Where the end of its body is reached, the value is zero. Return one on each way through it.",
            example: """
                OPENQASM 3.0;
                def sign(int n) -> int {
                    if (n < 0) { return -1; }
                }
                int s = sign(3);
                """),
    ]
}
