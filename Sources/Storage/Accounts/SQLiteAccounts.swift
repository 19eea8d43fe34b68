import Foundation
import GRDB
public import Kernel

/// Accounts in the file of the jobs.
extension SQLiteStorage: AccountStorage {
    public func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try inTransaction { database throws(KernelError) in try body(SQLiteAccounts(database: database)) }
    }

    public func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { database throws(KernelError) in try body(SQLiteAccounts(database: database)) }
    }
}

struct SQLiteAccounts: AccountTransaction {
    let database: Database

    private func asking<Value>(_ body: () throws -> Value) throws(KernelError) -> Value {
        do { return try body() } catch { throw SQLiteTransaction.kernelError(error) }
    }

    /// Inserts a row; says what it collides with, or what it belongs to and is not there.
    private func insert(
        _ table: String, _ columns: [(String, (any DatabaseValueConvertible)?)], _ what: String, of parent: String = ""
    ) throws(KernelError) {
        do {
            try database.execute(
                sql: """
                    INSERT INTO \(table) (\(columns.map(\.0).joined(separator: ", ")))
                    VALUES (\(databaseQuestionMarks(count: columns.count)))
                    """, arguments: StatementArguments(columns.map(\.1)))
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY {
            throw .accountUnknown(parent)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw .accountExists(what)
        } catch {
            throw SQLiteTransaction.kernelError(error)
        }
    }

    func organisations() throws(KernelError) -> [Organisation] {
        try asking {
            try Row.fetchAll(database, sql: "SELECT * FROM organisations ORDER BY name").map {
                Organisation(name: $0["name"], created: $0["created"])
            }
        }
    }

    func add(_ organisation: Organisation) throws(KernelError) {
        try insert(
            "organisations", [("name", organisation.name), ("created", organisation.created)],
            "an organisation '\(organisation.name)'")
    }

    func projects(of organisation: String?) throws(KernelError) -> [Project] {
        try asking {
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM projects WHERE ? IS NULL OR organisation = ? ORDER BY organisation, name",
                arguments: [organisation, organisation]
            ).map(Project.init)
        }
    }

    func project(_ path: ProjectPath) throws(KernelError) -> Project? {
        try asking {
            try Row.fetchOne(
                database, sql: "SELECT * FROM projects WHERE organisation = ? AND name = ?",
                arguments: [path.organisation, path.name]
            ).map(Project.init)
        }
    }

    func add(_ project: Project) throws(KernelError) {
        try insert(
            "projects",
            [
                ("organisation", project.path.organisation), ("name", project.path.name),
                ("created", project.created),
            ], "a project '\(project.path.text)'", of: "organisation '\(project.path.organisation)'")
    }

    func users(of organisation: String?) throws(KernelError) -> [User] {
        try asking {
            try Row.fetchAll(
                database, sql: "SELECT * FROM users WHERE ? IS NULL OR organisation = ? ORDER BY organisation, name",
                arguments: [organisation, organisation]
            ).map(User.init)
        }
    }

    func user(_ path: String) throws(KernelError) -> User? {
        guard let names = ProjectPath(path) else { return nil }
        return try asking {
            try Row.fetchOne(
                database, sql: "SELECT * FROM users WHERE organisation = ? AND name = ?",
                arguments: [names.organisation, names.name]
            ).map(User.init)
        }
    }

    func add(_ user: User) throws(KernelError) {
        try insert(
            "users",
            [
                ("organisation", user.organisation), ("name", user.name), ("grants", user.grantText),
                ("isDisabled", user.isDisabled), ("created", user.created),
            ], "a user '\(user.path)'", of: "organisation '\(user.organisation)'")
    }

    func update(_ user: User) throws(KernelError) {
        try asking {
            try database.execute(
                sql: "UPDATE users SET grants = ?, isDisabled = ? WHERE organisation = ? AND name = ?",
                arguments: [user.grantText, user.isDisabled, user.organisation, user.name])
        }
        if database.changesCount == 0 { throw .accountUnknown("user '\(user.path)'") }
    }
}

// Tokens, the audit trail, replies.
extension SQLiteAccounts {
    func tokens(of user: String?) throws(KernelError) -> [Token] {
        try asking {
            try Row.fetchAll(
                database, sql: "SELECT * FROM tokens WHERE ? IS NULL OR user = ? ORDER BY id", arguments: [user, user]
            ).map(Token.init)
        }
    }

