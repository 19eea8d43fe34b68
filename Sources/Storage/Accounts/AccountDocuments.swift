import Hardware

// Accounts as they are shown outside. Times are UTC.

public struct OrganisationDocument: Codable, Sendable {
    public var name: String
    public var created: String

    public init(_ organisation: Organisation) {
        name = organisation.name
        created = Timestamp.text(from: organisation.created)
    }
}

public struct ProjectDocument: Codable, Sendable {
    public var project: String
    public var created: String

    public init(_ project: Project) {
        self.project = project.path.text
        created = Timestamp.text(from: project.created)
    }
}

public struct GrantDocument: Codable, Sendable {
    public var role: Role
    /// `*`, `acme` or `acme/lab`.
    public var scope: String

    public init(_ role: Role, scope: String) {
        self.role = role
        self.scope = scope
    }
}

public struct UserDocument: Codable, Sendable {
    public var user: String
    public var grants: [GrantDocument]
    public var disabled: Bool
    public var created: String

    public init(_ user: User) {
        self.user = user.path
        grants = user.grants.map { GrantDocument($0.role, scope: $0.scope.text) }
        disabled = user.isDisabled
        created = Timestamp.text(from: user.created)
    }
}

public struct TokenDocument: Codable, Sendable {
    public var id: String
    public var user: String
    public var name: String
    public var abilities: [Token.Ability]
    public var project: String?
    public var created: String
    public var expires: String?
    public var lastUsed: String?
    public var revoked: String?
    /// What its bearer sends. Shown once.
    public var secret: String?

    public init(_ token: Token, secret: String? = nil) {
        id = token.id
        user = token.user
        name = token.name
        abilities = token.abilities.sorted()
        project = token.project?.text
        created = Timestamp.text(from: token.created)
        expires = token.expires.map { Timestamp.text(from: $0) }
        lastUsed = token.lastUsed.map { Timestamp.text(from: $0) }
        revoked = token.revoked.map { Timestamp.text(from: $0) }
        self.secret = secret
    }
}

/// Who somebody is to the service.
public struct CallerDocument: Codable, Sendable {
    public var user: UserDocument
    public var token: TokenDocument

    public init(user: UserDocument, token: TokenDocument) {
        self.user = user
        self.token = token
    }
}

public struct AuditDocument: Codable, Sendable {
    public var number: Int64
    public var time: String
    public var user: String
    public var token: String
    public var address: String
    public var action: String
    public var target: String
    public var status: Int
    public var request: String

    public init(_ entry: AuditEntry) {
        number = entry.number
        time = Timestamp.text(from: entry.time)
        user = entry.user
        token = entry.token
        address = entry.address
        action = entry.action
        target = entry.target
        status = entry.status
        request = entry.request
    }
}

public struct AuditPage: Codable, Sendable {
    public var entries: [AuditDocument]
    /// Where the next page is; left out on the last.
    public var next: String?

    public init(entries: [AuditDocument], next: String?) {
        self.entries = entries
        self.next = next
    }
}
