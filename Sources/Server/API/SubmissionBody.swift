import Circuits
import FoundationEssentials
import Hardware
import Kernel
import Languages

/// A job as it is asked for over HTTP, and the request that it becomes.
///
/// Either an object with the fields below, or a request as Kelvin keeps it (`"format": "kelvin-request/1"`).
struct SubmissionBody: Decodable {
    var project: String?
    var tags: [String]
    /// The session it is sent into.
    var session: String?
    /// The calibration that the program was compiled against.
    var calibration: String?
    /// Without device, seed and account decided.
    private var document: SubmissionDocument
    private var seed: UInt64?

    static let fields = [
        "project", "name", "program", "language", "dialect", "includes", "file", "device", "devices", "shots", "seed",
        "inputs", "observables", "mitigation", "effort", "priority", "tags", "budget", "batchShots", "deadline",
        "tenancy", "onRecalibration", "calibration", "compiled", "keepGates", "session", "readOnce",
    ]

    /// What goes along with a kept request.
    static let companions = ["project", "tags", "session"]

    init(from decoder: any Decoder) throws {
        let probe = try decoder.container(keyedBy: AnyKey.self)
        if probe.contains(AnyKey("format")) {
            let fields = try Fields(decoder, known: SubmissionDocument.fields + Self.companions)
            var blocks = try probe.nestedUnkeyedContainer(forKey: AnyKey("blocks"))
            while !blocks.isAtEnd { _ = try Fields(blocks.superDecoder(), known: SubmissionDocument.Block.fields) }
            document = try SubmissionDocument(from: decoder)
            if let priority = document.priority, !PriorityWord.allCases.contains(where: { $0.number == priority }) {
                throw fields.wrong(
                    "priority",
                    "\(priority) is none of \(PriorityWord.allCases.map { "\($0.number)" }.joined(separator: ", "))")
            }
            project = try probe.decodeIfPresent(String.self, forKey: AnyKey("project"))
            tags = try probe.decodeIfPresent([String].self, forKey: AnyKey("tags")) ?? []
            session = try fields.optional("session")
            if project == nil, let account = document.account {
                project = account.split(separator: "/").prefix(2).joined(separator: "/")
            }
            seed = document.seed
            try Self.check(tags: tags) { Problem(.badField, "body.tags: \($0)") }
            return
        }
        let fields = try Fields(decoder, known: Self.fields)
        project = try fields.optional("project")
        tags = try fields.optional("tags") ?? []
        session = try fields.optional("session")
        try Self.check(tags: tags) { fields.wrong("tags", $0) }
        calibration = try fields.optional("calibration")
        seed = try fields.optional("seed", as: SeedText.self)?.value
        let block = try Self.block(fields)
        document = SubmissionDocument(
            name: try fields.optional("name") ?? "program", device: "", blocks: [block],
            shots: try fields.optional("shots") ?? 1024, seed: 0,
            mitigation: try fields.word("mitigation") ?? .readout, effort: try fields.optional("effort") ?? "standard")
        if let device: String = try fields.optional("device") { document.devices = [device] }
        if let devices: [String] = try fields.optional("devices") {
            if document.devices != nil { throw fields.wrong("devices", "there is a 'device' already") }
            document.devices = devices
        }
        if let word = try fields.word("priority", as: PriorityWord.self) {
            document.priority = word.number
        }
        document.budget = try fields.optional("budget")
        document.batchShots = try fields.optional("batchShots")
        document.deadline = try fields.optional("deadline", as: Moment.self)?.seconds
        document.tenancy = try fields.word("tenancy")
        document.isCompiled = try fields.optional("compiled")
        document.keepsGates = try fields.optional("keepGates")
        if document.isCompiled == true, document.keepsGates == true {
            throw fields.wrong("keepGates", "'compiled' says already that nothing is changed")
        }
        document.isReadOnce = try fields.optional("readOnce")
        document.onRecalibration = try fields.optional("onRecalibration")
    }

    private enum PriorityWord: String, CaseIterable {
        case low, normal, high
        var number: Int { Int(priority.rawValue) }
        private var priority: Priority {
            switch self {
            case .low: .low
            case .normal: .normal
            case .high: .high
            }
        }
    }

