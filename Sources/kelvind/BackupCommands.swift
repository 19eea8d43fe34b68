import ArgumentParser
import Console
import Foundation
import Kernel
import Server
import Storage

/// Where the service's directory is.
struct DataOption: ParsableArguments {
    @Option(help: "Where jobs, results and accounts are kept. Default: kelvin/service in the user's state directory.")
    var data: String?

    var path: String {
        get throws(KernelError) {
            if let data { return data }
            return try Self.standardPath
        }
    }

    static var standardPath: String {
        get throws(KernelError) { try StateDirectory().path + "/service" }
    }
}

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy a service's jobs, results and accounts into one file, while it runs.",
        discussion:
            "The file is complete and of one moment. It holds every program and result: keep it as safe as the service."
    )

    @OptionGroup var directory: DataOption
    @Argument(help: "The new file.") var file: String

    func run() throws {
        do throws(KernelError) {
            let path = try directory.path + "/kelvin.sqlite"
            guard FileManager.default.fileExists(atPath: path) else {
                throw KernelError(
                    .system, code: "storage.backup", "there is no service's store at \(path)",
                    cure: "give another --data")
            }
            try SQLiteStorage(path: path).backup(to: file)
        } catch { throw CommandFailure(error, source: nil) }
        Terminal.write("backed up to \(file)\n")
    }
}

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a service's directory from a backup.",
        discussion: """
            The directory must have no store yet. Jobs that were on their way when the backup was made go on when the \
            service starts. Tokens hold as they did; the file with the first administrator's is not part of a backup.
            """)

    @OptionGroup var directory: DataOption
    @Argument(help: "A file that `kelvin backup` made.") var file: String

    func run() throws {
        do throws(KernelError) {
            let target = try DataDirectory(path: directory.path)
            guard let lock = FileLock(path: target.lock, waits: false) else {
                throw KernelError(
                    .system, code: "service.in-use", "a service works in \(target.path)",
                    cure: "stop it, or give another --data")
            }
            defer { lock.unlock() }
            try SQLiteStorage.restore(file, to: target.database)
            // What an older version wrote is brought up to this one's schema.
            _ = try SQLiteStorage(path: target.database)
            Terminal.write("restored to \(target.path)\n")
        } catch { throw CommandFailure(error, source: nil) }
    }
}
