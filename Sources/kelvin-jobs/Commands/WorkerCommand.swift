import ArgumentParser
import Console
import Hardware
import Kernel
import Storage

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Work on jobs that no other process works on, until there are none.",
        discussion: """
            `submit --detach` starts one in the background; there is never more than one at a time. With --keep-calibrated \
            it stays, sends canaries to the machines named, and calibrates those that drift or whose record is old.

            The worker of a service's database is another program: `kelvin worker --database URL`, and with --help its options.
            """)

    @Option(help: "Seconds without work after which it ends.")
    var idle = 1.0

    @Option(help: "Machines to keep calibrated, with commas.")
    var keepCalibrated: String?

    @Option(help: "Time between two canaries: 15m, 1h.")
    var canaries = Moment.after(3_600)

    @Option(help: "Age at which a record is replaced even if nothing was noticed.")
    var longest = Moment.after(86_400)

    func validate() throws {
        if !canaries.isRelative || !longest.isRelative {
            throw ValidationError("--canaries and --longest are spans, as 15m")
        }
        if !(idle >= 0 && idle.isFinite) { throw ValidationError("--idle must be seconds") }
        if let machines, machines.isEmpty {
            throw ValidationError("--keep-calibrated names machines, with commas: heron-133,garnet-20")
        }
    }

    /// Those to keep calibrated; nil if there is nothing to be kept.
    private var machines: [String]? { keepCalibrated.map { $0.split(separator: ",").map(String.init) } }

    func run() async throws {
        let store = try JobStore()
        if let machines { try Self.check(machines, try store.catalogFleet()) }
        guard let lock = FileLock(path: store.directory.workerLock) else {
            throw CommandFailure(
                text: "error: \(store.directory.workerLock) cannot be locked", exitCode: 3, code: "worker")
        }
        let runtime = try store.runtime(adopts: true)
        if let machines {
            try await keep(machines, runtime, try store.catalogFleet())
        } else {
            await runtime.drain(idleSeconds: idle)
        }
        lock.unlock()
    }

    /// A name that no machine has would be complained of for ever.
    private static func check(_ machines: [String], _ fleet: CatalogFleet) throws(CommandFailure) {
        for name in machines {
            do throws(DeviceError) {
                guard try fleet.device(name).description.modality == .simulator else { continue }
                throw DeviceError(
                    .unavailable, "\(name) computes without errors: there is nothing to calibrate",
                    cure: "name a machine")
            } catch { throw CommandFailure(error) }
        }
    }

    /// Works and looks after the machines, until it is ended.
    private func keep(_ machines: [String], _ runtime: Runtime, _ fleet: CatalogFleet) async throws {
        let agenda = CalibrationAgenda(
            longest: longest.seconds(after: 0), earliest: longest.seconds(after: 0) / 2,
            canaryInterval: canaries.seconds(after: 0))
        let keeper = CalibrationKeeper(
            runtime: runtime, devices: fleet, agenda: agenda, seed: .random(in: 0..<1 << 32)
        ) { name, runtime, seed throws(KernelError) in
            try await fleet.recalibrate(name, runtime, seed: seed)
        }
        async let work: Void = runtime.drain(idleSeconds: .infinity)
        while true {
            for name in machines {
                do throws(KernelError) {
                    switch try await keeper.look(at: name) {
                    case .nothing: break
                    case .canary(let seen, let predicted):
                        Terminal.write(
                            "\(name): canaries \(Self.percent(seen)), by the record \(Self.percent(predicted))\n")
                    case .calibrated(let record): Terminal.write("\(name): calibrated, \(record)\n")
                    }
                } catch {
                    Terminal.complain("\(name): \(error.message)\n")
                }
            }
            try await Task.sleep(for: .seconds(min(10, max(1, agenda.canaryInterval / 10))))
        }
        await work
    }

    private static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
}