    private static func check(tags: [String], _ wrong: (String) -> Problem) throws {
        guard tags.count <= 16, Set(tags).count == tags.count else { throw wrong("at most 16 different words") }
        for tag in tags
        where !(1...64).contains(tag.utf8.count) || tag.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            throw wrong("a tag has 1 to 64 bytes and no control characters")
        }
    }

    private static func block(_ fields: Fields) throws -> SubmissionDocument.Block {
        var text: String = try fields.required("program"), dialect = Dialect.openQASM
        switch try fields.optional("language", as: String.self) ?? "openqasm3" {
        case "openqasm3", "openqasm2", "openqasm": break
        case "qpy":
            guard let bytes = Data(base64Encoded: text) else {
                throw fields.wrong("program", "a QPY file is sent as base64")
            }
            text = try ProgramSource.openQASM(ofQPY: Array(bytes), name: "program").text
        case let other:
            throw fields.wrong("language", "'\(other.clipped)' is none of openqasm3, openqasm2, qpy")
        }
        if let name = try fields.optional("dialect", as: String.self) {
            guard let known = Dialect(rawValue: name) else {
                throw fields.wrong(
                    "dialect",
                    "'\(name.clipped)' is none of \(Dialect.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            dialect = known
        }
        return SubmissionDocument.Block(
            file: try fields.optional("file") ?? "program", text: text,
            parameters: try fields.optional("inputs", as: InputSets.self)?.table ?? ParameterTable(),
            observables: try fields.optional("observables"), dialect: dialect,
            includes: try fields.optional("includes") ?? [:])
    }

    /// The request as it is kept.
    ///
    /// - Parameters:
    ///   - devices: those chosen, at least one.
    ///   - key: without a seed of its own a request with a key takes one that follows from it, so that it is the same when
    ///     it is sent again.
    func document(account: String, devices: [String], key: String?) -> SubmissionDocument {
        var document = document
        document.account = account
        document.device = devices[0]
        document.devices = devices.count > 1 ? devices : nil
        document.seed = seed ?? key.map(Secrets.seed) ?? UInt64.random(in: 0..<1 << 48)
        return document
    }

    /// Those named; empty for none.
    var devices: [String] { document.devices ?? (document.device.isEmpty ? [] : [document.device]) }
}

/// A seed has 64 bits; a JSON number of other languages holds 53, so that a text will do as well.
private struct SeedText: Decodable {
    var value: UInt64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try? container.decode(String.self)
        guard let value = try? text.map(UInt64.init) ?? container.decode(UInt64.self) else {
            throw Problem(
                .badField, "\(JSONBody.path(decoder.codingPath)): expected a whole number of 64 bits, not negative")
        }
        self.value = value
    }
}

/// A time, `2026-04-17T10:00:00Z`.
struct Moment: Decodable {
    var seconds: Double

    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let seconds = Timestamp.seconds(from: text) else {
            throw Problem(
                .badField, "\(JSONBody.path(decoder.codingPath)): expected a time such as 2026-04-17T10:00:00Z")
        }
        self.seconds = seconds
    }
}

/// Values for a program's inputs: an object, or a list of objects with the same fields.
private struct InputSets: Decodable {
    var table: ParameterTable

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let path = JSONBody.path(decoder.codingPath)
        if let set = try? container.decode([String: Scalar].self) {
            let names = set.keys.sorted()
            table = ParameterTable(names.map { ($0, set[$0]?.value ?? .bool(false)) })
            return
        }
        let sets = try container.decode([[String: Scalar]].self)
        let names = sets.first?.keys.sorted() ?? []
        for (index, set) in sets.enumerated() where set.keys.sorted() != names {
            throw Problem(.badField, "\(path)[\(index)]: every set has the same inputs as the first")
        }
        table = ParameterTable(
            names: names, shape: Shape([sets.count]), rows: sets.map { set in names.compactMap { set[$0]?.value } })
    }

    struct Scalar: Decodable {
        var value: InputValue

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                value = .bool(flag)
            } else if let number = try? container.decode(Int64.self) {
                value = .integer(number)
            } else if let number = try? container.decode(Double.self) {
                value = .real(number)
            } else if let text = try? container.decode(String.self), let parsed = InputValue(text: text) {
                value = parsed
            } else {
                throw Problem(
                    .badField,
                    "\(JSONBody.path(decoder.codingPath)): expected a number, true, false, or a text such as pi/2 or 0b01"
                )
            }
        }
    }
}
