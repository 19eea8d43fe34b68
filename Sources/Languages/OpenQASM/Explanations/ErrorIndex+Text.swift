extension ErrorIndex {
    static let text: [Diagnostic.Explanation] = [
        .init(
            .notText, "not-text", "the file is no text",
            text: """
                A program is UTF-8 text. The file holds a byte that text does not have: it may be a binary file, or saved in \
                another encoding. Save it as UTF-8.
                """),
        .init(
            .empty, "empty", "the text is empty",
            text: "There is nothing but blanks in the file. A program starts with `OPENQASM 3.0;`."),
        .init(
            .tooLong, "too-long", "the text is too long",
            text: "Places in a text are counted in 32 bits: texts of 4 GiB and more are refused. Split the program."),
        .init(
            .character, "character", "a character that is no part of the language",
            text: """
                Names consist of letters (of any script), digits and underscores and do not start with a digit; `$` is \
                followed by the number of a physical qubit. Look for a character pasted from a document, such as a curly \
                quote or a minus sign that is not `-`.
                """,
            example: "OPENQASM 3.0;\nqubit q;\nU(0, 0, 0) q; ?\n"),
        .init(
            .unterminated, "unterminated", "a comment or a text in quotes is not closed",
            text: "A comment that starts with `/*` ends with `*/`; quotes are closed on the line they open on.",
            example: "OPENQASM 3.0;\nqubit q;\n/* a comment without its end\n"),
        .init(
            .number, "number", "a number is malformed",
            text: """
                Digits may be grouped by single underscores; `0x`, `0o` and `0b` start hexadecimal, octal and binary \
                integers; the units of times are `ns`, `us`, `ms`, `s` and `dt`; `im` marks imaginary numbers.
                """,
            example: "OPENQASM 3.0;\nint n = 12ab;\n"),
        .init(
            .tooManyErrors, "too-many-errors", "too many errors",
            text:
                "After 100 errors the rest of the text is not looked at. Correct the first ones: others often follow from them."
        ),
    ]

    static let syntax: [Diagnostic.Explanation] = [
        .init(
            .expected, "expected", "something else stands where the grammar expects a certain part",
            text: """
                The message names what may stand at the place. Often the mistake is just before it: a missing `;`, an \
                open bracket, a word of the language used as a name.
                """,
            example: "OPENQASM 3.0;\nqubit[2] q\nU(0, 0, 0) q[0];\n"),
        .init(
            .truncated, "truncated", "the text ends too early",
            text:
                "The program is cut off, or a `}` or `;` is missing. Where a block is open, a note says where it starts.",
            example: "OPENQASM 3.0;\nqubit q;\nif (true) { U(0, 0, 0) q;\n"),
        .init(
            .nesting, "nesting", "too many levels within one another",
            text: """
                Brackets, blocks and operators may be nested some hundreds deep, which no one writes by hand; the limit \
                keeps a hostile text from exhausting the machine. Compute a long expression in parts.
                """),
        .init(
            .version, "version", "the version is not one of the language, or not at the beginning",
            text:
                "The first statement may be `OPENQASM 3.0;`, `OPENQASM 3.1;` or `OPENQASM 2.0;`. Without it the program is read as version 3.",
            example: "OPENQASM 4.0;\n"),
        .init(
            .otherVersion, "other-version", "the statement belongs to another version of the language",
            text: "Versions do not mix within a program. Declare the version whose words the program uses.",
            example: "OPENQASM 2.0;\nqreg q[1];\nbarrier;\n"),
        .init(
            .include, "include", "a file cannot be included",
            text: "The standard files `stdgates.inc` (version 3) and `qelib1.inc` (version 2) are built in.",
            example: "OPENQASM 3.0;\ninclude \"stdgate.inc\";\n"),
        .init(
            .misplaced, "misplaced", "the statement is not possible in this place",
            text: """
                Qubits, gates and subroutines are declared at the top level; `break` and `continue` stand in loops, `return` \
                in subroutines; the body of a gate holds gates, barriers and loops over constants only.
                """,
            example: "OPENQASM 3.0;\nbreak;\n"),
    ]
}
