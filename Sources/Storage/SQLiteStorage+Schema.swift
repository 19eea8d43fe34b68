import GRDB

extension SQLiteStorage {
    /// The schema, step by step. A step that was released is never changed; a new one is added.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: facts, jobs, documents") { database in
            try database.create(table: "jobs") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("key", .text).unique()
                table.column("name", .text).notNull()
                table.column("account", .text).notNull()
                table.column("device", .text).notNull()
                table.column("owner", .integer).notNull()
                table.column("payer", .integer).notNull()
                table.column("session", .integer)
                table.column("state", .text)
                table.column("submitted", .double).notNull()
                table.column("updated", .double).notNull()
                table.column("parts", .integer).notNull()
                table.column("finishedParts", .integer).notNull()
                table.column("charged", .double).notNull()
                table.column("retries", .integer).notNull()
                table.column("stopping", .integer).notNull()
                // Whether a kernel that starts must be told of it.
                table.column("isLive", .boolean).notNull()
            }
            try database.create(index: "jobs_live", on: "jobs", columns: ["isLive"])
            try database.create(table: "facts") { table in
                table.autoIncrementedPrimaryKey("number")
                table.column("time", .double).notNull()
                table.column("job", .integer)
                table.column("kind", .text).notNull()
                // FactRecord as JSON.
                table.column("detail", .text).notNull()
            }
            try database.create(index: "facts_job", on: "facts", columns: ["job"])
            try database.create(table: "documents") { table in
                table.column("kind", .text).notNull()
                table.column("job", .integer).notNull()
                table.column("number", .integer).notNull()
                table.column("bytes", .blob).notNull()
                table.primaryKey(["kind", "job", "number"])
            }
            try database.create(table: "calibrations") { table in
                table.primaryKey("id", .text)
                table.column("bytes", .blob).notNull()
            }
            try database.create(table: "leases") { table in
                table.primaryKey("job", .integer)
                table.column("fence", .integer).notNull()
                table.column("until", .double).notNull()
            }
        }
        migrator.registerMigration("2: promises") { database in
            try database.execute(sql: "CREATE INDEX facts_foretold ON facts (number) WHERE kind = 'foretold'")
        }
        return migrator
    }
}
