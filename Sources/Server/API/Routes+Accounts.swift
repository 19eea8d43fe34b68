import Foundation
import HTTPTypes
import Hardware
import Kernel
import Storage

extension Service {
    private static let accountBody = 64 << 10

    static let accountRoutes: [Route] = [
        Route(.get, "/v1/me", "getCaller", .anyone(.read)) { call in
            try call.checkQuery()
            return .json(
                CallerDocument(
                    user: UserDocument(try call.caller.user), token: TokenDocument(try call.caller.token)))
        },
        Route(.get, "/v1/organisations", "listOrganisations", .service(.admin, .admin)) { call in
            try call.checkQuery()
            return .json(
                try call.reading { store throws(KernelError) in try store.organisations() }.map(
                    OrganisationDocument.init))
        },
        Route(
            .post, "/v1/organisations", "createOrganisation", .service(.admin, .admin), bodyLimit: accountBody
        ) { call in
            try call.checkQuery()
            let name = try call.decoded(NameBody.self).name
            let organisation = Organisation(name: name, created: call.received)
            try call.changing { store throws(KernelError) in try store.add(organisation) }
            return .json(OrganisationDocument(organisation), .created)
        },
        Route(.get, "/v1/organisations/{organisation}/projects", "listProjects", .organisation(.admin, .read)) { call in
            try call.checkQuery()
            let name = try call.parameter("organisation")
            return .json(
                try call.reading { store throws(KernelError) in try store.projects(of: name) }.map(ProjectDocument.init)
            )
        },
        Route(
            .post, "/v1/organisations/{organisation}/projects", "createProject", .organisation(.admin, .admin),
            bodyLimit: accountBody
        ) { call in
            try call.checkQuery()
            let name = try call.decoded(NameBody.self).name
            let project = Project(
                path: ProjectPath(organisation: try call.parameter("organisation"), name: name), created: call.received)
            try call.changing { store throws(KernelError) in try store.add(project) }
            return .json(ProjectDocument(project), .created)
        },
        Route(.get, "/v1/organisations/{organisation}/users", "listUsers", .organisation(.admin, .read)) { call in
            try call.checkQuery()
            let name = try call.parameter("organisation")
            return .json(
                try call.reading { store throws(KernelError) in try store.users(of: name) }.map(UserDocument.init))
        },
        Route(
            .post, "/v1/organisations/{organisation}/users", "createUser", .organisation(.admin, .admin),
            bodyLimit: accountBody
        ) { call in
            try call.checkQuery()
            let body = try call.decoded(UserBody.self)
            guard let name = body.name else { throw Problem(.badField, "body.name: missing") }
            let grants = try call.checked(body.grants ?? [])
            let user = User(
                organisation: try call.parameter("organisation"), name: name, grants: grants, created: call.received)
            try call.changing { store throws(KernelError) in try store.add(user) }
            return .json(UserDocument(user), .created)
        },
        Route(
            .patch, "/v1/organisations/{organisation}/users/{user}", "changeUser", .organisation(.admin, .admin),
            bodyLimit: accountBody
        ) { call in
            try call.checkQuery()
            let body = try call.decoded(UserBody.self)
            if body.name != nil { throw Problem(.badField, "body.name: a user keeps its name") }
            var user = try call.userOfPath()
            // Whoever is above one's own reach stays as it is.
            _ = try call.checked(user.grants.map { GrantBody($0) })
            if let grants = body.grants { user.grants = try call.checked(grants) }
            if let disabled = body.disabled { user.isDisabled = disabled }
            let changed = user
            try call.changing { store throws(KernelError) in try store.update(changed) }
            return .json(UserDocument(user))
        },
        Route(
            .get, "/v1/organisations/{organisation}/users/{user}/tokens", "listTokens", .organisation(.admin, .read)
        ) { call in
            try call.checkQuery()
            let user = try call.userOfPath().path
            return .json(
                try call.reading { store throws(KernelError) in try store.tokens(of: user) }.map { TokenDocument($0) })
        },
        Route(
            .post, "/v1/organisations/{organisation}/users/{user}/tokens", "createToken",
            .organisation(.admin, .admin), bodyLimit: accountBody, hidesReply: true
        ) { call in
            try call.checkQuery()
            let user = try call.userOfPath()
            // A token speaks with all the authority of its user.
            _ = try call.checked(user.grants.map { GrantBody($0) })
            return try call.makeToken(for: user, try call.decoded(TokenBody.self))
        },
        Route(.get, "/v1/tokens", "listOwnTokens", .anyone(.read)) { call in
            try call.checkQuery()
            let user = try call.caller.user.path
            return .json(
                try call.reading { store throws(KernelError) in try store.tokens(of: user) }.map { TokenDocument($0) })
        },
        Route(
            .post, "/v1/tokens", "createOwnToken", .anyone(.read), bodyLimit: accountBody,
            hidesReply: true
        ) { call in
            try call.checkQuery()
            return try call.makeToken(for: call.caller.user, try call.decoded(TokenBody.self))
        },
        Route(.delete, "/v1/tokens/{token}", "revokeToken", .anyone(.read)) { call in
            try call.checkQuery()
            return try call.revokeToken()
        },
        Route(.get, "/v1/projects/{organisation}/{project}/usage", "getUsage", .project(.viewer, .read)) { call in
            try call.checkQuery()
            guard let path = call.admission.project else { throw Problem(.fault, "the route has no project") }
            let usage = try await call.service.runtime.usage(of: path.text)
            return .json(UsageDocument(project: path.text, usage))
        },
        Route(
            // The budget of a project is for the organisation to give, not for the project to take.
            .put, "/v1/projects/{organisation}/{project}/budget", "setBudget", .organisation(.admin, .admin),
            bodyLimit: accountBody
        ) { call in
            try call.checkQuery()
            let path = try ProjectPath(organisation: call.parameter("organisation"), name: call.parameter("project"))
            let known = try call.reading { store throws(KernelError) in try store.project(path) }
            guard known != nil else { throw Problem(.accountUnknown("project '\(path.text.clipped)'")) }
            let seconds = try call.decoded(BudgetBody.self).machineSeconds
            try await call.service.runtime.setBudget(path.text, seconds: seconds ?? .infinity)
            let usage = try await call.service.runtime.usage(of: path.text)
            return .json(UsageDocument(project: path.text, usage))
        },
    ]
}

