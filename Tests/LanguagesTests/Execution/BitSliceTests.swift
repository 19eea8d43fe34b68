import Testing

/// "Classical value bit slicing" of the specification.
@Suite struct BitSliceTests {
    @Test func slicesOfNumbersAreAssigned() throws {
        let outputs = try executed(
            """
            output int[32] own; own = 15; own[4:7] = "1010";
            output uint[8] reversed; reversed = 15; reversed[7:-1:4] = "1010";
            output int[8] sign; sign = 1; sign[{-1, 1}] = "11";
            output angle[4] turn; turn[2:3] = "11";
            array[int[32], 2] items = {0, 1}; items[1][1:2] = "10"; items[0][0] = 1;
            output int[32] first; first = items[0];
            output int[32] second; second = items[1];
            qubit q; x q; bit[2] seen; seen[1] = measure q;
            output uint[4] measured; measured = 1; measured[2:3] = seen;
            """)
        // "myInt[4:7] = "1010"; // myInt == 0xAF"
        #expect(outputs[number: "own"] == 0xAF)
        #expect(outputs[number: "reversed"] == 0x5F)
        #expect(outputs[number: "sign"] == -125)
        #expect(outputs[number: "turn"] == 1.5 * .pi)
        #expect(outputs[number: "first"] == 1 && outputs[number: "second"] == 5)
        #expect(outputs[number: "measured"] == 9)
    }

    @Test func slicesThatDoNotFit() {
        #expect(errors("int[8] n; n[0:1] = \"101\";") == ["QASM0305 \"101\""])
        #expect(errors("int[8] n; n[{1, 1}] = \"10\";") == ["QASM0401 n[{1, 1}]"])
        #expect(errors("int[8] n; n[7:9] = \"101\";").count == 1)
    }
}
