import Storage

// Rules as admins write them: read as strictly as everything else, because a rule that is misread lets somebody through.
extension UsePolicy {
    static let fields = ["rules", "otherwise"]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        rules = try fields.required("rules")
        otherwise = try fields.word("otherwise") ?? .allow
        guard rules.count <= 500 else { throw fields.wrong("rules", "at most 500") }
        guard Set(rules.map(\.name)).count == rules.count else { throw fields.wrong("rules", "two have the same name") }
    }
}

extension UsePolicy.Rule {
    static let fields = [
        "name", "projects", "users", "devices", "roles", "kinds", "over", "upTo", "decision", "because",
    ]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        name = try fields.accountName("name")
        func patterns(_ field: String) throws -> [String]? {
            guard let list: [String] = try fields.optional(field) else { return nil }
            guard (1...100).contains(list.count), list.allSatisfy({ (1...120).contains($0.utf8.count) }) else {
                throw fields.wrong(field, "expected 1 to 100 patterns of 1 to 120 bytes")
            }
            return list
        }
        projects = try patterns("projects")
        users = try patterns("users")
        devices = try patterns("devices")
        roles = try patterns("roles")
        for role in roles ?? [] where Role(rawValue: role) == nil {
            let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw fields.wrong("roles", "'\(role.clipped)' is none of \(known)")
        }
        kinds = try fields.optional("kinds", as: [String].self)?.map { word in
            guard let kind = Use.Kind(rawValue: word) else {
                let known = Use.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw fields.wrong("kinds", "'\(word.clipped)' is none of \(known)")
            }
            return kind
        }
        if kinds?.isEmpty == true { throw fields.wrong("kinds", "an empty list fits nothing", cure: "leave it out") }
        over = try fields.optional("over")
        upTo = try fields.optional("upTo")
        guard let decision: UsePolicy.Decision = try fields.word("decision") else {
            throw fields.wrong("decision", "missing", cure: "allow or deny")
        }
        self.decision = decision
        because = try fields.optional("because")
        if let because, !(1...400).contains(because.utf8.count) { throw fields.wrong("because", "1 to 400 bytes") }
    }
}

extension Figures {
    init(from decoder: any Decoder) throws {
        self.init()
        let fields = try Fields(decoder, known: Self.fields.map(\.name))
        for (name, path) in Self.fields {
            guard let value: Double = try fields.optional(name) else { continue }
            guard value >= 0, value.isFinite else { throw fields.wrong(name, "expected a number, not negative") }
            self[keyPath: path] = value
        }
        if self == Figures() {
            throw Problem(
                .badField,
                "\(JSONBody.path(decoder.codingPath)): expected one of \(Self.fields.map(\.name).joined(separator: ", "))"
            )
        }
    }
}
