import Kernel
import Storage

/// What is asked for when a session or batch is opened.
struct SessionBody: Decodable {
    var project: String?
    var kind: SessionKind
    var device: String
    var idleSeconds: Double
    var maximalSeconds: Double
    /// Machine time, seconds.
    var budget: Double?

    static let fields = ["project", "kind", "device", "idleSeconds", "maximalSeconds", "budget"]

    /// What a front door asks for.
    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        project = try fields.optional("project")
        kind = try fields.word("kind") ?? .shared
        device = try fields.required("device")
        idleSeconds = try Self.seconds("idleSeconds", in: 1...3600, fields) ?? 60
        maximalSeconds = try Self.seconds("maximalSeconds", in: 1...86_400, fields) ?? 28_800
        budget = try fields.optional("budget")
        if let budget, !(budget > 0 && budget.isFinite) { throw fields.wrong("budget", "expected seconds above 0") }
    }

    init(project: String? = nil, kind: SessionKind, device: String, idleSeconds: Double, maximalSeconds: Double) {
        self.project = project
        self.kind = kind
        self.device = device
        self.idleSeconds = idleSeconds
        self.maximalSeconds = maximalSeconds
    }

    private static func seconds(_ name: String, in range: ClosedRange<Double>, _ fields: Fields) throws -> Double? {
        guard let value: Double = try fields.optional(name) else { return nil }
        guard range.contains(value) else {
            throw fields.wrong(
                name, "expected seconds from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
        }
        return value
    }
}

extension SessionDocument {
    /// A session with whose it is.
    init(ofService session: SessionOutlook) {
        self.init(session)
        let owner = Owner(account: session.account)
        project = owner?.project.text ?? ""
        user = owner?.user ?? ""
    }
}
