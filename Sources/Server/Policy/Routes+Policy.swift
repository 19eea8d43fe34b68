import HTTPTypes
import Kernel
import Storage

extension Service {
    /// The rules of who may run what: read, set, and tried out.
    static func policyRoutes(bodyLimit: Int) -> [Route] {
        [
            Route(.get, "/v1/policy", "getPolicy", .service(.admin, .read)) { call in
                try call.checkQuery()
                return .json(try call.service.policy.current)
            },
            Route(.put, "/v1/policy", "setPolicy", .service(.admin, .admin), bodyLimit: 1 << 20) { call in
                try call.checkQuery()
                let policy: UsePolicy = try call.decoded()
                let conditions = call.request.headerFields[values: .ifMatch]
                let tags = conditions.joined(separator: ",").split(separator: ",").map { $0.filter { $0 != " " } }
                guard conditions.isEmpty || !tags.isEmpty else {
                    throw Problem(
                        .badRequest, "If-Match names nothing", cure: "give the ETag that GET /v1/policy told")
                }
                try call.service.policy.set(policy, expecting: tags.isEmpty ? nil : tags, at: call.received)
                return .json(policy)
            },
            Route(
                .post, "/v1/policy/test", "testPolicy", .service(.admin, .read), bodyLimit: bodyLimit, isAudited: false
            ) { call in
                try call.checkQuery()
                return .json(try await call.testPolicy(call.decoded()))
            },
        ]
    }
}

/// A job that somebody might hand in.
private struct TrialBody: Decodable {
    var user: String
    var job: SubmissionBody
    /// Rules that are not in force yet; nil for those that are.
    var policy: UsePolicy?

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["user", "job", "policy"])
        user = try fields.required("user")
        job = try fields.required("job")
        policy = try fields.optional("policy")
    }
}

private struct TrialDocument: Encodable {
    /// Whether the job may run somewhere.
    var isAllowed: Bool
    var machines: [Machine]

    struct Machine: Encodable {
        var device: String
        var decision: UsePolicy.Decision
        /// The rule that decides; left out where none fits.
        var rule: String?
        var because: String?
        var role: String
        var kinds: [String]
        var figures: Figures
        /// Every rule that was looked at.
        var trace: [Step]
    }

    struct Step: Encodable {
        var rule: String
        var fits: Bool
        /// Why not.
        var mismatch: String?
    }
}

extension Call {
    fileprivate func testPolicy(_ body: TrialBody) async throws -> TrialDocument {
        let found = try service.accounts.readAccounts { store throws(KernelError) in try store.user(body.user) }
        guard let user = found else { throw Problem(.accountUnknown("user '\(body.user.clipped)'")) }
        let identity = Identity(
            user: user,
            token: Token(
                id: "", user: user.path, name: "", abilities: Set(Token.Ability.allCases), created: received))
        let project = try project(asked: body.job.project, by: identity)
        let (_, request) = try prepared(body.job, in: project, session: nil, key: nil, by: identity)
        // What no machine takes is judged all the same.
        let appraisal = try? await service.runtime.checked(request).appraisal
        let policy = try body.policy ?? service.policy.current
        let machines = try await uses(request, appraisal, in: project, of: identity).map { use in
            let verdict = policy.verdict(on: use)
            return TrialDocument.Machine(
                device: use.device, decision: verdict.decision, rule: verdict.rule?.name,
                because: verdict.rule?.because,
                role: use.role.rawValue, kinds: use.kinds.map(\.rawValue).sorted(), figures: use.figures,
                trace: verdict.trace.map { .init(rule: $0.rule, fits: $0.mismatch == nil, mismatch: $0.mismatch) })
        }
        return TrialDocument(isAllowed: machines.contains { $0.decision == .allow }, machines: machines)
    }
}
