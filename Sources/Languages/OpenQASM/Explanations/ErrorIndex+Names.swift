extension ErrorIndex {
    static let names: [Diagnostic.Explanation] = [
        .init(
            .unknownName, "unknown-name", "a name is not declared",
            text: """
                Names are declared before they are used, and seen from there to the end of their block. Bodies of gates and \
                subroutines see their own names, constants, gates and subroutines only: hand in what else they need. The \
                gates of the standard library want `include "stdgates.inc";`.
                """,
            example: "OPENQASM 3.0;\nqubit q;\nh q;\n"),
        .init(
            .redefinition, "redefinition", "a name is declared twice in one scope, or a case occurs twice",
            text: """
                Give one of them another name. The note says where the first one stands. Gates of an included file count: a \
                program that defines them otherwise leaves the include out.
                """,
            example: "OPENQASM 3.0;\nqubit q;\nbit q;\n"),
        .init(
            .wrongKind, "wrong-kind", "a name stands for another kind of thing than is needed here",
            text: "A qubit is no value, a gate is no variable. Measure a qubit into a bit to use its outcome.",
            example: "OPENQASM 3.0;\nqubit q;\nint n = q;\n"),
        .init(
            .redefinedGate, "redefined-gate", "a definition replaces the standard gate of the same name",
            severity: .warning,
            text: """
                The unitary of the new definition is a different one, so readers who know the standard library are misled. \
                A definition that says the same as the standard is not reported. OpenQASM 3 allows no other one beside the \
                include, so this is a warning of version 2 and of dialects.
                """,
            example: "OPENQASM 2.0;\ninclude \"qelib1.inc\";\ngate h a { x a; }\nqreg q[1];\nh q[0];\n"),
    ]

    static let values: [Diagnostic.Explanation] = [
        .init(
            .type, "type", "a value has another type than is needed here",
            text:
                "Kelvin converts types as the specification's \"Casting specifics\" allow and refuses what would lose a part of the value. Write the cast, as in `int(x)`, if it is meant.",
            example: "OPENQASM 3.0;\nconst int n = 1.5;\n"),
        .init(
            .notConstant, "not-constant", "a value must be known before the program runs",
            text:
                "Sizes, indices of qubits, counts of controls and labels of cases are constants: literals, `const` values, and variables of loops whose ranges are constant. What a subroutine or an extern returns is none, nor is the size of an array declared with `#dim`.",
            example: "OPENQASM 3.0;\nqubit[2] q;\nint n = 1;\nU(0, 0, 0) q[n];\n"),
        .init(
            .value, "value", "a value is impossible, or does not fit its type",
            text:
                "A constant lies outside the range of its type, or an operation has no result, such as a division by zero.",
            example: "OPENQASM 3.0;\nuint[4] n = 16;\n"),
        .init(
            .arity, "arity", "a gate or a function gets a wrong number of parameters",
            text: "The note says where it is declared and how many it takes.",
            example: "OPENQASM 3.0;\nqubit q;\nU(0, 0) q;\n"),
        .init(
            .width, "width", "a width or a size is impossible, or two widths differ",
            text: "Bit strings are assigned to registers of the same size; integers have 1 to 4096 bits.",
            example: "OPENQASM 3.0;\nbit[3] c = \"10\";\n"),
        .init(
            .immutable, "immutable", "a constant or an input is written",
            text: "Declare a variable and assign to that.",
            example: "OPENQASM 3.0;\nconst int n = 1;\nn = 2;\n"),
        .init(
            .alwaysFalse, "constant-comparison", "a comparison has the same result whatever the program does",
            severity: .warning,
            text:
                "A value of this type can never be what it is compared with, or it is compared with itself. One of the sides is probably not what was meant.",
            example: "OPENQASM 3.0;\nuint[4] n = 3;\nbit c;\nif (n < 0) { c = true; }\n"),
    ]

    static let operands: [Diagnostic.Explanation] = [
        .init(
            .index, "index", "an index lies outside of what it indexes",
            text: "Indices go from 0 to the size less one; negative ones count from the end.",
            example: "OPENQASM 3.0;\nqubit[2] q;\nU(0, 0, 0) q[2];\n"),
        .init(
            .duplicateQubit, "duplicate-qubit", "a gate acts on one qubit twice",
            text: "The operands of a gate are distinct qubits: no machine can do otherwise.",
            example: "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[2] q;\ncx q[0], q[0];\n"),
        .init(
            .operandCount, "operand-count", "a gate gets a wrong number of qubits",
            text: "A gate with modifiers takes one qubit more for each control.",
            example: "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[2] q;\ncx q[0];\n"),
        .init(
            .broadcast, "broadcast", "registers of different sizes are used side by side",
            text:
                "A gate on registers acts on their first elements, then on their second ones, and so on; single qubits are repeated. All registers have one size.",
            example: "OPENQASM 3.0;\nqubit[2] q;\nbit[3] c;\nc = measure q;\n"),
        .init(
            .operand, "operand", "an operand is not possible here",
            text:
                "The operands of gates are qubits, those in the body of a gate its own; a measurement writes to bits.",
            example: "OPENQASM 3.0;\ngate g a { U(0, 0, 0) a[0]; }\n"),
        .init(
            .mixedQubits, "mixed-qubits", "physical and declared qubits in one program",
            text:
                "Where declared qubits lie is for the compiler to choose, so they cannot be told from `$0`, `$1`, …. Use one kind.",
            example: "OPENQASM 3.0;\nqubit q;\nU(0, 0, 0) $0;\n"),
    ]
}
