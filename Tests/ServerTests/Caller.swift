import Testing

/// Callers, by what they are to what alice of local/main made.
enum Caller: String, CaseIterable {
    case nobody, owner, viewer, member, projectOperator, projectAdmin, organisationAdmin, serviceViewer,
        serviceOperator,
        serviceAdmin, stranger, readOnlyOwner, otherProject

    static let seeing: Set<Caller> = [
        .owner, .viewer, .member, .projectOperator, .projectAdmin, .organisationAdmin, .serviceViewer, .serviceOperator,
        .serviceAdmin, .readOnlyOwner,
    ]
    static let changing: Set<Caller> = [
        .owner, .projectOperator, .projectAdmin, .organisationAdmin, .serviceOperator, .serviceAdmin,
    ]
    /// Those with a token, whatever it is for.
    static let known = Set(allCases).subtracting([.nobody])
}

extension TestService {
    /// A token for each of them but nobody.
    func callers() async throws -> [Caller: String] {
        _ = try await post("/v1/organisations", ["name": "other"])
        _ = try await post("/v1/organisations/other/projects", ["name": "lab"])
        _ = try await post("/v1/organisations/local/projects", ["name": "side"])
        var tokens: [Caller: String] = [:]
        tokens[.owner] = try await user("alice", "member", in: "local/main")
        let readOnly = try await post(
            "/v1/organisations/local/users/alice/tokens", ["name": "reader", "abilities": ["read"]])
        tokens[.readOnlyOwner] = readOnly.object["secret"] as? String
        tokens[.viewer] = try await user("vera", "viewer", in: "local/main")
        tokens[.member] = try await user("bob", "member", in: "local/main")
        tokens[.projectOperator] = try await user("otto", "operator", in: "local/main")
        tokens[.projectAdmin] = try await user("paula", "admin", in: "local/main")
        tokens[.organisationAdmin] = try await user("oscar", "admin", in: "local")
        tokens[.serviceViewer] = try await user("sven", "viewer", in: "*")
        tokens[.serviceOperator] = try await user("sina", "operator", in: "*")
        tokens[.serviceAdmin] = try await user("sam", "admin", in: "*")
        tokens[.stranger] = try await user("eve", "admin", in: "other/lab", organisation: "other")
        tokens[.otherProject] = try await user("mallory", "admin", in: "local/side")
        #expect(tokens.count == Caller.allCases.count - 1)
        return tokens
    }
}