extension Call {
    func reading<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try service.accounts.readAccounts(body) }

    /// Changes accounts; what was remembered of them is forgotten.
    fileprivate func changing(_ body: (any AccountTransaction) throws(KernelError) -> Void) throws(KernelError) {
        try service.accounts.changeAccounts(body)
        service.desk.forget()
        service.projects.forget()
    }

    fileprivate func userOfPath() throws -> User {
        let path = "\(try parameter("organisation"))/\(try parameter("user"))"
        guard let user = try reading({ store throws(KernelError) in try store.user(path) }) else {
            throw Problem(.accountUnknown("user '\(path.clipped)'"))
        }
        return user
    }

    /// Grants that the caller may give.
    fileprivate func checked(_ bodies: [GrantBody]) throws -> [User.Grant] {
        try bodies.map { body in
            let grant = User.Grant(body.role, in: body.scope)
            try service.gate.admitGrant(grant, caller)
            if case .project(let path) = grant.scope,
                try reading({ store throws(KernelError) in try store.project(path) }) == nil
            {
                throw Problem(.accountUnknown("project '\(path.text)'"))
            }
            return grant
        }
    }

    fileprivate func makeToken(for user: User, _ body: TokenBody) throws -> Answer {
        let caller = try caller
        guard try reading({ store throws(KernelError) in try store.user(user.path) }) != nil else {
            throw Problem(
                .forbidden,
                "\(user.path) is known by an identity provider alone, and has no account that a token could be of",
                cure: "go on with the provider's tokens, or ask an admin for an account")
        }
        let abilities = Set(body.abilities ?? Array(caller.token.abilities))
        if user.path == caller.user.path {
            // A token makes none that can do more than itself.
            guard abilities.isSubset(of: caller.token.abilities) else {
                throw Problem(
                    .forbidden, "the token '\(caller.token.name)' lacks abilities that the new one should have")
            }
            if let own = caller.token.project, body.project != own {
                throw Problem(.forbidden, "the token '\(caller.token.name)' is good for \(own.text) alone")
            }
        }
        if let project = body.project, user.role(in: .project(project)) == nil {
            throw Problem(.badField, "body.project: \(user.path) has no role in '\(project.text)'")
        }
        var expires = body.expires
        if let own = caller.token.expires, user.path == caller.user.path { expires = min(expires ?? own, own) }
        if let expires, expires <= received { throw Problem(.badField, "body.expires: this is in the past") }
        let secret = Secrets.newToken()
        let token = Token(
            id: Secrets.newID("tok-"), user: user.path, name: body.name, abilities: abilities, project: body.project,
            created: received.rounded(.down), expires: expires)
        try changing { store throws(KernelError) in try store.add(token, digest: Secrets.digest(of: secret)) }
        return .json(TokenDocument(token, secret: secret), .created)
    }

    fileprivate func revokeToken() throws -> Answer {
        let caller = try caller, id = try parameter("token")
        let found = try reading { store throws(KernelError) in try store.token(id) }
        guard var token = found else { throw Problem(.accountUnknown("token '\(id.clipped)'")) }
        if token.user != caller.user.path {
            // Others' tokens are the business of their organisation's admins.
            let organisation = token.user.split(separator: "/").first.map(String.init) ?? ""
            guard caller.has(.admin), caller.role(in: .organisation(organisation)) == .admin else {
                throw Problem(.accountUnknown("token '\(id.clipped)'"))
            }
        }
        if token.revoked == nil { token.revoked = received.rounded(.down) }
        let revoked = token
        try changing { store throws(KernelError) in try store.update(revoked) }
        return .json(TokenDocument(revoked))
    }
}
