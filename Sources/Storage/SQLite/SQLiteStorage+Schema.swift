import GRDB
import Kernel

extension SQLiteStorage {
    /// GRDB notes in the file which steps were taken.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for step in SchemaStep.all {
            migrator.registerMigration(step.name) { database in
                try database.execute(sql: step.sql(for: .sqlite))
                try step.finish(SQLiteConnection(database: database))
            }
        }
        return migrator
    }
}
