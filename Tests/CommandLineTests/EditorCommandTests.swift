import Foundation
import ScratchDirectory
import Testing

/// What editors and scripts call: `check`, `format`, `explain`, `language-server`.
@Suite struct EditorCommandTests {
    private struct Outcome {
        var code: Int32
        var output: String
        var errors: String
    }

    private func kelvin(_ arguments: String..., input: String = "") throws -> Outcome {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = ["out", "err"].map { directory.appendingPathComponent($0) }
        for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        let process = Process()
        process.executableURL = CommandLineTests.binary
        process.arguments = arguments
        process.standardInput = try ScratchDirectory.input(input)
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, output: try String(contentsOf: files[0], encoding: .utf8),
            errors: try String(contentsOf: files[1], encoding: .utf8))
    }

    private static let suspicious = "OPENQASM 3.0;\n/* 😀 */ qubit spare;\nqubit q;\nU(0,0,0) q;\n"

    @Test func warningsAndTheirControl() throws {
        let plain = try kelvin("check", "-", input: Self.suspicious)
        #expect(plain.code == 0)
        #expect(plain.errors.contains("<standard input>:2:15: warning[QASM0601]: qubit 'spare' is never used"))
        #expect(plain.output.contains("1 warning"))
        #expect(try kelvin("check", "-W", "none", "-", input: Self.suspicious).errors.isEmpty)
        #expect(try kelvin("check", "--warnings", "no-unused", "-", input: Self.suspicious).errors.isEmpty)
        let strict = try kelvin("check", "--werror", "-", input: Self.suspicious)
        #expect(strict.code == 1)
        #expect(strict.errors.contains("error[QASM0601]"))
        let wrong = try kelvin("check", "-W", "unusd", "-", input: Self.suspicious)
        #expect(wrong.code == 2)
        #expect(wrong.errors.contains("did you mean 'unused'?"))
    }

    @Test func json() throws {
        let outcome = try kelvin("check", "--format", "json", "-", "/nonexistent.qasm", input: Self.suspicious)
        #expect(outcome.code == 1)
        let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as! [String: Any]
        #expect(document["schema"] as? String == "kelvin.diagnostics/1")
        let files = document["files"] as! [[String: Any]]
        #expect(files.map { $0["ok"] as! Bool } == [true, false])
        let entry = (files[0]["diagnostics"] as! [[String: Any]])[0]
        #expect(entry["name"] as? String == "unused")
        let range = entry["range"] as! [String: [String: Int]]
        #expect(range["start"] == ["offset": 31, "line": 2, "column": 15, "utf8": 17, "utf16": 15])
        #expect(range["end"] == ["offset": 36, "line": 2, "column": 20, "utf8": 22, "utf16": 20])
        #expect((files[1]["diagnostics"] as! [[String: Any]])[0]["code"] as? String == "file")
    }

    @Test func formatting() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appendingPathComponent("a.qasm")
        try Data("OPENQASM 3.0;qubit q;".utf8).write(to: file)
        let check = try kelvin("format", "--check", file.path)
        #expect(check.code == 1 && check.output == file.path + "\n")
        #expect(try kelvin("format", file.path).output == "OPENQASM 3.0;\nqubit q;\n")
        #expect(try kelvin("format", "--in-place", file.path).code == 0)
        #expect(try String(contentsOf: file, encoding: .utf8) == "OPENQASM 3.0;\nqubit q;\n")
        #expect(try kelvin("format", "--check", file.path).code == 0)
        let broken = try kelvin("format", "-", input: "qubit q")
        #expect(broken.code == 1 && broken.errors.contains("QASM0102") && broken.output.isEmpty)
        #expect(try kelvin("format", "--in-place", "-").code == 2)
    }

    @Test func explanations() throws {
        let entry = try kelvin("explain", "qasm0401")
        #expect(entry.code == 0 && entry.output.contains("index 2 lies outside 'q'"))
        #expect(try kelvin("explain").output.split(separator: "\n").count > 30)
        #expect(try kelvin("explain", "QASM9999").code == 2)
    }

    private func message(_ json: String) -> String { "Content-Length: \(json.utf8.count)\r\n\r\n\(json)" }

    /// A whole talk over pipes, with garbage in it: what is no message is answered, the rest goes on.
    @Test func languageServer() throws {
        let program = #"OPENQASM 3.0;\nqubit q;\nx q;\n"#
        let talk = [
            message(#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#),
            "nonsense\r\n\r\n", message("{"),
            message(
                #"{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"a","languageId":"qasm","version":3,"text":""#
                    + program + #""}}}"#),
            message(
                #"{"id":2,"method":"textDocument/hover","params":{"textDocument":{"uri":"a"},"position":{"line":1,"character":6}}}"#
            ), message(#"{"id":3,"method":"shutdown"}"#), message(#"{"method":"exit"}"#),
        ]
        let outcome = try kelvin("language-server", input: talk.joined())
        #expect(outcome.code == 0)
        #expect(outcome.output.contains(#""positionEncoding":"utf-16""#))
        #expect(
            outcome.output.contains(#"{"error":{"code":-32700,"message":"a header without Content-Length"},"id":null"#))
        #expect(outcome.output.contains(#"the message is no JSON"#))
        #expect(outcome.output.contains("qubit q") && outcome.output.contains(#""id":2"#))
        #expect(outcome.output.contains(#"{"id":3,"jsonrpc":"2.0","result":null}"#))
        #expect(try kelvin("language-server", input: message(#"{"method":"exit"}"#)).code == 1)
        #expect(try kelvin("language-server", "--stdio", input: "").code == 1)
    }

    /// Diagnostics come by themselves once the client is silent, and answers come while they are outstanding.
    @Test func diagnosticsComeUnasked() throws {
        let process = Process()
        process.executableURL = CommandLineTests.binary
        process.arguments = ["language-server"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let text =
            message(#"{"id":1,"method":"initialize","params":{"capabilities":{}}}"#)
            + message(
                #"{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"a","version":7,"text":"qubit q"}}}"#
            )
        input.fileHandleForWriting.write(Data(text.utf8))
        var received = ""
        while !received.contains("QASM0102") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            received += String(decoding: data, as: UTF8.self)
        }
        #expect(received.contains(#""version":7"#) && received.contains("publishDiagnostics"))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
    }
}
