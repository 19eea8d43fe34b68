import ArgumentParser
import Circuits
import Languages

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check programs and print what is wrong with them; nothing runs.")

    @Argument(help: "OpenQASM 3 or 2 programs; - reads standard input.")
    var files: [String]

    @Flag(help: "Stop after the grammar: names, types and meanings are not looked at.")
    var syntax = false

    func run() throws {
        var failures: [CommandFailure] = []
        for file in files {
            do throws(CommandFailure) {
                if syntax {
                    let source = try ProgramFile.source(file)
                    try ProgramFile.checkSyntax(source)
                    Terminal.write("\(source.name): the grammar is kept\n")
                } else {
                    let program = try ProgramFile(reading: file)
                    for warning in program.warnings { Terminal.complain(warning + "\n") }
                    let circuit = program.circuit
                    Terminal.write(
                        "\(program.source.name): no errors; \(circuit.qubitCount) qubits, \(circuit.bitCount) bits, "
                            + "\(circuit.body.count) instructions\n")
                }
            } catch {
                failures.append(error)
            }
        }
        // All files are looked at before the command fails; the gravest cause decides the exit code.
        guard let worst = failures.max(by: { $0.exitCode < $1.exitCode }) else { return }
        throw CommandFailure(
            text: failures.map(\.text).joined(separator: "\n\n"), exitCode: worst.exitCode, code: worst.code)
    }
}
