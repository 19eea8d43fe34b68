import HTTPTypes
import Kernel

/// Every code that the service answers with, with what it means and what helps. `Docs/errors.md` is printed from it.
enum ErrorCatalogue {
    /// What the service itself says; the kernel's codes come with its errors.
    enum Kind: String, CaseIterable {
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case unauthenticated
        case forbidden
        case badRequest = "bad-request"
        case badField = "bad-field"
        case tooLarge = "too-large"
        case mediaType = "media-type"
        case rateLimit = "rate-limit"
        case keyReused = "key-reused"
        case preconditionFailed = "precondition-failed"
        case unfinished
        case shuttingDown = "shutting-down"
        case unknownDevice = "unknown-device"
        case calibrationChanged = "calibration-changed"
        case tooManyJobs = "too-many-jobs"
        case unknownSession = "unknown-session"
        case sessionOver = "session-over"
        case policy
        case notAcceptable = "not-acceptable"
        case fault
    }

    struct Entry: Sendable {
        var code: String
        var status: HTTPResponse.Status
        var title: String
        var cause: String
        var cure: String?
    }

    static func entry(_ kind: Kind) -> Entry { own[kind.rawValue] ?? fallback(kind.rawValue, .system) }

    /// - Parameter kind: whose fault an unlisted code is; nil where nobody knows.
    static func entry(of code: String, _ kind: KernelError.Kind?) -> Entry {
        own[code] ?? kernel[code] ?? brought[code] ?? fallback(code, kind)
    }

    /// Sorted by code.
    static var all: [Entry] { (Array(own.values) + kernel.values + brought.values).sorted { $0.code < $1.code } }

    static func isKnown(_ code: String) -> Bool { own[code] != nil || kernel[code] != nil || brought[code] != nil }

    /// What a code that is listed nowhere belongs to: it is one of a program's diagnostics, or of the kernel's many.
    private static func fallback(_ code: String, _ kind: KernelError.Kind?) -> Entry {
        let name =
            switch kind {
            case .system: "system-error"
            case .cancelled: "cancelled"
            default: "program-error"
            }
        return kernel[name] ?? Entry(code: code, status: .internalServerError, title: code, cause: code)
    }

    private static let own: [String: Entry] = table([
        (
            .notFound, .notFound, "There is nothing here", "The address names nothing that you may see.",
            "check the address; GET /v1/openapi.json lists what there is"
        ),
        (
            .methodNotAllowed, .methodNotAllowed, "This cannot be done here", "The address has other methods.",
            "use one of those in the Allow header"
        ),
        (
            .unauthenticated, .unauthorized, "Who are you?",
            "No token came with the request, or it is wrong, revoked, expired, or its user is disabled.",
            "send Authorization: Bearer TOKEN with a token that is in force"
        ),
        (
            .forbidden, .forbidden, "You may not do this",
            "Your role, or the abilities of your token, do not reach so far.",
            "ask an admin of the project for the role, or use a token with the ability"
        ),
        (
            .badRequest, .badRequest, "The request cannot be read", "Its body, path or query is not what is expected.",
            "the detail says what is wrong; GET /v1/openapi.json describes every request"
        ),
        (
            .badField, .unprocessableContent, "A field of the request is wrong",
            "A field is missing, unknown, or has a value that means nothing.",
            "the detail names the field; GET /v1/openapi.json describes it"
        ),
        (
            .tooLarge, .contentTooLarge, "The request is too large", "Bodies and headers have a limit.",
            "send less, or split the work into several jobs"
        ),
        (
            .mediaType, .unsupportedMediaType, "The body is of another type", "Bodies are JSON.",
            "send Content-Type: application/json"
        ),
        (
            .rateLimit, .tooManyRequests, "Too many requests", "A token, or an address, may ask only so often.",
            "wait as long as Retry-After says"
        ),
        (
            .keyReused, .conflict, "The idempotency key was used for another request",
            "A key stands for one request, and this one differs.", "use a new key for a new request"
        ),
        (
            .preconditionFailed, .preconditionFailed, "It has changed meanwhile",
            "If-Match names a version that is no longer the current one.", "read it again, then repeat the change"
        ),
        (
            .unfinished, .conflict, "The job is not over", "What was asked for exists when the job is over.",
            "wait for it: ?wait=SECONDS, or GET …/events"
        ),
        (
            .shuttingDown, .serviceUnavailable, "The service is shutting down", "It takes no new work; jobs are kept.",
            "try again in a minute"
        ),
        (
            .unknownDevice, .unprocessableContent, "There is no such device",
            "Jobs name the devices that the service has.", "GET /v1/devices lists them"
        ),
        (
            .calibrationChanged, .conflict, "Another calibration is in force",
            "The program was compiled against a calibration that is no longer in force.",
            "read the device, and compile again"
        ),
        (
            .tooManyJobs, .tooManyRequests, "Too many jobs at once",
            "A project may have only so many jobs on their way.",
            "wait for some to end, or cancel them"
        ),
        (
            .policy, .forbidden, "The use policy does not allow it",
            "A rule of the service's admins says who may run which size and kind of program on which machine.",
            "choose another machine or a smaller program, or ask an admin; the detail names the rule"
        ),
        (
            .notAcceptable, .notAcceptable, "It does not come in this form",
            "The Accept header names no form that this has.",
            "the detail names the forms that there are"
        ),
        (
            .unknownSession, .notFound, "There is no such session", "It never was, or is not yours to see.",
            "GET /v1/sessions lists yours"
        ),
        (
            .sessionOver, .conflict, "The session takes no more jobs",
            "It was closed, lay idle too long, or has reached its longest time.", "open another"
        ),
        (
            .fault, .internalServerError, "A fault of ours", "Something happened that should not be possible.",
            "report it with the id in `instance`; the log has more under that id"
        ),
    ])

