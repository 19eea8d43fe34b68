public import Kernel

/// Accounts in the tables of the jobs, whatever database holds them.
public struct SQLAccounts: AccountTransaction, SQLSpeaker {
    let database: any SQLConnection

    public init(_ database: any SQLConnection) { self.database = database }

    /// Inserts a row; says what it collides with, or what it belongs to and is not there.
    private func insert(
        _ table: String, _ columns: [(name: String, value: SQLValue)], _ what: String, of parent: String = ""
    ) throws(KernelError) {
        let names = columns.map(\.name).joined(separator: ", "), marks = columns.map { _ in "?" }
        do throws(SQLFailure) {
            _ = try database.change(
                "INSERT INTO \(table) (\(names)) VALUES (\(marks.joined(separator: ", ")))", columns.map(\.value))
        } catch {
            switch error {
            case .collision: throw .accountExists(what)
            case .orphan: throw .accountUnknown(parent)
            case .other(let error): throw error
            }
        }
    }

    public func organisations() throws(KernelError) -> [Organisation] {
        try rows("SELECT name, created FROM organisations ORDER BY name") {
            Organisation(name: $0.word(0), created: $0.time(1))
        }
    }

    public func add(_ organisation: Organisation) throws(KernelError) {
        try insert(
            "organisations", [("name", .text(organisation.name)), ("created", .real(organisation.created))],
            "an organisation '\(organisation.name)'")
    }

    public func projects(of organisation: String?) throws(KernelError) -> [Project] {
        let condition = organisation == nil ? "" : "WHERE organisation = ?"
        return try rows(
            "SELECT organisation, name, created FROM projects \(condition) ORDER BY organisation, name",
            organisation.map { [.text($0)] } ?? []
        ) { Project($0) }
    }

    public func project(_ path: ProjectPath) throws(KernelError) -> Project? {
        try row(
            "SELECT organisation, name, created FROM projects WHERE organisation = ? AND name = ?",
            [.text(path.organisation), .text(path.name)]
        ) { Project($0) }
    }

    public func add(_ project: Project) throws(KernelError) {
        try insert(
            "projects",
            [
                ("organisation", .text(project.path.organisation)), ("name", .text(project.path.name)),
                ("created", .real(project.created)),
            ], "a project '\(project.path.text)'", of: "organisation '\(project.path.organisation)'")
    }

    public func users(of organisation: String?) throws(KernelError) -> [User] {
        let condition = organisation == nil ? "" : "WHERE organisation = ?"
        return try rows(
            "SELECT \(User.names) FROM users \(condition) ORDER BY organisation, name",
            organisation.map { [.text($0)] } ?? []
        ) { User($0) }
    }

    public func user(_ path: String) throws(KernelError) -> User? {
        guard let names = ProjectPath(path) else { return nil }
        return try row(
            "SELECT \(User.names) FROM users WHERE organisation = ? AND name = ?",
            [.text(names.organisation), .text(names.name)]
        ) { User($0) }
    }

    public func add(_ user: User) throws(KernelError) {
        try insert(
            "users",
            [
                ("organisation", .text(user.organisation)), ("name", .text(user.name)),
                ("grants", .text(user.grantText)), ("isDisabled", .flag(user.isDisabled)),
                ("created", .real(user.created)),
            ], "a user '\(user.path)'", of: "organisation '\(user.organisation)'")
    }

    public func update(_ user: User) throws(KernelError) {
        let count = try change(
            "UPDATE users SET grants = ?, isDisabled = ? WHERE organisation = ? AND name = ?",
            [.text(user.grantText), .flag(user.isDisabled), .text(user.organisation), .text(user.name)])
        if count == 0 { throw .accountUnknown("user '\(user.path)'") }
    }
}

