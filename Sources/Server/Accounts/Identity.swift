import Kernel
import Storage

/// Who makes a request: a user, cut down to what the token may do.
struct Identity: Sendable, Hashable {
    var user: User
    var token: Token

    /// The role that holds for a scope; nil for none, and for everything outside the token's project.
    func role(in scope: Scope) -> Role? {
        if let project = token.project, !Scope.project(project).contains(scope) { return nil }
        return user.role(in: scope)
    }

    func has(_ ability: Token.Ability) -> Bool { token.abilities.contains(ability) }

    /// The projects whose jobs it may look at; nil for all there are.
    var visibleProjects: Visibility {
        if let project = token.project {
            return user.role(in: .project(project)) == nil ? .some([]) : .some([project.text])
        }
        if user.role(in: .service) != nil { return .all }
        var projects: [String] = [], organisations: [String] = []
        for grant in user.grants {
            switch grant.scope {
            case .service: break
            case .organisation(let name): organisations.append(name)
            case .project(let path): projects.append(path.text)
            }
        }
        return organisations.isEmpty ? .some(projects) : .within(organisations, and: projects)
    }

    enum Visibility: Hashable, Sendable {
        case all
        case some([String])
        /// Every project of some organisations, and others.
        case within([String], and: [String])
    }

    /// Who pays for its jobs in a project: the last word is the user, with the organisation where that is another.
    func account(in project: ProjectPath) -> String {
        project.text + "/"
            + (user.organisation == project.organisation ? user.name : "\(user.organisation):\(user.name)")
    }
}

/// Whom a job or a session of the service belongs to, by the path of who pays for it.
struct Owner: Hashable, Sendable {
    var project: ProjectPath
    /// The path of the user.
    var user: String

    /// Nil for what did not come through the service.
    init?(account: String) {
        let words = account.split(separator: "/").map(String.init)
        guard words.count == 3, let project = ProjectPath("\(words[0])/\(words[1])") else { return nil }
        self.project = project
        user = words[2].contains(":") ? words[2].replacing(":", with: "/") : "\(words[0])/\(words[2])"
    }
}

extension JobSummary {
    /// The project it belongs to; nil for jobs that did not come through the service.
    var projectPath: ProjectPath? { ProjectPath(project) }

    /// The path of the user it belongs to.
    var ownerPath: String? { Owner(account: account)?.user }
}
