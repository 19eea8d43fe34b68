import ArgumentParser
import Foundation
import Kernel
import StoragePostgreSQL

/// Where a store is that several daemons share.
struct DatabaseOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A PostgreSQL database that servers and workers share: postgres://USER@HOST/NAME.",
            discussion: "Or KELVIND_DATABASE. A password is better kept in ~/.pgpass or PGPASSWORD."))
    var database: String?

    var address: String? { database ?? ProcessInfo.processInfo.environment[Setting.database.variable] }

    /// Opens it; nil where none is named.
    func open() throws(KernelError) -> PostgreSQLStorage? {
        guard let address else { return nil }
        return try PostgreSQLStorage(PostgreSQLAddress(address))
    }
}
