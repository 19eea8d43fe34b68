import ArgumentParser
import Foundation
import Kernel
import Storage
import StoragePostgreSQL

/// Where a store is that several daemons share.
struct DatabaseOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A PostgreSQL database that servers and workers share: postgres://USER@HOST/NAME.",
            discussion: "Or KELVIND_DATABASE. A password is better kept in ~/.pgpass or PGPASSWORD."))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "A directory that all of a database share, for results of 256 kB and more.",
            discussion: "Or KELVIND_BLOBS. Without it they are kept in the database."))
    var blobs: String?

    var address: String? { database ?? ProcessInfo.processInfo.environment[Setting.database.variable] }

    /// Opens it; nil where none is named.
    func open() throws(KernelError) -> PostgreSQLStorage? {
        guard let address else { return nil }
        let directory = blobs ?? ProcessInfo.processInfo.environment[Setting.blobs.variable]
        return try PostgreSQLStorage(
            PostgreSQLAddress(address), shelf: directory.map { BlobShelf(BlobDirectory(path: $0)) })
    }
}
