import HTTPTypes

/// What went wrong, in the three forms of Amazon's services.
enum AWSRefusal {
    static func answer(_ problem: Problem, _ request: HTTPRequest) -> Answer {
        let (code, status) = code(of: problem)
        let message = problem.cure.map { "\(problem.detail) (\($0))" } ?? problem.detail
        var answer: Answer
        switch service(of: request) {
        case "sts":
            answer = xml(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>\(code)</Code><Message>\(escaped(message))</Message></Error><RequestId>kelvin</RequestId></ErrorResponse>",
                status)
        case "s3":
            let name = status == .notFound ? "NoSuchKey" : code == "AccessDeniedException" ? "AccessDenied" : code
            answer = xml("<Error><Code>\(name)</Code><Message>\(escaped(message))</Message></Error>", status)
        default:
            answer = Answer.json(["message": message], status)
        }
        answer.headers[.amznErrorType] = code
        return answer
    }

    /// By what the request was signed for, else by where it went.
    private static func service(of request: HTTPRequest) -> String {
        if let signature = try? SignatureV4(request) { return signature.service }
        let words = (request.path ?? "").split(separator: "?")[0].split(separator: "/")
        if words.count <= 1 { return "sts" }
        let own = ["device", "devices", "quantum-task", "quantum-tasks", "tags", "job", "jobs", "spending-limit"]
        return own.contains(String(words[1])) ? "braket" : "s3"
    }

    /// Amazon's word for a problem, and the status that comes with it.
    private static func code(of problem: Problem) -> (String, HTTPResponse.Status) {
        if let said = problem.headers[.amznErrorType] {
            return (said, problem.status == .unauthorized ? .forbidden : problem.status)
        }
        return switch problem.status {
        case .unauthorized: ("UnrecognizedClientException", .forbidden)
        case .forbidden: ("AccessDeniedException", .forbidden)
        case .notFound, .gone: ("ResourceNotFoundException", .notFound)
        case .conflict: ("ConflictException", .conflict)
        case .tooManyRequests where problem.code == ErrorCatalogue.Kind.rateLimit.rawValue:
            ("ThrottlingException", .tooManyRequests)
        case .tooManyRequests: ("ServiceQuotaExceededException", HTTPResponse.Status(code: 402))
        case .serviceUnavailable where problem.code == "device.unavailable":
            ("DeviceOfflineException", HTTPResponse.Status(code: 424))
        case .internalServerError, .serviceUnavailable: ("InternalServiceException", .internalServerError)
        default: ("ValidationException", .badRequest)
        }
    }

    static func xml(_ text: String, _ status: HTTPResponse.Status = .ok) -> Answer {
        .bytes(Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(text)".utf8), status, type: "application/xml")
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