    private static func table(
        _ rows: [(Kind, HTTPResponse.Status, String, String, String)]
    ) -> [String: Entry] {
        Dictionary(
            uniqueKeysWithValues: rows.map { kind, status, title, cause, cure in
                (kind.rawValue, Entry(code: kind.rawValue, status: status, title: title, cause: cause, cure: cure))
            })
    }

    /// Codes of the kernel that are no mistakes of a program.
    private static let kernel: [String: Entry] = Dictionary(
        uniqueKeysWithValues: [
            (
                "program-error", .unprocessableContent, "The program or its input is wrong",
                "The program, its inputs or its options do not fit, or do not fit the machine. The code says which.",
                "the detail says where; `kelvin explain CODE` tells more of a diagnostic"
            ),
            (
                "system-error", .serviceUnavailable, "The machine or the system failed",
                "Something on the side of the service did not work. The code says what.",
                "try again later, or ask the operator"
            ),
            (
                "unknown-job", .notFound, "There is no such job", "It never was, was deleted, or is not yours to see.",
                "GET /v1/jobs lists yours"
            ),
            (
                "submission.key", .conflict, "The idempotency key was used for another request",
                "A key stands for one submission, and this one differs.", "use a new key for a new job"
            ),
            (
                "read-once", .gone, "The result was given out",
                "It was to be given out once, and was; then it was erased.",
                "submit the job again"
            ),
            (
                "bundle.unfinished", .conflict, "There is no result to bundle",
                "The job is not over, or did not end well.",
                "wait for its end"
            ),
            (
                "bundle.not-kept", .notFound, "Less is kept than this takes",
                "The job ran under an older version, or was handed in without its request.", "submit it again"
            ),
            ("cancelled", .conflict, "The job was cancelled", "Someone cancelled it.", "submit it again"),
            (
                "paused", .conflict, "The job stands aside", "It was paused, or its budget is used up.",
                "raise the budget, or resume it"
            ),
            (
                "kernel.gave-up", .conflict, "The job was given up", "Too many workers died over it.",
                "look at its history, then submit it again"
            ),
            ("account.exists", .conflict, "The name is taken", "Names are given once.", "choose another"),
            (
                "account.unknown", .notFound, "There is no such account",
                "An organisation, project, user or token of this name does not exist, or is not yours to see.",
                "create it first"
            ),
            (
                "storage.sqlite", .serviceUnavailable, "The store failed", "The database could not be read or written.",
                "the operator finds the reason in the log"
            ),
            (
                "storage.document", .internalServerError, "Something kept cannot be read",
                "It was written by another version of Kelvin, or damaged.", "submit the job again"
            ),
            (
                "device.unavailable", .serviceUnavailable, "The machine is not there",
                "It is offline, drained, or its driver cannot be opened.", "wait, or choose another machine"
            ),
            (
                "device.failed", .serviceUnavailable, "The machine failed", "A run failed on the machine's side.",
                "try again later"
            ),
            (
                "reservation.taken", .conflict, "The machine is reserved", "Someone else has it at that time.",
                "choose another time or machine"
            ),
            (
                "reservation.busy", .conflict, "The machine is busy", "A batch of shots runs into that time.",
                "begin a little later"
            ),
        ].map { code, status, title, cause, cure in
            (code, Entry(code: code, status: status, title: title, cause: cause, cure: cure))
        })
}
