import ArgumentParser
import Console
import Drivers
import Foundation
import Hardware
import Kernel
import Logging
import Server
import Storage

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the devices of this computer to many users, over HTTP.",
        discussion: """
            Everything is kept in --data. The first start makes an administrator and writes its token into a file that only \
            you can read. Without a certificate it listens on this computer alone.
            """)

    @OptionGroup var directory: DataOption

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for any.")
    var port = 8280

    @Option(help: "The certificate chain, PEM; with it the service speaks TLS 1.3.")
    var certificate: String?

    @Option(help: "The private key of the certificate, PEM.")
    var privateKey: String?

    @Flag(help: "Listen beyond this computer without encryption: something in front of it encrypts.")
    var plaintext = false

    @Option(help: "Whose signed tokens are taken, beside the service's own: a file that Docs/operations.md describes.")
    var identity: String?

    @Option(help: "The file of the keys that secrets are sealed under. Default: secrets.keys in --data.")
    var keyFile: String?

    @Option(help: "Requests a second that a token may make; 0 for no limit.")
    var rate = 1_000.0

    @Option(help: "Wrong tokens that an address may show in a minute before it is told to wait.")
    var wrongTokens = 20

    @Option(help: "Jobs that a project may have on their way.")
    var jobsPerProject = 10_000

    @Option(help: "Seconds after which a worker that does not answer has lost its job to another.")
    var lease = 15.0

    @Option(help: "What is logged: debug, info (every request), notice, warning, error.")
    var logLevel = "notice"

    func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("--port must be between 0 and 65535") }
        if (certificate == nil) != (privateKey == nil) {
            throw ValidationError("--certificate and --private-key go together")
        }
        if !(rate >= 0 && rate.isFinite) { throw ValidationError("--rate must not be negative") }
        if jobsPerProject < 1 { throw ValidationError("--jobs-per-project must be at least 1") }
        if !(lease >= 0.5 && lease <= 3_600) { throw ValidationError("--lease must be 0.5 to 3600 seconds") }
        if wrongTokens < 1 { throw ValidationError("--wrong-tokens must be at least 1") }
        if Logger.Level(rawValue: logLevel) == nil {
            throw ValidationError("--log-level: '\(logLevel)' is none of debug, info, notice, warning, error")
        }
        // Tokens would travel in the clear.
        let isLocal = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        if !isLocal, certificate == nil, !plaintext {
            throw ValidationError("--host \(host) is not this computer: give a certificate, or say --plaintext")
        }
    }

    func run() async throws {
        let level = Logger.Level(rawValue: logLevel) ?? .notice
        LoggingSystem.bootstrap { JSONLog(label: $0, level: level) }
        let log = Logger(label: "kelvin")
        let service: Service, firstToken: String?
        do {
            var options = ServiceOptions(
                directory: try directory.path, host: host, port: port, certificate: certificate, privateKey: privateKey,
                requestsPerSecond: rate, wrongTokensPerMinute: wrongTokens, jobsPerProject: jobsPerProject)
            options.identityProvider = identity
            options.keyFile = keyFile
            let catalog: DeviceCatalog
            do throws(DeviceError) { catalog = try DeviceCatalog() } catch { throw KernelError(error) }
            var rules = KernelRules()
            rules.leaseSeconds = lease
            service = try Service(options, catalog: catalog, log: log, rules: rules)
            firstToken = try service.prepareFirstStart()
        } catch let error as KernelError {
            throw CommandFailure(error, source: nil)
        }
        if let firstToken { Terminal.write("the administrator's token is in \(firstToken)\n") }
        let scheme = certificate == nil ? "http" : "https", shown = host.contains(":") ? "[\(host)]" : host
        do {
            try await service.run { port in Terminal.write("listening on \(scheme)://\(shown):\(port)\n") }
        } catch let error as KernelError {
            throw CommandFailure(error, source: nil)
        } catch {
            throw CommandFailure(text: "error: \(host):\(port): \(error)", exitCode: 3, code: "service")
        }
    }
}
