/// Who pays and who belongs together.
public struct Organisation: Hashable, Sendable {
    public var name: String
    /// Seconds since 1970-01-01 UTC.
    public var created: Double

    public init(name: String, created: Double) {
        self.name = name
        self.created = created
    }
}

/// What jobs belong to.
public struct Project: Hashable, Sendable {
    public var path: ProjectPath
    /// Seconds since 1970-01-01 UTC.
    public var created: Double

    public init(path: ProjectPath, created: Double) {
        self.path = path
        self.created = created
    }
}

/// Someone, or a program, that speaks to the service.
public struct User: Hashable, Sendable {
    public var organisation: String
    public var name: String
    public var grants: [Grant]
    public var isDisabled: Bool
    /// Seconds since 1970-01-01 UTC.
    public var created: Double

    public init(organisation: String, name: String, grants: [Grant] = [], isDisabled: Bool = false, created: Double) {
        self.organisation = organisation
        self.name = name
        self.grants = grants
        self.isDisabled = isDisabled
        self.created = created
    }

    /// `acme/alice`.
    public var path: String { "\(organisation)/\(name)" }

    /// A role within a scope.
    public struct Grant: Hashable, Sendable {
        public var scope: Scope
        public var role: Role

        public init(_ role: Role, in scope: Scope) {
            self.role = role
            self.scope = scope
        }
    }

    /// The highest role that holds for all of a scope; nil for none.
    public func role(in scope: Scope) -> Role? {
        grants.lazy.filter { $0.scope.contains(scope) }.map(\.role).max()
    }
}

/// What a bearer of a secret may do. The secret itself is nowhere: a digest of it is kept beside this.
public struct Token: Hashable, Sendable {
    /// Public: appears in lists and logs.
    public var id: String
    /// The path of its user.
    public var user: String
    public var name: String
    public var abilities: Set<Ability>
    /// The only project it is good for; nil for all that its user has.
    public var project: ProjectPath?
    /// Seconds since 1970-01-01 UTC.
    public var created: Double
    /// Nil for never.
    public var expires: Double?
    public var lastUsed: Double?
    public var revoked: Double?

    /// What its user's roles are cut down to.
    public enum Ability: String, Codable, Sendable, Hashable, CaseIterable, Comparable {
        /// Look at devices, jobs and results.
        case read
        /// Submit and change jobs.
        case jobs
        /// Change machines, projects, users, tokens and budgets.
        case admin

        public static func < (a: Ability, b: Ability) -> Bool { a.rawValue < b.rawValue }
    }

    public init(
        id: String, user: String, name: String, abilities: Set<Ability>, project: ProjectPath? = nil, created: Double,
        expires: Double? = nil
    ) {
        self.id = id
        self.user = user
        self.name = name
        self.abilities = abilities
        self.project = project
        self.created = created
        self.expires = expires
    }

    public func isGood(at now: Double) -> Bool { revoked == nil && expires.map { now < $0 } ?? true }
}

/// One line of the audit trail: who did what to what, and what came of it.
public struct AuditEntry: Hashable, Sendable {
    /// Counts up from one; 0 before it is written.
    public var number: Int64
    /// Seconds since 1970-01-01 UTC.
    public var time: Double
    /// The user's path; empty for no one in particular.
    public var user: String
    /// The token's id; empty for none.
    public var token: String
    /// Where the request came from.
    public var address: String
    /// The operation, as the API's description names it.
    public var action: String
    /// What it was done to.
    public var target: String
    /// HTTP status.
    public var status: Int
    public var request: String

    public init(
        number: Int64 = 0, time: Double, user: String, token: String, address: String, action: String, target: String,
        status: Int, request: String
    ) {
        self.number = number
        self.time = time
        self.user = user
        self.token = token
        self.address = address
        self.action = action
        self.target = target
        self.status = status
        self.request = request
    }
}

/// The answer to a request with an idempotency key, kept so that the same request gets it again.
public struct KeptReply: Hashable, Sendable {
    /// Digest of the request.
    public var fingerprint: String
    public var status: Int
    public var body: [UInt8]
    /// Seconds since 1970-01-01 UTC.
    public var time: Double

    public init(fingerprint: String, status: Int, body: [UInt8], time: Double) {
        self.fingerprint = fingerprint
        self.status = status
        self.body = body
        self.time = time
    }
}
