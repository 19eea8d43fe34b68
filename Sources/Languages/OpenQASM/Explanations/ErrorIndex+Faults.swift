extension ErrorIndex {
    /// What only shows when a program runs. The names are those of the machine's faults (`EvaluationError.Code`).
    static let faults: [Diagnostic.Explanation] = [
        .init(
            .divisionByZero, "division-by-zero", "an integer or an angle is divided by zero",
            text: "`/`, `%` and `mod` have no result there. Test the divisor with `if` before it is used.",
            example: """
                OPENQASM 3.0;
                qubit q;
                bit c = measure q;
                int n = 5 / int(c);
                """),
        .init(
            .indexOutOfRange, "index-out-of-range", "an index of run time lies outside of what it indexes",
            text:
                "Indices go from 0 to the size less one; negative ones count from the end. The message has the value.",
            example: """
                OPENQASM 3.0;
                bit[4] b;
                int i = 3;
                i += 1;
                b[i] = true;
                """),
        .init(
            .domain, "domain", "a function is called outside its domain, or a result is no number",
            text: "As the square root of a negative number, the logarithm of zero, or a range with a step of zero.",
            example: """
                OPENQASM 3.0;
                float f = 1.0;
                f -= 2.0;
                f = sqrt(f);
                """),
        .init(
            .outOfRange, "out-of-range", "a value does not fit where it is needed",
            text:
                "As a float that the integer type of a cast cannot hold, or a negative exponent of an integer power.",
            example: """
                OPENQASM 3.0;
                float f = 1.0e10;
                int[8] n = int[8](f * f);
                """),
        .init(
            .external, "external", "the program calls an extern function",
            text:
                "Functions of a machine's own controller are typed and kept, and not linked here. Write it as a subroutine with `def`.",
            example: """
                OPENQASM 3.0;
                extern f(int) -> int;
                int n = f(3);
                """),
        .init(
            .loopLimit, "loop-limit", "a loop does not end",
            text:
                "A shot has made more turns of its loops than is allowed. The condition must be able to become false.",
            example: """
                OPENQASM 3.0;
                int n = 0;
                while (n < 1) { n -= 1; n += 1; }
                """),
    ]
}
