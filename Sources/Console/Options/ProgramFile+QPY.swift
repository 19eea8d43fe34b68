import Circuits
import Compiler
import Languages

extension ProgramFile {
    /// The one circuit of a QPY file, with its text in OpenQASM 3: what results and kept jobs show as their source.
    ///
    /// - Throws: a failure for a file that cannot be read, or that holds several circuits.
    static func circuit(ofQPY source: SourceText) throws(CommandFailure) -> (circuit: Circuit, text: SourceText) {
        let programs: [QPY.Program]
        do throws(QPYError) {
            programs = try QPY.read(source.bytes)
        } catch {
            throw failure("\(source.name), byte \(error.offset): error: \(error.message)", cure: error.cure)
        }
        guard let program = programs.first, programs.count == 1 else {
            let names = programs.map { "'\($0.circuit.name)'" }.joined(separator: ", ")
            throw failure(
                "\(source.name): error: the file holds \(programs.count) circuits: \(names)",
                cure: "store one circuit in a file")
        }
        let writer = OpenQASMWriter(version: .version3)
        do {
            // Gates that the language has no words for, taken apart.
            let text = try (try? writer.write(program.circuit)) ?? writer.write(program.circuit.unrolled())
            return (program.circuit, SourceText(name: source.name, bytes: Array(text.utf8)))
        } catch {
            throw failure(
                "\(source.name): error: the circuit cannot be said in OpenQASM 3, which results keep: \(error)",
                cure: nil)
        }
    }

    private static func failure(_ text: String, cure: String?) -> CommandFailure {
        CommandFailure(text: text + (cure.map { "\n  cure: \($0)" } ?? ""), exitCode: 1, code: "qpy")
    }
}
