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
        migrator.registerMigration("3: the service") { database in
            try database.execute(
                sql: """
                    ALTER TABLE jobs ADD COLUMN project TEXT NOT NULL DEFAULT '';
                    ALTER TABLE jobs ADD COLUMN tags TEXT NOT NULL DEFAULT '';
                    ALTER TABLE jobs ADD COLUMN isRemoved BOOLEAN NOT NULL DEFAULT 0;
                    CREATE INDEX jobs_project ON jobs (project, id);
                    CREATE INDEX jobs_state ON jobs (state, id);
                    CREATE TABLE tags (
                        tag TEXT NOT NULL, job INTEGER NOT NULL, PRIMARY KEY (tag, job)
                    ) WITHOUT ROWID;
                    CREATE TABLE organisations (name TEXT PRIMARY KEY NOT NULL, created DOUBLE NOT NULL);
                    CREATE TABLE projects (
                        organisation TEXT NOT NULL REFERENCES organisations, name TEXT NOT NULL,
                        created DOUBLE NOT NULL, PRIMARY KEY (organisation, name)
                    );
                    -- grants: role:scope, separated by spaces.
                    CREATE TABLE users (
                        organisation TEXT NOT NULL REFERENCES organisations, name TEXT NOT NULL, grants TEXT NOT NULL,
                        isDisabled BOOLEAN NOT NULL, created DOUBLE NOT NULL, PRIMARY KEY (organisation, name)
                    );
                    -- The secret is nowhere: digest is SHA-256 of its 256 random bits.
                    CREATE TABLE tokens (
                        id TEXT PRIMARY KEY NOT NULL, digest BLOB NOT NULL UNIQUE, user TEXT NOT NULL,
                        name TEXT NOT NULL, abilities TEXT NOT NULL, project TEXT, created DOUBLE NOT NULL,
                        expires DOUBLE, lastUsed DOUBLE, revoked DOUBLE
                    );
                    CREATE INDEX tokens_user ON tokens (user);
                    CREATE TABLE audit (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, time DOUBLE NOT NULL, user TEXT NOT NULL,
                        token TEXT NOT NULL, address TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL,
                        status INTEGER NOT NULL, request TEXT NOT NULL
                    );
                    CREATE INDEX audit_user ON audit (user, number);
                    CREATE TABLE replies (
                        user TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL,
                        body BLOB NOT NULL, time DOUBLE NOT NULL, PRIMARY KEY (user, key)
                    ) WITHOUT ROWID;
                    """)
            // Jobs of before have their project in their account.
            let accounts = try String.fetchAll(database, sql: "SELECT DISTINCT account FROM jobs WHERE account <> ''")
            for account in accounts {
                try database.execute(
                    sql: "UPDATE jobs SET project = ? WHERE account = ?",
                    arguments: [account.split(separator: "/").prefix(2).joined(separator: "/"), account])
            }
        }
        migrator.registerMigration("4: living jobs of a project") { database in
            // A project with a million finished jobs has as few living ones as another.
            try database.execute(sql: "CREATE INDEX jobs_living ON jobs (project) WHERE isLive")
        }
        migrator.registerMigration("5: jobs of a project by state") { database in
            try database.execute(sql: "CREATE INDEX jobs_project_state ON jobs (project, state, id)")
        }
        return migrator
    }
}
