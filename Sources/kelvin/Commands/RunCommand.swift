public import ArgumentParser
import Circuits
public import Compiler
import Drivers
import Hardware
public import Kernel
import Languages

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a program and print its outcomes, or expectation values after it.",
        discussion: """
            Without --device it runs on the emulated heavy-hex machine, noise included; --device ideal is exact.
            With --observable the program's own final measurements are left out and each observable is estimated.
            """)

    @Argument(help: "An OpenQASM 3 or 2 program; - reads standard input.")
    var file: String

    @OptionGroup var target: TargetOptions
    @OptionGroup var inputs: InputOptions

    @Option(name: .shortAndLong, help: "How often the program runs.")
    var shots = 1024

    @Option(
        parsing: .unconditionalSingleValue,
        help: "A sum of Pauli strings such as \"0.5*ZZI + XXI\" (qubit 0 rightmost) or \"Z0 Z2\"; repeatable.")
    var observable: [String] = []

    @Option(help: "What is done against errors after the run: none or readout.")
    var mitigation = MitigationLevel.readout

    @Option(help: "Seconds that the emulator may be estimated to take for one program.")
    var timeLimit: Double?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Flag(help: "Leave the times out of the JSON, so that equal seeds give equal bytes.")
    var noTiming = false

    func validate() throws {
        if shots < 1 { throw ValidationError("--shots must be at least 1") }
        if let timeLimit, !(timeLimit > 0 && timeLimit.isFinite) {
            throw ValidationError("--time-limit must be a positive number of seconds")
        }
    }

    func run() async throws {
        do {
            try await execute()
        } catch var failure as CommandFailure {
            failure.isJSON = format == .json
            throw failure
        }
    }

    private func execute() async throws {
        let received = WallClock().now
        let program = try ProgramFile(reading: file)
        for warning in program.warnings { Terminal.complain(warning + "\n") }
        let catalog: DeviceCatalog
        do throws(DeviceError) { catalog = try DeviceCatalog() } catch { throw CommandFailure(error) }
        let seed = target.seed ?? UInt64.random(in: 0..<1 << 32)
        let request = JobRequest(
            name: program.circuit.name, workload: try workload(program.circuit), device: target.device, shots: shots,
            seed: seed, mitigation: mitigation, compilerOptions: target.compilerOptions,
            source: ProgramSource(
                fileName: program.source.name, text: String(decoding: program.source.bytes, as: UTF8.self)))
        let line = ProgressLine("running")
        let runtime = Runtime(devices: CatalogFleet(catalog: catalog, emulationLimit: timeLimit.map { Seconds($0) }))
        let job = await runtime.submit(request, receivedAt: received) { line.update($0) }
        let result: JobResult
        do throws(KernelError) {
            result = try await runtime.result(of: job)
            line.finish()
        } catch {
            line.finish()
            throw CommandFailure(error, source: program.source)
        }
        switch format {
        case .text: Terminal.write(ResultReport(result: result).text)
        case .json: Terminal.write(JSON.text(ResultDocument(result, includesTiming: !noTiming)) + "\n")
        }
    }

    private func workload(_ circuit: Circuit) throws -> Workload {
        let parameters = try inputs.table()
        if observable.isEmpty { return .sample([SamplerPUB(circuit, parameters: parameters)]) }
        var observables: [Observable] = []
        for text in observable {
            do throws(ObservableError) {
                observables.append(try Observable(parsing: text, qubitCount: circuit.qubitCount))
            } catch {
                throw CommandFailure(text: "error: in --observable: \(error.message)", exitCode: 1, code: "observable")
            }
        }
        return .estimate([EstimatorPUB(circuit, observables: observables, parameters: parameters)])
    }
}

extension MitigationLevel: ExpressibleByArgument {}

/// Where a program goes, and how.
struct TargetOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "A device's id (see `kelvin devices`) or the path of a device file.")
    var device: String = DeviceCatalog.defaultID

    @Option(help: "Everything random follows from it: the same seed gives the same result. Default: a fresh one.")
    var seed: UInt64?

    @Option(help: "How much time the compiler takes: fast or standard.")
    var effort = CompilerOptions.Effort.standard

    var compilerOptions: CompilerOptions { CompilerOptions(effort: effort) }
}

extension CompilerOptions.Effort: ExpressibleByArgument {}

/// Values for the program's inputs.
struct InputOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: "A value for an input of the program, NAME=VALUE; repeatable. pi/2 and 0b011 are understood.")
    var input: [String] = []

    func table() throws -> ParameterTable {
        var values: [(name: String, value: InputValue)] = []
        for text in input {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw CommandFailure.usage("--input \(text): expected NAME=VALUE")
            }
            let name = String(text[..<sign]), value = String(text[text.index(after: sign)...])
            guard let parsed = InputValue(text: value) else {
                throw CommandFailure.usage(
                    "--input \(text): '\(value)' is no number, no true or false, no bits such as 0b01")
            }
            guard !values.contains(where: { $0.name == name }) else {
                throw CommandFailure.usage("--input \(name) is given twice")
            }
            values.append((name, parsed))
        }
        return ParameterTable(values)
    }
}
