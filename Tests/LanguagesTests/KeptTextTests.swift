import Circuits
import Foundation
import Languages
import Testing

/// What programs say to particular readers, and where it stands when it is written back.
@Suite struct KeptTextTests {
    private func circuit(_ text: String) throws -> Circuit {
        let outcome = OpenQASM.parse(SourceText(name: "program", text))
        return try #require(outcome.circuit, "\(outcome.report)")
    }

    private func expectSame(_ circuit: Circuit) throws {
        let text = try OpenQASMWriter.write(circuit)
        let outcome = OpenQASM.parse(SourceText(name: "program", text))
        #expect(outcome.circuit == circuit, "\(text)\n\(outcome.report)")
    }

    @Test func annotationsOfDeclarations() throws {
        let program = try circuit(
            """
            OPENQASM 3.0;
            @place near the edge
            @spare
            qubit[2] q;
            @record
            bit[2] c;
            @unit volts
            int[8] level = 3;
            @table
            array[uint[4], 2] codes;
            @tuned 2026
            gate bump(a) x { U(a, 0, 0) x; }
            @remote
            extern ask(int[8]) -> bit;
            @knob
            input float theta;
            @pulse fast
            bump(theta) q[0];
            """)
        #expect(
            program.annotations(of: .qubits(0)) == [
                Annotation(keyword: "place", content: "near the edge"), Annotation(keyword: "spare", content: ""),
            ])
        #expect(program.annotations(of: .bits(0)).map(\.keyword) == ["record"])
        let level = try #require(program.variables.firstIndex { $0.name == "level" })
        #expect(program.annotations(of: .variable(level)).map(\.content) == ["volts"])
        #expect(program.annotations(of: .array(0)).map(\.keyword) == ["table"])
        #expect(program.annotations(of: .gate(0)).map(\.content) == ["2026"])
        #expect(program.annotations(of: .external(0)).map(\.keyword) == ["remote"])
        #expect(program.declarationAnnotations.count == 8)
        #expect(program.body.annotations.map(\.annotation.keyword) == ["pulse"])
        try expectSame(program)
    }

    @Test func annotationsOfWhatIsResolved() {
        let outcome = OpenQASM.parse(SourceText(name: "program", "@a\nconst int n = 2;\n@b\nlet r = q;\nqubit q;"))
        #expect(outcome.warnings.map(\.code.rawValue) == ["QASM0503"])
    }

    /// The order of pulses and gates is the program.
    @Test func calibrationsStayInPlace() throws {
        let program = try circuit(
            """
            OPENQASM 3.0;
            include "stdgates.inc";
            defcalgrammar "openpulse";
            cal { port d0; }
            defcal x $0 { play(d0); }
            x $0;
            cal { shift_phase(d0, 0.5); }
            for int i in [1:3] {
              cal {
                shift_frequency(d0, 1e6);
              }
              x $0;
            }
            if (true) { cal { barrier; } }
            """)
        #expect(
            program.calibrations == ["defcalgrammar \"openpulse\";", "cal { port d0; }", "defcal x $0 { play(d0); }"])
        #expect(program.body.calibration(at: 1) == "cal { shift_phase(d0, 0.5); }")
        let text = try OpenQASMWriter.write(program)
        let places = try ["port d0", "x $0;", "shift_phase", "for int", "shift_frequency"].map {
            try #require(text.range(of: $0)?.lowerBound)
        }
        #expect(places == places.sorted(), "\(text)")
        try expectSame(program)
    }

    /// Blanks in a head mean nothing, so that a layout may change them; every byte of a body may.
    @Test func headsOfCalibrationsAreKeptInTheStandardLayout() throws {
        let program = try circuit("defcal  x$0 {  { shift } w;\nshift }\ncal{ a  b }")
        #expect(program.calibrations == ["defcal x $0 {  { shift } w;\nshift }", "cal { a  b }"])
        try expectSame(program)
    }

    @Test(arguments: [
        ("@note\nqubit q;", "the annotation '@note'"), ("qubit q; @note\nreset q;", "the annotation '@note'"),
        ("pragma keep\nqubit q;", "the pragma 'keep'"), ("qubit q; reset q; cal { barrier; }", "a calibration"),
        ("cal { barrier; }", "a calibration"),
    ])
    func version2RefusesByName(_ text: String, _ construct: String) throws {
        let program = try circuit(text)
        #expect {
            try OpenQASMWriter.write(program, version: .version2)
        } throws: {
            ($0 as? OpenQASMWriterError)?.construct == construct
        }
    }

    /// "rules that mimic those of C99 for promotion and conversion in mixed expressions and assignments".
    @Test func floatsAreCutWhereTheyAreAssigned() throws {
        let outcome = OpenQASM.check(
            SourceText(name: "program", "float f = 2.75; int[8] n = f; n = -2.75; bit b = n == 2;"))
        #expect(outcome.circuit != nil, "\(outcome.report)")
        #expect(outcome.warnings.contains { $0.code.rawValue == "QASM0604" })
        // "`const float[32]` cannot be implicitly promoted to `const int[64]`"; loops go over integers.
        for text in ["const int n = 2.5;", "for int i in [0:2.5] { }"] {
            #expect(OpenQASM.parse(SourceText(name: "program", text)).circuit == nil, "\(text)")
        }
    }
}
