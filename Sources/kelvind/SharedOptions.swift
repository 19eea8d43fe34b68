import ArgumentParser
import Configuration
import Console
import Foundation

/// What servers and workers of one database have in common. What is not given is nil, so that the environment and the
/// configuration file have their say.
struct SharedOptions: ParsableArguments {
    @Option(name: [.customLong("config"), .customShort("c")], help: "The configuration file (or KELVIND_CONFIG).")
    var file: String?

    @Option(
        help: ArgumentHelp(
            "A PostgreSQL database that servers and workers share: postgres://USER@HOST/NAME.",
            discussion: "A password is better kept in ~/.pgpass or PGPASSWORD."))
    var database: String?

    @Option(
        help: """
            A directory that all of a database share, for results of 256 kB and more. Without it they are kept in the \
            database.
            """)
    var blobs: String?

    @Option(help: "Jobs to work on at a time. Default: without limit; of a worker one for each processor.")
    var jobs: Int?

    @Option(
        help: """
            Seconds after which a worker that does not answer has lost its job to another; the same for all of a \
            database. Default: 15.
            """)
    var lease: Double?

    @Option(help: "How long running parts are waited for when it ends, seconds. Default: 20.")
    var grace: Double?

    @Option(
        help: "The file of the keys that secrets are sealed under. Default: secrets.keys in --data; of a worker none.")
    var keyFile: String?

    @Option(help: "What is logged: debug, info (every request), notice, warning, error. Default: notice.")
    var logLevel: String?

    /// What was given.
    var given: [(Setting, ConfigContent?)] {
        [
            (.database, database.map { .string($0) }), (.blobs, blobs.map { .string($0) }),
            (.jobs, jobs.map { .int($0) }),
            (.lease, lease.map { .double($0) }), (.grace, grace.map { .double($0) }),
            (.keyFile, keyFile.map { .string($0) }), (.logLevel, logLevel.map { .string($0) }),
        ]
    }

    /// All settings, with more that were given.
    func settings(
        _ more: [(Setting, ConfigContent?)] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(CommandFailure) -> ServeSettings {
        var flags: [Setting: ConfigContent] = [:]
        for (setting, content) in given + more { flags[setting] = content }
        return try ServeSettings(flags: flags, environment: environment, file: file)
    }
}
