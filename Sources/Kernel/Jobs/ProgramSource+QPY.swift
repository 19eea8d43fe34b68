public import Circuits
import Compiler
import Languages

extension ProgramSource {
    /// The one circuit of a QPY file, as OpenQASM 3: what jobs keep and results show.
    ///
    /// - Throws: `qpy` for a file that cannot be read, that holds several circuits, or whose circuit the language cannot
    ///   say.
    public static func openQASM(ofQPY bytes: [UInt8], name: String) throws(KernelError) -> (
        text: String, circuit: Circuit
    ) {
        let programs: [QPY.Program]
        do throws(QPYError) { programs = try QPY.read(bytes) } catch {
            throw KernelError(
                .program, code: "qpy", "\(name), byte \(error.offset): \(error.message)", cure: error.cure)
        }
        guard let program = programs.first, programs.count == 1 else {
            let names = programs.map { "'\($0.circuit.name)'" }.joined(separator: ", ")
            throw KernelError(
                .program, code: "qpy", "\(name): the file holds \(programs.count) circuits: \(names)",
                cure: "store one circuit in a file")
        }
        let writer = OpenQASMWriter(version: .version3)
        do {
            // Gates that the language has no words for, taken apart.
            let text = try (try? writer.write(program.circuit)) ?? writer.write(program.circuit.unrolled())
            return (text, program.circuit)
        } catch {
            throw KernelError(
                .program, code: "qpy", "\(name): the circuit cannot be said in OpenQASM 3, which results keep: \(error)"
            )
        }
    }
}
