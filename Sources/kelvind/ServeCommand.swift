import ArgumentParser
import Configuration
import Console
import Drivers
import Foundation
import Hardware
import Kernel
import Logging
import Server
import Storage
import StoragePostgreSQL

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the devices of this computer to many users, over HTTP.",
        discussion: """
            Everything is kept in --data. The first start makes an administrator and writes its token into a file that only \
            you can read. Without a certificate it listens on this computer alone.

            Each option can also be set in the environment (--private-key as KELVIND_PRIVATE_KEY) and in the configuration \
            file, a JSON object ("privateKey"). Options go before the environment, the environment before the file. How \
            machines are shared out has no options: section "scheduling" of the file, which Docs/scheduling.md lists.
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try options.settings()
        let setup = try ServiceSetup(settings)
        let log = setup.bootstrapLog()
        let service: Service, firstToken: String?
        do {
            let catalog: DeviceCatalog
            do throws(DeviceError) { catalog = try DeviceCatalog() } catch { throw KernelError(error) }
            if let store = try setup.openDatabase() {
                service = try Service(
                    setup.options, catalog: catalog, store: store, clock: store.clock, log: log, rules: setup.rules)
            } else {
                service = try Service(setup.options, catalog: catalog, log: log, rules: setup.rules)
            }
            firstToken = try service.prepareFirstStart()
        } catch let error as KernelError {
            throw CommandFailure(error, source: nil)
        }
        if let firstToken { Terminal.write("the administrator's token is in \(firstToken)\n") }
        let host = setup.options.host, shown = host.contains(":") ? "[\(host)]" : host
        let scheme = setup.options.certificate == nil ? "http" : "https"
        do {
            try await service.run { port in Terminal.write("listening on \(scheme)://\(shown):\(port)\n") }
        } catch let error as KernelError {
            throw CommandFailure(error, source: nil)
        } catch {
            throw CommandFailure(text: "error: \(host):\(setup.options.port): \(error)", exitCode: 3, code: "service")
        }
    }
}

/// The flags of a service. What is not given is nil, so that the environment and the file have their say.
struct ServeOptions: ParsableArguments {
    @OptionGroup var directory: DataOption
    @OptionGroup var shared: SharedOptions

    @Option(help: "The address to listen on. Default: 127.0.0.1.")
    var host: String?

    @Option(help: "The port to listen on; 0 for any. Default: 8280.")
    var port: Int?

    @Option(help: "The certificate chain, PEM; with it the service speaks TLS 1.3.")
    var certificate: String?

    @Option(help: "The private key of the certificate, PEM.")
    var privateKey: String?

    @Flag(help: "Listen beyond this computer without encryption: something in front of it encrypts.")
    var plaintext = false

    @Option(help: "Whose signed tokens are taken, beside the service's own: a file that Docs/operations.md describes.")
    var identity: String?

    @Option(help: "Requests a second that a token may make; 0 for no limit. Default: 1000.")
    var rate: Double?

    @Option(help: "Wrong tokens that an address may show in a minute before it is told to wait. Default: 20.")
    var wrongTokens: Int?

    @Option(help: "Jobs that a project may have on their way. Default: 10000.")
    var jobsPerProject: Int?

    @Option(help: "Where traces and metrics are sent by OTLP over HTTP, as http://localhost:4318. Default: nowhere.")
    var otlpEndpoint: String?

    @Flag(help: "Take jobs in and leave the work to `kelvin worker` processes; with --database.")
    var noWork = false

    func settings() throws(CommandFailure) -> ServeSettings {
        try shared.settings([
            (.data, directory.data.map { .string($0) }), (.host, host.map { .string($0) }),
            (.port, port.map { .int($0) }), (.certificate, certificate.map { .string($0) }),
            (.privateKey, privateKey.map { .string($0) }), (.plaintext, plaintext ? .bool(true) : nil),
            (.rate, rate.map { .double($0) }), (.wrongTokens, wrongTokens.map { .int($0) }),
            (.jobsPerProject, jobsPerProject.map { .int($0) }), (.identity, identity.map { .string($0) }),
            (.otlpEndpoint, otlpEndpoint.map { .string($0) }),
            (.noWork, noWork ? .bool(true) : nil),
        ])
    }
}
