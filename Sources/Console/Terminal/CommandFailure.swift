import Circuits
package import Hardware
package import Kernel
package import Languages

/// A command that could not do what it was asked: what, where, why, and the cure.
package struct CommandFailure: Error {
    /// Printed to standard error as it is.
    package var text: String
    package var exitCode: Int32
    /// For `--format json`.
    package var code: String
    /// Whether standard output gets the failure as JSON.
    package var isJSON = false

    package init(text: String, exitCode: Int32, code: String) {
        self.text = text
        self.exitCode = exitCode
        self.code = code
    }

    package func report() {
        if isJSON { Terminal.write(JSON.text(FailureDocument(error: .init(code: code, message: text))) + "\n") }
        Terminal.complain(text + "\n")
    }

    private struct FailureDocument: Encodable {
        struct Body: Encodable {
            var code: String
            var message: String
        }
        var error: Body
    }
}

extension CommandFailure {
    package init(_ error: KernelError, source: SourceText?) {
        var text = ""
        if let source, error.location != .none, let place = source.filePosition(of: Int(error.location.offset)) {
            text = "\(place.file):\(place.line):\(place.column): "
        }
        text += "error[\(error.code)]: \(error.message)"
        if let source, let place = source.location(of: error.location) {
            let line = String(decoding: source.line(place.line).prefix(200), as: UTF8.self)
            text += "\n\(line)\n\(String(repeating: " ", count: max(0, place.column - 1)))^"
        }
        if let cure = error.cure { text += "\n  cure: \(cure)" }
        self.init(text: text, exitCode: error.kind == .program ? 1 : 3, code: error.code)
    }

    package init(_ error: DeviceError) { self.init(KernelError(error), source: nil) }

    /// A wrong program: its diagnostics, rendered.
    package init(_ diagnostics: [Diagnostic], in source: SourceText) {
        let errors = diagnostics.filter { $0.severity == .error }
        text = diagnostics.map { $0.rendered(in: source) }.joined(separator: "\n\n")
        if errors.count > 1 { text += "\n\n\(errors.count) errors" }
        exitCode = 1
        code = errors.first?.code.rawValue ?? "program"
    }

    package static func usage(_ message: String) -> CommandFailure {
        CommandFailure(text: "error: \(message)", exitCode: 2, code: "usage")
    }
}