// Tokens, the audit trail, replies.
extension SQLAccounts {
    public func tokens(of user: String?) throws(KernelError) -> [Token] {
        try rows(
            "SELECT \(Token.names) FROM tokens \(user == nil ? "" : "WHERE \"user\" = ?") ORDER BY id",
            user.map { [.text($0)] } ?? []
        ) { Token($0) }
    }

    public func token(_ id: String) throws(KernelError) -> Token? {
        try row("SELECT \(Token.names) FROM tokens WHERE id = ?", [.text(id)]) { Token($0) }
    }

    public func token(digest: [UInt8]) throws(KernelError) -> Token? {
        try row("SELECT \(Token.names) FROM tokens WHERE digest = ?", [.bytes(digest)]) { Token($0) }
    }

    public func add(_ token: Token, digest: [UInt8]) throws(KernelError) {
        try insert(
            "tokens",
            [
                ("id", .text(token.id)), ("digest", .bytes(digest)), ("\"user\"", .text(token.user)),
                ("name", .text(token.name)),
                ("abilities", .text(token.abilities.sorted().map(\.rawValue).joined(separator: " "))),
                ("project", SQLValue(token.project?.text)), ("created", .real(token.created)),
                ("expires", SQLValue(token.expires)), ("lastUsed", SQLValue(token.lastUsed)),
                ("revoked", SQLValue(token.revoked)),
            ], "a token '\(token.id)'")
    }

    public func update(_ token: Token) throws(KernelError) {
        try execute(
            "UPDATE tokens SET lastUsed = ?, revoked = ? WHERE id = ?",
            [SQLValue(token.lastUsed), SQLValue(token.revoked), .text(token.id)])
    }

    public func append(_ entries: [AuditEntry]) throws(KernelError) {
        for entry in entries {
            try execute(
                """
                INSERT INTO audit (time, "user", token, address, action, target, status, request)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .real(entry.time), .text(entry.user), .text(entry.token), .text(entry.address),
                    .text(entry.action), .text(entry.target), .integer(Int64(entry.status)), .text(entry.request),
                ])
        }
    }

    public func audit(before number: Int64, user: String?, limit: Int) throws(KernelError) -> [AuditEntry] {
        try rows(
            """
            SELECT number, time, "user", token, address, action, target, status, request FROM audit
            WHERE number < ? \(user == nil ? "" : "AND \"user\" = ?") ORDER BY number DESC LIMIT ?
            """, [.integer(number)] + (user.map { [.text($0)] } ?? []) + [.integer(Int64(limit))]
        ) { row in
            AuditEntry(
                number: row.integer(0) ?? 0, time: row.time(1), user: row.word(2), token: row.word(3),
                address: row.word(4), action: row.word(5), target: row.word(6), status: row.number(7),
                request: row.word(8))
        }
    }

    public func reply(to key: String, of user: String) throws(KernelError) -> KeptReply? {
        try row(
            "SELECT fingerprint, status, body, time FROM replies WHERE \"user\" = ? AND key = ?",
            [.text(user), .text(key)]
        ) { KeptReply(fingerprint: $0.word(0), status: $0.number(1), body: $0.bytes(2) ?? [], time: $0.time(3)) }
    }

    public func setReply(_ reply: KeptReply, to key: String, of user: String) throws(KernelError) {
        try execute(
            "INSERT INTO replies (\"user\", key, fingerprint, status, body, time) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(user), .text(key), .text(reply.fingerprint), .integer(Int64(reply.status)), .bytes(reply.body),
                .real(reply.time),
            ])
    }

    public func removeReplies(before time: Double) throws(KernelError) {
        try execute("DELETE FROM replies WHERE time < ?", [.real(time)])
    }

    public func setting(_ name: String) throws(KernelError) -> [UInt8]? {
        try row("SELECT bytes FROM settings WHERE name = ?", [.text(name)]) { $0.bytes(0) ?? [] }
    }

    public func settings(beginningWith prefix: String) throws(KernelError) -> [String] {
        try rows("SELECT name FROM settings ORDER BY name", []) { $0.word(0) }.filter { $0.hasPrefix(prefix) }
    }

    public func set(_ name: String, to bytes: [UInt8]?, at time: Double) throws(KernelError) {
        try execute("DELETE FROM settings WHERE name = ?", [.text(name)])
        guard let bytes else { return }
        try execute(
            "INSERT INTO settings (name, bytes, changed) VALUES (?, ?, ?)", [.text(name), .bytes(bytes), .real(time)])
    }
}

extension Project {
    fileprivate init(_ row: any SQLRow) {
        self.init(path: ProjectPath(organisation: row.word(0), name: row.word(1)), created: row.time(2))
    }
}

extension User {
    fileprivate static let names = "organisation, name, grants, isDisabled, created"

    /// `admin:* member:acme/lab`.
    fileprivate var grantText: String {
        grants.map { "\($0.role.rawValue):\($0.scope.text)" }.joined(separator: " ")
    }

    fileprivate init(_ row: any SQLRow) {
        self.init(
            organisation: row.word(0), name: row.word(1),
            grants: row.word(2).split(separator: " ").compactMap { word in
                let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
                guard parts.count == 2, let role = Role(rawValue: parts[0]), let scope = Scope(parts[1]) else {
                    return nil
                }
                return Grant(role, in: scope)
            }, isDisabled: row.flag(3), created: row.time(4))
    }
}

extension Token {
    fileprivate static let names =
        "id, \"user\", name, abilities, project, created, expires, lastUsed, revoked"

    fileprivate init(_ row: any SQLRow) {
        self.init(
            id: row.word(0), user: row.word(1), name: row.word(2),
            abilities: Set(row.word(3).split(separator: " ").compactMap { Ability(rawValue: String($0)) }),
            project: row.text(4).flatMap { ProjectPath($0) }, created: row.time(5), expires: row.real(6))
        lastUsed = row.real(7)
        revoked = row.real(8)
    }
}
