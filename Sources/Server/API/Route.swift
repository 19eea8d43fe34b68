import HTTPTypes

/// One operation of the interface: where it is, who may use it, and what answers.
///
/// The table of routes is the interface. The router is built from it, the gate reads `access` from it, and the description
/// in `openapi.json` is held against it by a test.
struct Route: Sendable {
    var method: HTTPRequest.Method
    /// `/v1/jobs/{job}`. `{name+}` takes a segment in which percent-encoded slashes are; at the end, all that follows.
    var path: String
    /// The operation's name in the description, in logs and in the audit trail.
    var operation: String
    var access: Access
    /// The longest body it takes, bytes; 0 for none.
    var bodyLimit = 0
    /// Whether an idempotency key makes the same request get the same answer: of everything that changes something.
    /// Submissions look after theirs themselves: the key is kept with the job.
    var repeatsReply: Bool
    /// Whether its answer holds a secret, which is shown once and kept nowhere.
    var hidesReply = false
    /// Whether it is written into the audit trail.
    var isAudited: Bool
    /// Whether answering may take long however short the body is: then others' connections must not wait for it.
    var isLaborious = false
    /// The dialect it belongs to; nil for Kelvin's own.
    var door: FrontDoor?
    var answer: @Sendable (Call) async throws -> Answer

    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ access: Access, bodyLimit: Int = 0,
        repeatsReply: Bool? = nil, hidesReply: Bool = false, isAudited: Bool? = nil,
        isLaborious: Bool = false, answer: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.access = access
        self.bodyLimit = bodyLimit
        self.hidesReply = hidesReply
        self.isLaborious = isLaborious
        let isAudited = isAudited ?? (method != .get)
        self.isAudited = isAudited
        self.repeatsReply = repeatsReply ?? (isAudited && access != .open)
        self.answer = answer
    }
}
