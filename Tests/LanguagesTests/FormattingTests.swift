import Foundation
import Languages
import Testing

@Suite struct FormattingTests {
    private func format(_ text: String) throws -> String { try OpenQASM.format(SourceText(text)) }

    @Test func layout() throws {
        let text = """
            OPENQASM   3.0 ;include"stdgates.inc";


            // Above.

            qubit [ 3 ] q;bit[3]c ; // behind
            gate g(a,b)x0 , x1{rz(a/2-b)x0;ctrl( 1 )@ inv@x x0,x1;}
            def f(qubit p,bit[3]m)->bit{if(m[0])x p;return measure p;}
            for int i in[0 : 2]{h q[ i ];}   for uint k in{ 0,1 } x q[k];
            if(c==-1&&!bool(c[0])){ x q[0] ; }
            else if (true) y q[0]; else {}
            switch(int[3](c)){case 1,2{x q[0];}default{}}
            let pair=q[{ 0,2 }]; array[int[8],2,2]a={{1,- 2},{3,4}};
            duration d=durationof({x q[0];y q[1];});
            @note   keep   this
            x q[0]; pragma  keep  that
            measure q->c;delay[100ns]q; /* in */ box [ 1 us ]{ /* alone */
            }
            cal {  play( x )  }
            defcal  x $0 {
              shift }
            c[ 0:1 ]="01" ;   k  +=1;
            """
        #expect(
            try format(text) == """
                OPENQASM 3.0;
                include "stdgates.inc";

                // Above.

                qubit[3] q;
                bit[3] c; // behind
                gate g(a, b) x0, x1 {
                    rz(a / 2 - b) x0;
                    ctrl(1) @ inv @ x x0, x1;
                }
                def f(qubit p, bit[3] m) -> bit {
                    if (m[0]) x p;
                    return measure p;
                }
                for int i in [0:2] {
                    h q[i];
                }
                for uint k in {0, 1} x q[k];
                if (c == -1 && !bool(c[0])) {
                    x q[0];
                } else if (true) y q[0];
                else {}
                switch (int[3](c)) {
                    case 1, 2 {
                        x q[0];
                    }
                    default {}
                }
                let pair = q[{0, 2}];
                array[int[8], 2, 2] a = {{1, -2}, {3, 4}};
                duration d = durationof({
                    x q[0];
                    y q[1];
                });
                @note   keep   this
                x q[0];
                pragma  keep  that
                measure q -> c;
                delay[100ns] q; /* in */
                box[1 us] { /* alone */
                }
                cal {  play( x )  }
                defcal x $0 {
                  shift }
                c[0:1] = "01";
                k += 1;

                """)
    }

    @Test func commentsWithinStatements() throws {
        #expect(
            try format("qubit[2]\n// two\nq; cx /* c */ q[0], // first\n\n  q[1];\n/* a\r\n b */ x q[0];") == """
                qubit[2]
                    // two
                    q;
                cx /* c */ q[0], // first
                    q[1];
                /* a
                 b */ x q[0];

                """)
    }

    @Test func longLinesBreak() throws {
        let names = (0..<40).map { "q[\($0)]" }.joined(separator: ",")
        let text = try format("barrier \(names);")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(text.split(separator: "\n").dropFirst().allSatisfy { $0.hasPrefix("    q") })
        #expect(try format(text) == text)
    }

    @Test func brokenTextsAreRefused() {
        #expect(throws: FormattingFailure.self) { try format("qubit q") }
        #expect(throws: FormattingFailure.self) { try format("") }
    }

    /// Every example of the repository: the same circuit, and no change the second time; blanks do not matter.
    @Test func examples() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let files = try FileManager.default.contentsOfDirectory(
            at: root.appendingPathComponent("Examples"), includingPropertiesForKeys: nil)
        #expect(files.count > 10)
        for file in files where file.pathExtension == "qasm" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let formatted = try format(text)
            #expect(try format(formatted) == formatted)
            #expect(OpenQASM.parse(SourceText(formatted)).circuit == OpenQASM.parse(SourceText(text)).circuit)
        }
    }

    /// Random blanks, line breaks and comments between tokens change the circuit neither before nor after formatting.
    @Test func mutations() throws {
        var generator = SeededGenerator(seed: 5)
        let circuit = try #require(OpenQASM.parse(SourceText(RobustnessTests.program)).circuit)
        let plain = Array(RobustnessTests.program)
        for _ in 0..<200 {
            var text = ""
            for character in plain {
                text.append(character)
                guard ";{},)".contains(character), Int.random(in: 0..<3, using: &generator) == 0 else { continue }
                text += [" ", "\n", "\n\n\n", " // c\n", "/* c */", "\t", "\n/* c\n */\n"].randomElement(
                    using: &generator)!
            }
            // Lines of pragmas and annotations belong to them; blanks are put behind other characters only.
            guard let read = OpenQASM.parse(SourceText(text)).circuit, read == circuit else { continue }
            let formatted = try format(text)
            #expect(OpenQASM.parse(SourceText(formatted)).circuit == circuit, "\(formatted)")
            #expect(try format(formatted) == formatted, "\(text)")
        }
    }
}
