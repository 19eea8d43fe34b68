import Languages
import Testing

@Suite struct BoxTests {
    @Test(arguments: [
        ("box[10ns] { delay[20ns] q; }", false), ("box[300ns] { delay[200ns] q; delay[150ns] q; }", false),
        ("box[100dt] { delay[60dt] q; delay[60dt] q; }", false),
        ("box[300ns] { delay[200ns] q; delay[100ns] q; }", true),
        ("box[0.3us] { delay[100ns] q; delay[200ns] r; }", true), ("box[100dt] { delay[3us] q; }", true),
        ("bit b; b = measure r; box[1ns] { if (b) { delay[3us] q; } }", true), ("box { delay[3us] q; }", true),
        ("box[500ns] { box[400ns] { delay[100ns] q; } delay[150ns] q; }", false),
    ])
    func delaysFit(_ statement: String, _ fits: Bool) {
        let outcome = OpenQASM.parse(SourceText(name: "program", "qubit q; qubit r; \(statement)"))
        #expect((outcome.circuit != nil) == fits, "\(outcome.report)")
        if !fits { #expect(outcome.errors.map(\.code.rawValue) == ["QASM0303"]) }
    }
}
