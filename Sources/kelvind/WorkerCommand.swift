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
            that it does not end, another worker begins again. When it is told to end, the part that runs comes to its end. \
            The environment and the configuration file can be those of the servers: what is for servers alone is passed over.
            Without --database or --config, here or in the environment, `kelvin worker` works on the jobs of this computer.
            """)

    @OptionGroup var options: SharedOptions

    func run() async throws {
        let setup = try ServiceSetup(options.settings(), isWorker: true)
        let log = setup.bootstrapLog()
        let runtime: Runtime
        do throws(KernelError) {
            guard let store = try setup.openDatabase() else { return }
            var catalog: DeviceCatalog
            do throws(DeviceError) { catalog = try DeviceCatalog() } catch { throw KernelError(error) }
            if let path = setup.options.keyFile { catalog.secrets = SecretVault(store, keyFile: path) }
            var options = RuntimeOptions(
                isShared: true, adopts: true, pollSeconds: min(1, setup.rules.leaseSeconds / 10), rules: setup.rules,
                scheduling: setup.options.scheduling)
            options.keepsOutcomes = false
            options.mostRuns = setup.options.mostRuns
            runtime = Runtime(
                devices: CatalogFleet(catalog: catalog), storage: store, clock: store.clock, options: options)
        } catch { throw CommandFailure(error, source: nil) }
        let work = Task { await runtime.drain(idleSeconds: .infinity) }
        Terminal.write("working\n")
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            log.notice("stopping", metadata: ["signal": "\(signal)"])
            break
        }
        let left = await runtime.standDown(within: setup.options.graceSeconds)
        work.cancel()
        log.notice("stopped", metadata: ["partsLeft": "\(left)"])
    }
}
