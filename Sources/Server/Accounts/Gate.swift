import HTTPTypes
import Kernel
import Storage

/// What a route asks of whoever calls it.
enum Access: Sendable, Hashable {
    /// Nothing.
    case open
    /// A token with the ability.
    case anyone(Token.Ability)
    /// A role over the whole service.
    case service(Role, Token.Ability)
    /// A role over the organisation of the path.
    case organisation(Role, Token.Ability)
    /// A role in the project of the path.
    case project(Role, Token.Ability)
    /// To look at the job of the path: a role in its project.
    case readJob
    /// To change it: it is one's own, or one is an operator of its project.
    case changeJob
    /// To look at the session of the path: a role in its project.
    case readSession
    /// To close it, or to send jobs into it: it is one's own, or one is an operator of its project.
    case changeSession
    /// To look at the `{record}` of a front door, of a kind: a role in its project.
    case readRecord(String)
    /// To change it: it is one's own, or one is an operator of its project.
    case changeRecord(String)
}

/// The one place where it is decided who may do what to what.
struct Gate: Sendable {
    /// What a request was let in with.
    struct Admission: Sendable {
        /// The job of the path, where the route has one.
        var job: JobSummary?
        /// The session of the path, where the route has one.
        var session: SessionOutlook?
        var project: ProjectPath?
        /// The record of the path, where the route has one.
        var record: DoorRecord?
    }

    /// Lets a request in.
    ///
    /// What a caller may not even see is answered as what is not there.
    ///
    /// - Parameters:
    ///   - identity: nil where no good token came along.
    ///   - parameters: of the path.
    ///   - session: of the path; nil where there is none.
    ///   - record: of the path; nil where there is none.
    ///   - job: finds a job.
    func admit(
        _ access: Access, _ identity: Identity?, parameters: (String) -> String?, session: SessionOutlook?,
        record: DoorRecord? = nil, job find: (JobID) throws(KernelError) -> JobSummary?
    ) throws -> Admission {
        if access == .open { return Admission() }
        guard let identity else {
            throw Problem(.unauthenticated, "the request has no token that is in force").header(
                .wwwAuthenticate, "Bearer realm=\"kelvin\"")
        }
        switch access {
        case .open: return Admission()
        case .anyone(let ability): try require(ability, identity)
        case .service(let role, let ability):
            try require(ability, identity)
            try require(role, in: .service, identity)
        case .organisation(let role, let ability):
            let name = parameters("organisation") ?? ""
            guard AccountName.isValid(name), identity.maySee(.organisation(name)) else {
                throw Problem(.accountUnknown("organisation '\(name.prefix(80))'"))
            }
            try require(ability, identity)
            try require(role, in: .organisation(name), identity)
        case .project(let role, let ability):
            let path = ProjectPath("\(parameters("organisation") ?? "")/\(parameters("project") ?? "")")
            guard let path, identity.role(in: .project(path)) != nil else {
                throw Problem(.accountUnknown("such project"))
            }
            try require(ability, identity)
            try require(role, in: .project(path), identity)
            return Admission(project: path)
        case .readJob, .changeJob:
            let text = parameters("job") ?? ""
            guard let id = JobID(text), let summary = try find(id), let path = summary.projectPath,
                let role = identity.role(in: .project(path))
            else { throw Problem(KernelError(.program, code: "unknown-job", "there is no job \(text.prefix(40))")) }
            try require(access == .readJob ? .read : .jobs, identity)
            if access == .changeJob { try admitChange("\(id)", of: summary.ownerPath, in: path, role, identity) }
            return Admission(job: summary, project: path)
        case .readSession, .changeSession:
            guard let session, let path = Owner(account: session.account)?.project,
                identity.role(in: .project(path)) != nil
            else { throw Self.unknownSession(parameters("session") ?? "") }
            try require(access == .readSession ? .read : .jobs, identity)
            if access == .changeSession { try admitChange(of: session, identity) }
            return Admission(session: session, project: path)
        case .readRecord, .changeRecord:
            guard let record, let owner = Owner(account: record.account),
                let role = identity.role(in: .project(owner.project))
            else { throw Self.unknownRecord(parameters("record") ?? "") }
            if case .changeRecord = access {
                try require(.jobs, identity)
                try admitChange(record.name, of: owner.user, in: owner.project, role, identity)
            } else {
                try require(.read, identity)
            }
            return Admission(job: try record.job.flatMap(find), project: owner.project, record: record)
        }
        return Admission()
    }

    static func unknownRecord(_ text: String) -> Problem { Problem(.notFound, "there is no \(text.clipped)") }

    /// Whether someone with a role in the project of something may change it.
    ///
    /// - Parameter owner: the path of a user.
    private func admitChange(
        _ name: String, of owner: String?, in project: ProjectPath, _ role: Role, _ identity: Identity
    ) throws {
        let isOwn = owner == identity.user.path && role >= .member
        guard isOwn || role >= .operator else {
            throw Problem(
                .forbidden,
                "\(name.clipped) belongs to someone else, and you are a \(role.rawValue) of \(project.text)")
        }
    }

    static func unknownSession(_ text: String) -> Problem {
        Problem(.unknownSession, "there is no session \(text.prefix(40))")
    }

    /// Whether someone may close a session, or send jobs into it.
    ///
    /// - Throws: as if it were not there, where it may not even be seen.
    func admitChange(of session: SessionOutlook, _ identity: Identity) throws {
        guard let owner = Owner(account: session.account), let role = identity.role(in: .project(owner.project)) else {
            throw Self.unknownSession(session.index.name)
        }
        try admitChange(session.index.name, of: owner.user, in: owner.project, role, identity)
    }

    /// Whether a job may be handed in to a project.
    func admitSubmission(to path: ProjectPath, _ identity: Identity) throws {
        guard identity.role(in: .project(path)) != nil else {
            throw Problem(.accountUnknown("project '\(path.text)'"))
        }
        try require(.member, in: .project(path), identity)
    }

    /// Whether someone may give a role: nobody gives more than they have.
    func admitGrant(_ grant: User.Grant, _ identity: Identity) throws {
        try require(.admin, in: grant.scope, identity)
    }

    private func require(_ ability: Token.Ability, _ identity: Identity) throws {
        guard identity.has(ability) else {
            throw Problem(.forbidden, "the token '\(identity.token.name)' lacks the ability '\(ability.rawValue)'")
        }
    }

    private func require(_ role: Role, in scope: Scope, _ identity: Identity) throws {
        let own = identity.role(in: scope)
        guard let own, own >= role else {
            let standing = own.map { "you are a \($0.rawValue)" } ?? "you have no role"
            throw Problem(.forbidden, "this takes the role \(role.rawValue) in \(scope.text); \(standing) there")
        }
    }
}

extension Identity {
    /// Whether it has a role in the scope or in something within it.
    func maySee(_ scope: Scope) -> Bool {
        if role(in: scope) != nil { return true }
        return user.grants.contains { grant in
            guard scope.contains(grant.scope) else { return false }
            return token.project.map { grant.scope == .project($0) } ?? true
        }
    }
}
