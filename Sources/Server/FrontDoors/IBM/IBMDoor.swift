import HTTPTypes
import Hardware

/// IBM Quantum's REST interface, as `qiskit-ibm-runtime` and QRMI speak it: identity, instances, backends, the programs
/// `sampler`, `estimator` and `executor`, sessions and batches.
enum IBM {
    static let door = "ibm"
    /// The client takes an address as it is only where this word is in it.
    static let base = "/experimental/api/v1"
    /// The plan that every instance belongs to, as the catalogue knows it.
    static let plan = "kelvin-quantum-plan"
}

extension FrontDoor {
    static let ibm = FrontDoor(
        name: IBM.door, prefixes: ["", "/ibm"],
        rootPaths: ["/identity", "/v3/resources", "/\(IBM.plan)", "/experimental"],
        routes: { bodyLimit in
            IBM.identityRoutes + IBM.deviceRoutes + IBM.jobRoutes(bodyLimit: bodyLimit) + IBM.sessionRoutes
        },
        token: IBM.token, refusal: IBM.refusal)
}

extension IBM {
    /// `Bearer` with an access token of ours, or `apikey` with a Kelvin token, which clients fall back to.
    static func token(_ request: HTTPRequest, _ now: Double) throws -> String? {
        guard let field = request.headerFields[.authorization] else { return nil }
        let words = field.split(separator: " ")
        guard words.count == 2 else { throw Problem(.unauthenticated, "the Authorization header holds no token") }
        switch words[0].lowercased() {
        case "apikey": return String(words[1])
        case "bearer": return Secrets.mayBeToken(words[1]) ? String(words[1]) : try AccessToken.read(words[1], now)
        default: return nil
        }
    }

    private struct Errors: Encodable {
        var errors: [Item]
        var trace: String?

        struct Item: Encodable {
            var code: Int
            var message: String
            var solution: String?
            var more_info: String
        }
    }

    private struct IdentityError: Encodable {
        var errorCode: String
        var errorMessage: String
        var errorDetails: String?
    }

    /// The SDK shows the whole answer; the numbers are IBM's where it has one for what happened.
    static func refusal(_ problem: Problem, _ request: HTTPRequest) -> Answer {
        let path = request.path ?? ""
        if path.contains("/identity/") {
            let isUnknown = problem.status == .unauthorized
            return .json(
                IdentityError(
                    errorCode: isUnknown ? "BXNIM0415E" : "BXNIM0109E", errorMessage: problem.detail,
                    errorDetails: problem.cure), isUnknown ? .badRequest : problem.status)
        }
        let cure = problem.cure.map { "; \($0)" } ?? ""
        let code =
            switch problem.status {
            case .unauthorized: 1200
            case .notFound: 1291
            case .conflict: 1298
            default: Int(problem.status.code)
            }
        // A submission that failed on our side is not sent again by itself: it might have been taken in.
        let isSubmission = request.method == .post && path.hasSuffix("/jobs")
        let isFault = problem.status.code >= 500 && problem.status != .serviceUnavailable
        return .json(
            Errors(
                errors: [
                    .init(
                        code: code, message: "\(problem.detail)\(cure) [\(problem.code)]", solution: problem.cure,
                        more_info: "/docs/errors#\(problem.code)")
                ]), isSubmission && isFault ? .init(code: 424, reasonPhrase: "Failed Dependency") : problem.status)
    }
}
