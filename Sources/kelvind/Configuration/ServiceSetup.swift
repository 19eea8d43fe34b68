import Console
import Foundation
import Kernel
import Logging
import Server
import Storage
import StoragePostgreSQL

/// A service as its settings describe it; what does not go together is refused.
struct ServiceSetup {
    private(set) var options: ServiceOptions
    private(set) var rules = KernelRules()
    private let level: Logger.Level
    /// Of the store that servers and workers share; nil where the service has one of its own.
    let database: PostgreSQLAddress?
    private let shelf: BlobShelf?

    /// - Parameter isWorker: for a process that only works, on a database that others take jobs into.
    init(_ settings: ServeSettings, isWorker: Bool = false) throws(CommandFailure) {
        let directory: String
        do throws(KernelError) {
            if let data = settings.text(.data) { directory = data } else { directory = try DataOption.standardPath }
        } catch {
            throw CommandFailure(error, source: nil)
        }
        options = ServiceOptions(directory: directory)
        options.host = settings.text(.host) ?? options.host
        options.port = settings.whole(.port) ?? options.port
        options.certificate = settings.text(.certificate)
        options.privateKey = settings.text(.privateKey)
        options.requestsPerSecond = settings.number(.rate) ?? options.requestsPerSecond
        options.wrongTokensPerMinute = settings.whole(.wrongTokens) ?? options.wrongTokensPerMinute
        options.jobsPerProject = settings.whole(.jobsPerProject) ?? options.jobsPerProject
        options.identityProvider = settings.text(.identity)
        options.keyFile = settings.text(.keyFile)
        options.telemetryEndpoint = settings.text(.otlpEndpoint)
        options.scheduling = settings.scheduling()
        rules.leaseSeconds = settings.number(.lease) ?? rules.leaseSeconds
        options.mostRuns = settings.whole(.jobs) ?? options.mostRuns
        options.graceSeconds = settings.number(.grace) ?? options.graceSeconds
        let word = settings.text(.logLevel) ?? "notice"
        guard let level = Logger.Level(rawValue: word) else {
            throw Self.wrong(.logLevel, "'\(word)' is none of debug, info, notice, warning, error")
        }
        self.level = level
        do throws(KernelError) {
            database = try settings.text(.database).map { text throws(KernelError) in try PostgreSQLAddress(text) }
        } catch {
            throw Self.wrong(.database, error.message)
        }
        shelf = settings.text(.blobs).map { BlobShelf(BlobDirectory(path: $0)) }
        if shelf != nil, database == nil { throw .usage("\(Setting.blobs.option) needs \(Setting.database.option)") }
        options.failpoint = Failpoint(environment: ProcessInfo.processInfo.environment)
        try check(isPlaintext: settings.flag(.plaintext) ?? false)
        if isWorker {
            if database == nil {
                throw .usage("give \(Setting.database.option), or set \(Setting.database.variable)")
            }
            options.mostRuns = settings.whole(.jobs) ?? ProcessInfo.processInfo.activeProcessorCount
        } else if settings.flag(.noWork) == true {
            if database == nil { throw .usage("\(Setting.noWork.option) needs \(Setting.database.option)") }
            options.mostRuns = 0
        }
    }

    private func check(isPlaintext: Bool) throws(CommandFailure) {
        if !(0...65_535).contains(options.port) { throw Self.wrong(.port, "must be between 0 and 65535") }
        if (options.certificate == nil) != (options.privateKey == nil) {
            throw .usage("\(Setting.certificate.option) and \(Setting.privateKey.option) go together")
        }
        if !(options.requestsPerSecond >= 0 && options.requestsPerSecond.isFinite) {
            throw Self.wrong(.rate, "must not be negative")
        }
        if options.mostRuns < 1 { throw Self.wrong(.jobs, "must be at least 1") }
        if !(options.graceSeconds >= 0 && options.graceSeconds <= 3_600) {
            throw Self.wrong(.grace, "must be 0 to 3600 seconds")
        }
        if options.jobsPerProject < 1 { throw Self.wrong(.jobsPerProject, "must be at least 1") }
        if !(rules.leaseSeconds >= 0.5 && rules.leaseSeconds <= 3_600) {
            throw Self.wrong(.lease, "must be 0.5 to 3600 seconds")
        }
        if options.wrongTokensPerMinute < 1 { throw Self.wrong(.wrongTokens, "must be at least 1") }
        if let endpoint = options.telemetryEndpoint, !ServiceOptions.isTelemetryEndpoint(endpoint) {
            throw Self.wrong(.otlpEndpoint, "'\(endpoint)' is no http or https address, as http://localhost:4318")
        }
        // Tokens would travel in the clear.
        let host = options.host, isLocal = host == "localhost" || host == "::1" || host.hasPrefix("127.")
        if !isLocal, options.certificate == nil, !isPlaintext {
            throw Self.wrong(.host, "\(host) is not this computer: give a certificate, or say --plaintext")
        }
    }

    private static func wrong(_ setting: Setting, _ message: String) -> CommandFailure {
        .usage("\(setting.option) (\(setting.variable), \"\(setting.rawValue)\"): \(message)")
    }

    /// The store that servers and workers share; nil where the service has one of its own.
    func openDatabase() throws(KernelError) -> PostgreSQLStorage? {
        try database.map { address throws(KernelError) in try PostgreSQLStorage(address, shelf: shelf) }
    }

    /// Logs as JSON from here on.
    func bootstrapLog() -> Logger {
        let level = level
        LoggingSystem.bootstrap { JSONLog(label: $0, level: level) }
        return Logger(label: "kelvin")
    }
}
