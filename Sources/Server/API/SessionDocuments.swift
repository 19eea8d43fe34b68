import Hardware
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

    private static func seconds(_ name: String, in range: ClosedRange<Double>, _ fields: Fields) throws -> Double? {
        guard let value: Double = try fields.optional(name) else { return nil }
        guard range.contains(value) else {
            throw fields.wrong(
                name, "expected seconds from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
        }
        return value
    }
}

/// The kinds of sessions by name.
enum SessionKind: String, CaseIterable, Codable, Sendable {
    case dedicated, shared, batch

    var kind: SessionCard.Kind {
        switch self {
        case .dedicated: .dedicated
        case .shared: .shared
        case .batch: .batch
        }
    }

    init(_ kind: SessionCard.Kind) {
        switch kind {
        case .dedicated: self = .dedicated
        case .shared: self = .shared
        case .batch: self = .batch
        }
    }
}

struct SessionDocument: Encodable {
    var id: String
    var kind: SessionKind
    var status: SessionOutlook.Phase
    var project: String
    /// The path of the user it belongs to.
    var user: String
    var device: String
    /// UTC.
    var opened: String
    var activated: String?
    var lastActive: String
    /// When it ends by itself if nothing happens.
    var ends: String?
    var idleSeconds: Double
    var maximalSeconds: Double
    /// Jobs that are not over.
    var jobs: Int
    /// Machine time, seconds.
    var machineSeconds: Double
    var budgetSeconds: Double?

    init(_ session: SessionOutlook) {
        let owner = Owner(account: session.account)
        id = session.index.name
        kind = SessionKind(session.kind)
        status = session.phase
        project = owner?.project.text ?? ""
        user = owner?.user ?? ""
        device = session.device
        opened = Timestamp.text(from: session.opened)
        activated = session.activated.map { Timestamp.text(from: $0) }
        lastActive = Timestamp.text(from: session.lastActive)
        ends = session.ends.map { Timestamp.text(from: $0) }
        idleSeconds = session.idleSeconds
        maximalSeconds = session.maximalSeconds
        jobs = session.liveJobs
        machineSeconds = session.usedSeconds
        budgetSeconds = session.budget.isFinite ? session.budget : nil
    }
}

struct SessionPage: Encodable {
    var sessions: [SessionDocument]
    /// Where the next page is; left out on the last.
    var next: String?
}
