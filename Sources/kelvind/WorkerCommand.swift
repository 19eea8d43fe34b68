import ArgumentParser
import Console
import Drivers
import Foundation
import Hardware
import Kernel
import Logging
import Server
import StoragePostgreSQL
import UnixSignals

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Work on the jobs of a service, from this or another machine.",
        discussion: """
            Takes jobs that wait for a worker from the database, runs them part by part and writes what they gave. A part \
            that it does not end, another worker begins again. When it is told to end, the part that runs comes to its end.
            """)

    @OptionGroup var database: DatabaseOption

    @Option(help: "Jobs to work on at a time. Default: one for each processor.")
    var jobs: Int?

    @Option(help: "Seconds after which a worker that does not answer has lost its job; the same for all of a database.")
    var lease = 15.0

    @Option(help: "How long running parts are waited for when it ends, seconds.")
    var grace = 20.0

    @Option(help: "What is logged: debug, info, notice, warning, error.")
    var logLevel = "notice"

    func validate() throws {
        if database.address == nil { throw ValidationError("give --database, or set KELVIND_DATABASE") }
        if let jobs, jobs < 1 { throw ValidationError("--jobs must be at least 1") }
        if !(lease >= 0.5 && lease <= 3_600) { throw ValidationError("--lease must be 0.5 to 3600 seconds") }
        if !(grace >= 0 && grace.isFinite) { throw ValidationError("--grace must not be negative") }
        if Logger.Level(rawValue: logLevel) == nil {
            throw ValidationError("--log-level: '\(logLevel)' is none of debug, info, notice, warning, error")
        }
    }

    func run() async throws {
        let level = Logger.Level(rawValue: logLevel) ?? .notice
        LoggingSystem.bootstrap { JSONLog(label: $0, level: level) }
        let log = Logger(label: "kelvin.worker")
        let runtime: Runtime
        do throws(KernelError) {
            guard let store = try database.open() else { return }
            let catalog: DeviceCatalog
            do throws(DeviceError) { catalog = try DeviceCatalog() } catch { throw KernelError(error) }
            var rules = KernelRules()
            rules.leaseSeconds = lease
            var options = RuntimeOptions(
                isShared: true, adopts: true, pollSeconds: min(1, rules.leaseSeconds / 10), rules: rules)
            options.keepsOutcomes = false
            options.mostRuns = jobs ?? ProcessInfo.processInfo.activeProcessorCount
            runtime = Runtime(
                devices: CatalogFleet(catalog: catalog), storage: store, clock: store.clock, options: options)
        } catch { throw CommandFailure(error, source: nil) }
        let work = Task { await runtime.drain(idleSeconds: .infinity) }
        Terminal.write("working\n")
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            log.notice("stopping", metadata: ["signal": "\(signal)"])
            break
        }
        let left = await runtime.standDown(within: grace)
        work.cancel()
        log.notice("stopped", metadata: ["partsLeft": "\(left)"])
    }
}
