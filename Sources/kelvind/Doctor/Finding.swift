/// What was found of one thing that a service needs.
struct Finding: Encodable {
    enum Grade: String, Encodable {
        case ok, warning, failure
    }

    /// What was looked at, in two or three words.
    var check: String
    var grade: Grade
    var message: String
    /// Of what is not well.
    var cure: String?

    static func ok(_ check: String, _ message: String) -> Finding {
        Finding(check: check, grade: .ok, message: message)
    }

    static func warning(_ check: String, _ message: String, cure: String) -> Finding {
        Finding(check: check, grade: .warning, message: message, cure: cure)
    }

    static func failure(_ check: String, _ message: String, cure: String) -> Finding {
        Finding(check: check, grade: .failure, message: message, cure: cure)
    }

    var text: String {
        let word =
            switch grade {
            case .ok: "ok  "
            case .warning: "warn"
            case .failure: "FAIL"
            }
        return "\(word)  \(check): \(message)\n" + (cure.map { "      cure: \($0)\n" } ?? "")
    }
}
