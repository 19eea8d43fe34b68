import Storage

// What callers send of accounts; what they get is in `Storage`.

struct NameBody: Decodable {
    var name: String

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["name"])
        name = try fields.accountName("name")
    }
}

struct UserBody: Decodable {
    var name: String?
    var grants: [GrantBody]?
    var disabled: Bool?

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["name", "grants", "disabled"])
        name = fields.has("name") ? try fields.accountName("name") : nil
        grants = try fields.optional("grants")
        if let grants, grants.count > 100 { throw fields.wrong("grants", "at most 100") }
        disabled = try fields.optional("disabled")
    }
}

struct GrantBody: Decodable {
    var role: Role
    var scope: Scope

    init(_ grant: User.Grant) {
        role = grant.role
        scope = grant.scope
    }

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["role", "scope"])
        guard let role: Role = try fields.word("role") else { throw fields.wrong("role", "missing") }
        self.role = role
        let text: String = try fields.required("scope")
        guard let scope = Scope(text) else {
            throw fields.wrong("scope", "'\(text.clipped)' is neither *, nor an organisation, nor ORGANISATION/PROJECT")
        }
        self.scope = scope
    }
}

struct TokenBody: Decodable {
    var name: String
    var abilities: [Token.Ability]?
    var project: ProjectPath?
    /// Seconds since 1970-01-01 UTC.
    var expires: Double?

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["name", "abilities", "project", "expires"])
        name = try fields.required("name")
        guard (1...64).contains(name.utf8.count), !name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw fields.wrong("name", "expected 1 to 64 bytes without control characters")
        }
        if let words: [String] = try fields.optional("abilities") {
            abilities = try words.map { word in
                guard let ability = Token.Ability(rawValue: word) else {
                    throw fields.wrong(
                        "abilities",
                        "'\(word.clipped)' is none of \(Token.Ability.allCases.map(\.rawValue).joined(separator: ", "))"
                    )
                }
                return ability
            }
        }
        if let text: String = try fields.optional("project") {
            guard let path = ProjectPath(text) else { throw fields.wrong("project", "expected ORGANISATION/PROJECT") }
            project = path
        }
        expires = try fields.optional("expires", as: Moment.self)?.seconds
    }
}

struct BudgetBody: Decodable {
    /// Nil for no limit.
    var machineSeconds: Double?

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["machineSeconds"])
        guard fields.has("machineSeconds") else {
            throw fields.wrong("machineSeconds", "missing", cure: "null for no limit")
        }
        machineSeconds = try fields.nullable("machineSeconds")
        if let machineSeconds, !(machineSeconds >= 0 && machineSeconds.isFinite) {
            throw fields.wrong("machineSeconds", "expected seconds, not negative")
        }
    }
}

extension Fields {
    func accountName(_ field: String) throws -> String {
        let name: String = try required(field)
        guard AccountName.isValid(name) else {
            throw wrong(
                field,
                "'\(name.clipped)' is no name: expected 1 to 40 of a-z, 0-9, '.', '_', '-', a letter or digit first")
        }
        return name
    }
}
