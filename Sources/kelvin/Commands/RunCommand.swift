import ArgumentParser
import Circuits
import Drivers
import Hardware
import Kernel
import Languages

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a program and print its outcomes, or expectation values after it.",
        discussion: """
            Without --device it runs on the emulated heavy-hex machine, noise included; --device ideal is exact.
            With --observable the program's own final measurements are left out and each observable is estimated.
            """)

    @OptionGroup var options: WorkloadOptions
    @OptionGroup var target: TargetOptions
    @OptionGroup var inputs: InputOptions

    @Option(help: "Seconds that the emulator may be estimated to take for one program.")
    var timeLimit: Double?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Flag(help: "Leave the times out of the JSON, so that equal seeds give equal bytes.")
    var noTiming = false

    func validate() throws {
        if let timeLimit, !(timeLimit > 0 && timeLimit.isFinite) {
            throw ValidationError("--time-limit must be a positive number of seconds")
        }
    }

    func run() async throws {
        try await format.reporting { try await execute() }
    }

    private func execute() async throws {
        let received = WallClock().now
        let program = try options.readProgram()
        let catalog: DeviceCatalog
        do throws(DeviceError) { catalog = try DeviceCatalog() } catch { throw CommandFailure(error) }
        let seed = target.seed ?? UInt64.random(in: 0..<1 << 32)
        var request = JobRequest(
            name: program.circuit.name, workload: try options.workload(program, inputs.table()),
            device: "", shots: options.shots,
            seed: seed, mitigation: options.mitigation, compilerOptions: target.compilerOptions,
            source: ProgramSource(
                fileName: program.source.name, text: String(decoding: program.source.bytes, as: UTF8.self)))
        request.devices = try target.devices(in: catalog)
        let line = ProgressLine("running")
        let runtime = Runtime(devices: CatalogFleet(catalog: catalog, emulationLimit: timeLimit.map { Seconds($0) }))
        let result: JobResult
        do throws(KernelError) {
            let job = try await runtime.submit(request, receivedAt: received) { line.update($0) }
            result = try await runtime.result(of: job)
            line.finish()
        } catch {
            line.finish()
            throw CommandFailure(error, source: program.source)
        }
        switch format {
        case .text: Terminal.write(ResultReport(ResultDocument(result)).text)
        case .json: Terminal.write(JSON.text(ResultDocument(result, includesTiming: !noTiming)) + "\n")
        }
    }
}
