import Circuits
import Foundation
import Kernel
import Languages
import Testing

@testable import Server

/// What no SDK writes of IonQ's circuits, and what all of them mean.
@Suite struct IonQCircuitTests {
    private func read(_ text: String) throws -> [IonQCircuit] {
        try JSONDecoder().decode(IonQInput.self, from: Data(text.utf8)).circuits
    }

    @Test func wordsAndPlacesOfFaults() throws {
        for (line, words) in [
            (#"{"gate":"warp","targets":[0]}"#, "'warp'"), (#"{"gate":"x","targets":[2]}"#, "qubit 2"),
            (#"{"gate":"x","targets":[0],"controls":[0]}"#, "twice"), (#"{"gate":"swap","targets":[0]}"#, "2 targets"),
            (#"{"gate":"rx","targets":[0]}"#, "no rotation"), (#"{"gate":"h","targets":[0],"rotation":1}"#, "rotation"),
            (#"{"gate":"gpi","target":0,"phase":0.5}"#, "qis"),
            (#"{"gate":"pauliexp","targets":[0,1],"terms":["XI","ZI"],"coefficients":[1,1],"time":1}"#, "commute"),
            (#"{"gate":"pauliexp","targets":[0,1],"terms":["XQ"],"coefficients":[1],"time":1}"#, "IXYZ"),
        ] {
            let circuits = try read(#"{"gateset":"qis","qubits":2,"circuit":[{"gate":"h","targets":[1]},\#(line)]}"#)
            let problem = #expect(throws: Problem.self) { try circuits[0].circuit() }
            #expect(problem?.detail.contains("circuit[1]") == true && problem?.detail.contains(words) == true)
        }
        #expect(throws: Problem.self) { try read(#"{"circuit":[],"colour":1}"#) }
        #expect(throws: Problem.self) { try read(#"{"circuit":[{"gate":"x","target":0,"targets":[0]}]}"#) }
    }

    @Test func nativeGatesAreWrittenOnSites() throws {
        let circuits = try read(
            #"{"gateset":"native","qubits":3,"circuit":[{"gate":"ms","targets":[2,0],"phases":[0,0.5],"angle":0.25}]}"#)
        let text = try circuits[0].block(namesSites: true).text
        #expect(text.contains("rxx(") && text.contains("$2, $0") && !text.contains("qubit"))
    }

    @Test func listsOfPython() {
        #expect(PythonLiteral.texts(#"['a\n', "it's", 'x\x41\u2603']"#) == ["a\n", "it's", "xA☃"])
        for wrong in ["", "[", "['a'", "['a' 'b']", "['a',, 'b']", "[a]", "['\\q']", "['a'] x", "('a',)"] {
            #expect(PythonLiteral.texts(wrong) == nil)
        }
    }
}
