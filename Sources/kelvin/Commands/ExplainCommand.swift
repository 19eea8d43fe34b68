import ArgumentParser
import Languages

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain a diagnostic by its code or name; without one, list all.")

    @Argument(help: "As QASM0201, or unknown-name.")
    var code: String?

    @Flag(help: .init("Print the whole index as Markdown.", visibility: .hidden))
    var index = false

    func run() throws {
        if index { return Terminal.write(ErrorIndex.markdown) }
        guard let code else {
            for entry in ErrorIndex.explanations {
                let name = entry.name + String(repeating: " ", count: max(1, 22 - entry.name.count))
                Terminal.write(
                    "\(entry.code.rawValue)  \(entry.severity.rawValue.padded(to: 8))  \(name)\(entry.title)\n")
            }
            return
        }
        guard let entry = ErrorIndex.explanation(of: code) else {
            throw CommandFailure.usage("there is no diagnostic '\(code)'; 'kelvin explain' lists them all")
        }
        var text =
            "\(entry.code.rawValue), \(entry.name) (\(entry.severity.rawValue)): \(entry.title)\n\n\(entry.text)\n"
        if let example = entry.example {
            text += "\nAn example:\n\n" + example.split(separator: "\n").map { "    \($0)\n" }.joined()
            let report = OpenQASM.check(SourceText(name: "example.qasm", example)).report
            if !report.isEmpty { text += "\n\(report)\n" }
        }
        Terminal.write(text)
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