    func token(_ id: String) throws(KernelError) -> Token? {
        try asking {
            try Row.fetchOne(database, sql: "SELECT * FROM tokens WHERE id = ?", arguments: [id]).map(Token.init)
        }
    }

    func token(digest: [UInt8]) throws(KernelError) -> Token? {
        try asking {
            try Row.fetchOne(database, sql: "SELECT * FROM tokens WHERE digest = ?", arguments: [Data(digest)])
                .map(Token.init)
        }
    }

    func add(_ token: Token, digest: [UInt8]) throws(KernelError) {
        try insert(
            "tokens",
            [
                ("id", token.id), ("digest", Data(digest)), ("user", token.user), ("name", token.name),
                ("abilities", token.abilities.sorted().map(\.rawValue).joined(separator: " ")),
                ("project", token.project?.text), ("created", token.created), ("expires", token.expires),
                ("lastUsed", token.lastUsed), ("revoked", token.revoked),
            ], "a token '\(token.id)'")
    }

    func update(_ token: Token) throws(KernelError) {
        try asking {
            try database.execute(
                sql: "UPDATE tokens SET lastUsed = ?, revoked = ? WHERE id = ?",
                arguments: [token.lastUsed, token.revoked, token.id])
        }
    }

    func append(_ entries: [AuditEntry]) throws(KernelError) {
        try asking {
            let insert = try database.cachedStatement(
                sql: """
                    INSERT INTO audit (time, user, token, address, action, target, status, request)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            for entry in entries {
                try insert.execute(arguments: [
                    entry.time, entry.user, entry.token, entry.address, entry.action, entry.target, entry.status,
                    entry.request,
                ])
            }
        }
    }

    func audit(before number: Int64, user: String?, limit: Int) throws(KernelError) -> [AuditEntry] {
        try asking {
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM audit WHERE number < ? AND (? IS NULL OR user = ?) ORDER BY number DESC LIMIT ?",
                arguments: [number, user, user, limit]
            ).map { row in
                AuditEntry(
                    number: row["number"], time: row["time"], user: row["user"], token: row["token"],
                    address: row["address"], action: row["action"], target: row["target"], status: row["status"],
                    request: row["request"])
            }
        }
    }

    func reply(to key: String, of user: String) throws(KernelError) -> KeptReply? {
        try asking {
            try Row.fetchOne(
                database, sql: "SELECT * FROM replies WHERE user = ? AND key = ?", arguments: [user, key]
            ).map { row in
                KeptReply(
                    fingerprint: row["fingerprint"], status: row["status"], body: Array(row["body"] as Data),
                    time: row["time"])
            }
        }
    }

    func setReply(_ reply: KeptReply, to key: String, of user: String) throws(KernelError) {
        try asking {
            try database.execute(
                sql: "INSERT INTO replies (user, key, fingerprint, status, body, time) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [user, key, reply.fingerprint, reply.status, Data(reply.body), reply.time])
        }
    }

    func removeReplies(before time: Double) throws(KernelError) {
        try asking { try database.execute(sql: "DELETE FROM replies WHERE time < ?", arguments: [time]) }
    }
}

extension Project {
    fileprivate init(_ row: Row) {
        self.init(
            path: ProjectPath(organisation: row["organisation"], name: row["name"]), created: row["created"])
    }
}

extension User {
    /// `admin:* member:acme/lab`.
    fileprivate var grantText: String {
        grants.map { "\($0.role.rawValue):\($0.scope.text)" }.joined(separator: " ")
    }

    fileprivate init(_ row: Row) {
        let text: String = row["grants"]
        self.init(
            organisation: row["organisation"], name: row["name"],
            grants: text.split(separator: " ").compactMap { word in
                let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
                guard parts.count == 2, let role = Role(rawValue: parts[0]), let scope = Scope(parts[1]) else {
                    return nil
                }
                return Grant(role, in: scope)
            }, isDisabled: row["isDisabled"], created: row["created"])
    }
}

extension Token {
    fileprivate init(_ row: Row) {
        let abilities: String = row["abilities"], project: String? = row["project"]
        self.init(
            id: row["id"], user: row["user"], name: row["name"],
            abilities: Set(abilities.split(separator: " ").compactMap { Ability(rawValue: String($0)) }),
            project: project.flatMap { ProjectPath($0) }, created: row["created"], expires: row["expires"])
        lastUsed = row["lastUsed"]
        revoked = row["revoked"]
    }
}
