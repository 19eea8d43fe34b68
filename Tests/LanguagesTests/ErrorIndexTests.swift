import Circuits
import Foundation
import Languages
import Simulators
import Testing

@Suite struct ErrorIndexTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every code that stands anywhere in the sources has its entry, and every entry a code.
    @Test func indexIsComplete() throws {
        var codes: Set<String> = []
        let sources = Self.root.appendingPathComponent("Sources/Languages")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)!
        for case let file as URL in files where file.pathExtension == "swift" && !file.path.contains("Explanations") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /rawValue: "(QASM[0-9]{4})"/) { codes.insert(String(match.1)) }
        }
        #expect(codes.count > 30)
        let explained = ErrorIndex.explanations.map(\.code.rawValue)
        #expect(codes.subtracting(explained) == [], "codes without an entry in ErrorIndex")
        #expect(Set(explained).subtracting(codes) == [], "entries without a code")
        #expect(explained == explained.sorted())
    }

    @Test func namesAreUniqueWords() {
        let names = ErrorIndex.explanations.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names { #expect(name.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil, "\(name)") }
    }

    @Test(arguments: ErrorIndex.explanations.indices)
    func examplesGetTheirDiagnostic(_ place: Int) throws {
        let entry = ErrorIndex.explanations[place]
        guard let example = entry.example else { return }
        if entry.code.rawValue.hasPrefix("QASM07") {
            let outcome = OpenQASM.parse(SourceText(example))
            #expect(outcome.errors.isEmpty)
            let circuit = try #require(outcome.circuit)
            let fault = #expect(throws: SimulationError.self) { try Simulation(circuit).run(shots: 1, seed: 1) }
            #expect(fault?.evaluation?.rawValue ?? fault?.code.rawValue == entry.name, "\(example)")
            return
        }
        let found = OpenQASM.check(SourceText(example)).diagnostics
        #expect(
            found.contains { $0.code == entry.code && $0.severity == entry.severity }, "\(entry.code.rawValue) \(found)"
        )
        #expect(found.first?.code == entry.code || entry.severity == .warning, "\(entry.code.rawValue) \(found)")
    }

    /// `kelvin explain --index > Docs/diagnostics.md` brings the page up to date.
    @Test func pageIsUpToDate() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("Docs/diagnostics.md"), encoding: .utf8)
        #expect(page == ErrorIndex.markdown)
    }

    @Test func lookUp() {
        #expect(ErrorIndex.explanation(of: "qasm0201")?.name == "unknown-name")
        #expect(ErrorIndex.explanation(of: "Unused")?.code.rawValue == "QASM0601")
        #expect(ErrorIndex.explanation(of: "QASM9999") == nil)
    }
}
