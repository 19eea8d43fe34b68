import Hardware
import Kernel
import Storage

/// A session as IonQ's clients ask for it.
struct IonQSessionBody: Decodable {
    var backend: String
    var jobs: Int?
    var minutes: Double?
    var settings: [String: WireValue]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["backend", "settings"])
        backend = try fields.required("backend")
        settings = try fields.nullable("settings") ?? [:]
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) where value != .null {
            switch name {
            case "job_count_limit":
                guard let count = value.whole, count > 0 else {
                    throw fields.wrong("settings", "job_count_limit is a whole number above 0")
                }
                jobs = count
            case "duration_limit_min":
                guard let count = value.whole, (1...1440).contains(count) else {
                    throw fields.wrong("settings", "duration_limit_min is a whole number from 1 to 1440")
                }
                minutes = Double(count)
            case "cost_limit":
                throw fields.wrong(
                    "settings", "cost_limit: Kelvin counts machine time, not money",
                    cure: "use duration_limit_min or job_count_limit")
            default: throw fields.wrong("settings", "there is no '\(name.clipped)'")
            }
        }
    }
}

/// What the door keeps of a session.
private struct IonQSessionRecord: Codable {
    var backend: String
    /// The kernel's name of it.
    var session: String
    var limit: Int?
    var count = 0
    var settings: [String: WireValue]
}

/// A session that a job joins.
struct IonQJoinedSession {
    fileprivate var record: DoorRecord
    fileprivate var kept: IonQSessionRecord
    var kernelName: String { kept.session }

    /// Counts one more job.
    func count(_ call: Call) throws {
        var (record, kept) = (record, kept)
        kept.count += 1
        record.bytes = DocumentCoding.encode(kept)
        try call.keep(record)
    }
}

struct IonQSession: Encodable {
    var id: String
    var backend: String
    var state: String
    var status: String
    var active: Bool
    var settings: [String: WireValue]
    var created_at: String
    var ended_at: String?
    /// Seconds of machine time.
    var usage_time: Double
    var job_count: Int
}

extension Call {
    func openIonQSession(_ body: IonQSessionBody) async throws -> Answer {
        let machine = try ionQMachine(body.backend)
        let session = try await openSession(
            .dedicated, on: machine.id, idleSeconds: 300, maximalSeconds: (body.minutes ?? 60) * 60)
        let kept = IonQSessionRecord(
            backend: body.backend, session: session.name, limit: body.jobs, settings: body.settings)
        let record = try newRecord("ionq", "session", Self.newUUID(), bytes: DocumentCoding.encode(kept))
        try keep(record)
        return .json(try await ionQSession(record))
    }

    func ionQSession(_ record: DoorRecord) async throws -> IonQSession {
        let kept: IonQSessionRecord = try DocumentCoding.decode(record.bytes)
        guard let index = SessionIndex(name: kept.session), let now = try await service.runtime.session(index) else {
            throw IonQDoor.gone(record)
        }
        let isOver = now.phase == .closing || now.phase == .closed
        let state = isOver ? "ended" : now.phase == .active ? "started" : "created"
        return IonQSession(
            id: record.name, backend: kept.backend, state: state, status: state, active: !isOver,
            settings: kept.settings, created_at: Timestamp.precise(now.opened),
            ended_at: now.phase == .closed ? Timestamp.precise(now.lastActive) : nil, usage_time: now.usedSeconds,
            job_count: kept.count)
    }

    func endIonQSession() async throws -> Answer {
        let record = try record
        let kept: IonQSessionRecord = try DocumentCoding.decode(record.bytes)
        guard let index = SessionIndex(name: kept.session) else { throw IonQDoor.gone(record) }
        try await service.runtime.close(index, cancelling: false)
        return .json(try await ionQSession(record))
    }

    /// A session by the id in a job, which has room for one more.
    func ionQSessionToJoin(_ id: String, _ machine: OfferedMachine) throws -> IonQJoinedSession {
        guard let record = try visibleRecord("ionq", "session", id, toChange: true) else {
            throw Problem(.unknownSession, "there is no session \(id.clipped)")
        }
        let kept: IonQSessionRecord = try DocumentCoding.decode(record.bytes)
        if let limit = kept.limit, kept.count >= limit {
            throw Problem(.sessionOver, "the session has had its \(limit) jobs", cure: "open another")
        }
        return IonQJoinedSession(record: record, kept: kept)
    }
}
