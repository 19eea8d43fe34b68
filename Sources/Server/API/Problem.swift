import HTTPTypes
import Hummingbird
import Kernel

/// What went wrong, as a caller gets it: problem details for HTTP (RFC 9457) with a stable code and the cure.
struct Problem: Error, Sendable {
    /// Stable; `ErrorCatalogue` explains it.
    var code: String
    var status: HTTPResponse.Status
    /// What happened this time.
    var detail: String
    var cure: String?
    var headers: HTTPFields = HTTPFields()
    /// What the audit trail names in place of what the request is about.
    var subject: String?
    /// Whose fault a code is that the catalogue does not list.
    private var fault: KernelError.Kind?

    /// A problem of the catalogue.
    ///
    /// - Parameter cure: where the catalogue's is too general.
    init(_ kind: ErrorCatalogue.Kind, _ detail: String, cure: String? = nil) {
        let entry = ErrorCatalogue.entry(kind)
        code = entry.code
        status = entry.status
        self.detail = detail
        self.cure = cure ?? entry.cure
    }

    init(_ error: KernelError) {
        let entry = ErrorCatalogue.entry(of: error.code, error.kind)
        code = error.code
        fault = error.kind
        status = entry.status
        detail = error.message
        cure = error.cure ?? entry.cure
    }

    private struct Document: Encodable {
        var type: String
        var title: String
        var status: Int
        var detail: String
        var instance: String?
        var code: String
        var cause: String
        var cure: String?
        var documentation: String
        /// What clients of the federation's interface read.
        var error: Brief

        struct Brief: Encodable {
            var code: String
            var message: String
        }
    }

    /// - Parameter instance: the id of the request, which logs and the audit trail have too.
    func answer(instance: String?) -> Answer {
        let entry = ErrorCatalogue.entry(of: code, fault)
        let document = Document(
            type: "/v1/errors/\(entry.code)", title: entry.title, status: Int(status.code), detail: detail,
            instance: instance.map { "urn:kelvin:request:\($0)" }, code: code, cause: entry.cause, cure: cure,
            documentation: "/docs/errors#\(entry.code)", error: .init(code: code, message: detail))
        var answer = Answer.json(document, status)
        answer.headers[.contentType] = "application/problem+json"
        for field in headers { answer.headers.append(field) }
        return answer
    }

    func header(_ name: HTTPField.Name, _ value: String) -> Problem {
        var problem = self
        problem.headers[name] = value
        return problem
    }
}
