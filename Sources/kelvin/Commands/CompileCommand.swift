import ArgumentParser
import Circuits
import Compiler
import Drivers
import Hardware
import Kernel
import Languages

struct CompileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile", abstract: "Compile a program for a device.",
        discussion: """
            The compiled program goes to standard output or to --output; with --report or --draw and no --output, they \
            are printed instead of it. Qubit k of the compiled program is site k of the device.
            """)

    @Argument(help: "An OpenQASM 3 or 2 program; - reads standard input.")
    var file: String

    @OptionGroup var target: TargetOptions
    @OptionGroup var inputs: InputOptions
    @OptionGroup var language: LanguageOptions

    @Option(name: .shortAndLong, help: "Write the compiled program to this file.")
    var output: String?

    @Option(help: "The language of the compiled program: qasm3, qasm2, or qpy, Qiskit's binary format.")
    var to = TargetLanguage.qasm3

    @Option(help: "The version of QPY, 13 to 18.")
    var qpyVersion: UInt8 = 17

    @Option(help: "Print what the compiler did: text or json.")
    var report: OutputFormat?

    @Flag(help: "Draw the compiled program, the sites in use from top to bottom.")
    var draw = false

    @Flag(help: "Write the schedule's gaps as delays, for readers that keep no schedule (qasm3 only).")
    var explicitDelays = false

    enum TargetLanguage: String, ExpressibleByArgument, CaseIterable {
        case qasm3, qasm2, qpy
    }

    func validate() throws {
        guard QPY.versions.contains(qpyVersion) else {
            throw ValidationError("--qpy-version \(qpyVersion): versions 13 to 18 are written")
        }
        guard to != .qpy || output != nil else { throw ValidationError("--to qpy needs --output: it is no text") }
    }

    func run() async throws {
        let program = try ProgramFile(reading: file, language)
        for warning in program.warnings { Terminal.complain(warning + "\n") }
        let line = ProgressLine("compiling")
        let compilation: Compilation
        do {
            compilation = try compile(program)
            line.finish()
        } catch {
            line.finish()
            throw error
        }
        let prints = report != nil || draw
        if output != nil || !prints {
            if to == .qpy, let output {
                let device = try? DeviceCatalog().device(target.device)
                try TextFile.replace(
                    output, with: try packed(compilation.executable, program, dt: device?.description.timing.dt.value))
            } else {
                try write(try written(compilation.executable, program))
            }
        }
        if draw { Terminal.write(compilation.executable.circuit.drawing(width: Terminal.width) + "\n") }
        switch report {
        case .text: Terminal.write(compilation.report.description + "\n")
        case .json: Terminal.write(JSON.text(compilation.report) + "\n")
        case nil: break
        }
    }

    private func write(_ text: String) throws {
        if let output { try TextFile.replace(output, with: text) } else { Terminal.write(text) }
    }

    private func packed(_ executable: Executable, _ program: ProgramFile, dt: Double?) throws -> [UInt8] {
        do throws(QPYWriterError) { return try QPYWriter(version: qpyVersion, dt: dt).write(executable.circuit) } catch
        {
            throw CommandFailure(
                KernelError(
                    .program, code: "writer", error.description, cure: "write it with --to qasm3",
                    location: error.location), source: program.text)
        }
    }

    private func compile(_ program: ProgramFile) throws -> Compilation {
        do {
            let device = try DeviceCatalog().device(target.device)
            let values = try inputs.table()
            // Without values the inputs stay symbols of the compiled program.
            let circuit = values.names.isEmpty ? program.circuit : try program.circuit.binding(values.values(at: 0))
            return try Compilation(
                of: circuit, for: device.description, calibration: device.calibration(),
                options: target.compilerOptions, seed: target.seed ?? 0)
        } catch let error as DeviceError {
            throw CommandFailure(error)
        } catch let error as CompilerError {
            throw CommandFailure(KernelError(error), source: program.text)
        } catch let error as InputError {
            throw CommandFailure(KernelError(error), source: program.text)
        }
    }

    private func written(_ executable: Executable, _ program: ProgramFile) throws -> String {
        var executable = executable
        if explicitDelays { executable.circuit = executable.circuitWithExplicitDelays }
        // Only Kelvin knows the pragma for a matrix: for everybody else it is taken apart.
        let hasMatrices = executable.circuit.gates.contains { definition in
            if case .matrix = definition.implementation { true } else { false }
        }
        if hasMatrices, let apart = try? executable.circuit.unrolled() { executable.circuit = apart }
        do {
            return try executable.openQASM(to == .qasm3 ? .version3 : .version2)
        } catch {
            // Modified gates and unitaries that the version has no words for, taken apart into gates that it has.
            executable.circuit = (try? executable.circuit.unrolled()) ?? executable.circuit
            if let text = try? executable.openQASM(to == .qasm3 ? .version3 : .version2) { return text }
            throw CommandFailure(
                KernelError(
                    .program, code: "writer", error.description, cure: "write it with --to qasm3",
                    location: error.location), source: program.text)
        }
    }
}
