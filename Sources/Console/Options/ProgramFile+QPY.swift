import Circuits
import Kernel
import Languages

extension ProgramFile {
    /// The one circuit of a QPY file, with its text in OpenQASM 3: what results and kept jobs show as their source.
    ///
    /// - Throws: a failure for a file that cannot be read, or that holds several circuits.
    static func circuit(ofQPY source: SourceText) throws(CommandFailure) -> (circuit: Circuit, text: SourceText) {
        do throws(KernelError) {
            let (text, circuit) = try ProgramSource.openQASM(ofQPY: source.bytes, name: source.name)
            return (circuit, SourceText(name: source.name, bytes: Array(text.utf8)))
        } catch {
            throw CommandFailure(error, source: nil)
        }
    }
}
