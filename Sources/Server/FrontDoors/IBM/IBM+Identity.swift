import Foundation
import HTTPTypes
import Kernel
import Storage

// Who calls, and for which instance: an instance is a project.
extension IBM {
    static let identityRoutes: [Route] = [
        Route(
            .post, "/identity/token", "getAccessToken", .open, bodyLimit: 16 << 10, hidesReply: true, isAudited: false
        ) { call in
            var fields: [String: String] = [:]
            for name in ["grant_type", "apikey", "response_type"] {
                fields[name] = try Query(String(decoding: call.body, as: UTF8.self)).value(name)
            }
            let grant = fields["grant_type"] ?? ""
            guard grant == "urn:ibm:params:oauth:grant-type:apikey" else {
                throw Problem(
                    .badRequest, "grant_type '\(grant.clipped)' is not there",
                    cure: "urn:ibm:params:oauth:grant-type:apikey with a Kelvin token as apikey")
            }
            let key = fields["apikey"] ?? "", now = call.received
            let identity = try call.service.desk.identify(token: key, from: call.address, now: now).identity
            return .json(
                TokenAnswer(
                    access_token: AccessToken.make(for: key, user: identity.user.path, now),
                    expires_in: Int(AccessToken.seconds), expiration: Int(now + AccessToken.seconds)))
        },
        Route(
            .post, "/v3/resources/search", "searchInstances", .anyone(.read), bodyLimit: 64 << 10, repeatsReply: false,
            isAudited: false
        ) { call in
            let devices = call.service.machines.names.map { Search.Named(name: $0) }
            return .json(
                Search(
                    items: try call.instances().map { project in
                        Search.Item(
                            crn: crn(of: project), name: project.text, service_plan_unique_id: plan,
                            doc: .init(extensions: devices), tags: [])
                    }))
        },
        // The catalogue is public; so is all that this one holds.
        Route(.get, "/\(plan)", "getPlan", .open) { _ in
            .json(
                Plan(
                    overview_ui: ["en": ["display_name": "Kelvin"]],
                    metadata: ["pricing": ["type": "free"]]))
        },
        Route(.get, base + "/instances/usage", "getInstanceUsage", .anyone(.read)) { call in
            let project = try call.project(asked: try call.instance())
            let usage = try await call.service.runtime.usage(of: project.text)
            let limit = usage.budget.isFinite ? usage.budget : nil
            return .json(
                Usage(
                    instance_id: crn(of: project), plan_id: plan, usage_consumed_seconds: usage.used,
                    usage_limit_seconds: limit, usage_limit_reached: limit.map { usage.used >= $0 } ?? false,
                    usage_allocation_seconds: limit, usage_remaining_seconds: limit.map { max(0, $0 - usage.used) }))
        },
    ]

    /// The name of a project as a resource of IBM's cloud.
    static func crn(of project: ProjectPath) -> String {
        "crn:v1:bluemix:public:quantum-computing:us-east:a/\(project.organisation):\(project.name)::"
    }

    private struct TokenAnswer: Encodable {
        var access_token: String
        var refresh_token = "not_supported"
        var token_type = "Bearer"
        var expires_in: Int
        var expiration: Int
        var scope = "ibm openid"
    }

    private struct Search: Encodable {
        var items: [Item]
        var limit = 100

        struct Item: Encodable {
            var crn: String
            var name: String
            var service_plan_unique_id: String
            var doc: Document
            var tags: [String]
        }

        struct Document: Encodable {
            /// Clients pass over an instance without any.
            var extensions: [Named]
        }

        struct Named: Encodable {
            var name: String
        }
    }

    private struct Plan: Encodable {
        var id = IBM.plan
        var overview_ui: [String: [String: String]]
        var metadata: [String: [String: String]]
    }

    private struct Usage: Encodable {
        var instance_id: String
        var plan_id: String
        var usage_consumed_seconds: Double
        /// Nil for none.
        var usage_limit_seconds: Double?
        var usage_limit_reached: Bool
        var usage_allocation_seconds: Double?
        var usage_remaining_seconds: Double?
    }
}

extension Call {
    /// The project that the `Service-CRN` names; nil where it names none of this service: then the caller's only one is
    /// meant.
    ///
    /// - Throws: for a project that is not there, of an organisation that the caller knows.
    func instance() throws -> String? {
        guard let crn = HTTPField.Name("Service-CRN").flatMap({ request.headerFields[$0] }) else { return nil }
        let fields = crn.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count >= 8, fields[0] == "crn" else {
            throw Problem(.badRequest, "the Service-CRN '\(crn.clipped)' is no CRN")
        }
        let organisation = String(fields[6].hasPrefix("a/") ? fields[6].dropFirst(2) : fields[6])
        let text = "\(organisation)/\(fields[7])"
        let caller = try caller
        if let path = ProjectPath(text), caller.role(in: .project(path)) != nil { return text }
        guard AccountName.isValid(organisation), caller.maySee(.organisation(organisation)) else { return nil }
        throw Problem(.accountUnknown("instance '\(text.clipped)'"))
    }

    /// The projects that the caller may hand jobs in to.
    fileprivate func instances() throws -> [ProjectPath] {
        let caller = try caller
        let visible = try visibleProjects(asked: nil)?.compactMap { ProjectPath($0) }
        let all =
            try visible
            ?? service.accounts.readAccounts { store throws(KernelError) in
                try store.projects(of: nil).map(\.path)
            }
        return all.filter { project in caller.role(in: .project(project)).map { $0 >= .member } ?? false }
    }
}
