import HTTPTypes
import Hardware
import Kernel
import Languages
import Storage

/// A job as qBraid's client sends it.
struct QBraidSubmission: Decodable {
    struct Program: Decodable {
        var format: String
        var data: WireValue
        fileprivate var ionQ: IonQInput?

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["format", "data"])
            format = try fields.required("format")
            data = try fields.required("data")
            switch format {
            case "qasm2", "qasm3":
                guard data.text != nil else { throw fields.wrong("data", "expected a text") }
            case "ionq.circuit.v0":
                let input: IonQInput = try fields.required("data")
                guard input.circuits.count == 1 else { throw fields.wrong("data", "expected one circuit") }
                ionQ = input
            default:
                throw fields.wrong(
                    "format", "'\(format.clipped)' is not read here", cure: "send qasm3, qasm2 or ionq.circuit.v0")
            }
        }

        fileprivate func block() throws -> SubmissionDocument.Block {
            if let ionQ { return try ionQ.circuits[0].block() }
            return SubmissionDocument.Block(
                file: "program", text: data.text ?? "", dialect: format == "qasm2" ? .ibm : .qiskit)
        }
    }

    var name: String?
    var shots: Int
    var device: String
    var tags: [String: WireValue]
    var programs: [Program]
    var seed: UInt64?

    init(from decoder: any Decoder) throws {
        let fields = try Fields(
            decoder, known: ["name", "shots", "deviceQrn", "tags", "runtimeOptions", "groupJobQrn", "program"])
        name = try fields.nullable("name")
        shots = try fields.nullable("shots") ?? 1024
        guard shots > 0 else { throw fields.wrong("shots", "expected a whole number above 0") }
        device = try fields.required("deviceQrn")
        tags = try fields.nullable("tags") ?? [:]
        if let group = try fields.nullable("groupJobQrn", as: String.self) {
            throw fields.wrong(
                "groupJobQrn", "\(group.clipped): Kelvin has no group jobs of qBraid's", cure: "submit without a group")
        }
        for (option, value) in try fields.nullable("runtimeOptions", as: [String: WireValue].self) ?? [:] {
            guard option == "seed", let number = value.whole, number >= 0 else {
                throw fields.wrong(
                    "runtimeOptions", "'\(option.clipped)' means nothing to Kelvin; known: seed", cure: "leave it out")
            }
            seed = UInt64(number)
        }
        if let several = try? fields.required("program", as: [WireValue].self) {
            guard (1...1000).contains(several.count) else { throw fields.wrong("program", "expected 1 to 1000") }
            programs = try fields.required("program")
        } else {
            programs = [try fields.required("program")]
        }
    }
}

/// What the door keeps of a job.
struct QBraidRecord: Codable {
    struct Program: Codable {
        var format: String
        var data: WireValue
    }

    var name: String?
    var shots: Int
    var deviceQrn: String
    var tags: [String: WireValue]
    var programs: [Program]

    init(_ asked: QBraidSubmission) {
        name = asked.name
        shots = asked.shots
        deviceQrn = asked.device
        tags = asked.tags
        programs = asked.programs.map { Program(format: $0.format, data: $0.data) }
    }

    init(_ record: DoorRecord) throws(KernelError) { self = try DocumentCoding.decode(record.bytes) }
}

/// A job in qBraid's words.
struct QBraidJob: Encodable {
    struct Times: Encodable {
        var createdAt: String
        var endedAt: String?
        /// Milliseconds.
        var executionDuration: Int?

        init(_ job: JobSummary) {
            createdAt = Timestamp.precise(job.submitted)
            if job.state?.isFinal == true {
                endedAt = Timestamp.precise(job.updated)
                executionDuration = Int((job.charged * 1000).rounded())
            }
        }
    }

    static let statuses = [
        "INITIALIZING", "QUEUED", "VALIDATING", "RUNNING", "CANCELLING", "CANCELLED", "COMPLETED", "FAILED", "HOLD",
    ]

    var jobQrn: String
    var name: String?
    var shots: Int
    var deviceQrn: String
    var tags: [String: WireValue]
    var runtimeOptions: [String: String] = [:]
    var vendor = "kelvin"
    var provider = "kelvin"
    var status: String
    var statusMsg: String?
    var experimentType = "gate_model"
    var queuePosition: Int?
    var timeStamps: Times
    var cost = 0.0
    var estimatedCost = 0.0
    var metadata: [String: WireValue]
    var numCircuits: Int
    // What the platform tells besides.
    var organizationUserId: String
    var deviceId: String
    var providerId = "kelvin"
    var gcsDestination = ["bucket": "kelvin", "directory": "jobs"]

    static func status(_ job: JobSummary) -> String {
        switch job.state {
        case nil, .created: "INITIALIZING"
        case .validated: "VALIDATING"
        case .queued: "QUEUED"
        case .compiling, .running, .mitigating: "RUNNING"
        case .paused: "HOLD"
        case .completed: "COMPLETED"
        case .failed: "FAILED"
        case .cancelled: "CANCELLED"
        }
    }
}

extension Call {
    func submitQBraid(_ asked: QBraidSubmission) async throws -> Answer {
        let machine = try qBraidMachine(asked.device)
        let document = SubmissionDocument(
            name: asked.name ?? "job", device: machine.id, blocks: try asked.programs.map { try $0.block() },
            shots: asked.shots, seed: asked.seed ?? seed(), mitigation: .none)
        let job = try await submit(document)
        let record = try newRecord(
            "qbraid", "job", "kelvin:job:\(Self.newUUID())", job: job,
            bytes: DocumentCoding.encode(QBraidRecord(asked)))
        try keep(record)
        return QBraidDoor.answer(try await qBraidJob(record), .created)
    }

    func qBraidJob(_ record: DoorRecord) async throws -> QBraidJob {
        guard let job = try summary(of: record) else { throw QBraidDoor.gone(record) }
        let kept = try QBraidRecord(record), state = try await jobAnswer(job)
        let machine = try? offered(job.device)
        return QBraidJob(
            jobQrn: record.name, name: kept.name, shots: kept.shots, deviceQrn: kept.deviceQrn, tags: kept.tags,
            status: QBraidJob.status(job), statusMsg: state.reason, queuePosition: state.position,
            timeStamps: QBraidJob.Times(job),
            metadata: ["emulated": .bool(machine?.description.isEmulated ?? false), "job": .text("\(job.job)")],
            numCircuits: kept.programs.count, organizationUserId: job.ownerPath ?? "", deviceId: job.device)
    }

    func listQBraid() async throws -> Answer {
        try checkQuery("vendor", "provider", "status", "statusGroup", "tags", "search", "page", "limit")
        let limit = try integer("limit", in: 1...100) ?? 20, page = try integer("page", in: 0...Int(1e6)) ?? 0
        let status = try query("status"), group = try query("statusGroup"), search = try query("search")
        let others = ["vendor", "provider"].compactMap { try? query($0) }.filter { !["kelvin", "all"].contains($0) }
        var tags: [String: WireValue] = [:]
        if let text = try query("tags") {
            tags = try JSONBody.decode([String: WireValue].self, from: Array(text.utf8), request)
        }
        var found: [QBraidJob] = []
        if others.isEmpty {
            // Filters look at the newest thousand.
            for record in try records("qbraid", "job", limit: 1000).page where try summary(of: record) != nil {
                let job = try await qBraidJob(record)
                let isOver = ["COMPLETED", "FAILED", "CANCELLED"].contains(job.status)
                guard status == nil || job.status == status, group != "pending" || !isOver,
                    group != "returned" || isOver, tags.allSatisfy({ job.tags[$0.key] == $0.value }),
                    search == nil || (job.name ?? "").contains(search ?? "")
                else { continue }
                found.append(job)
            }
        }
        struct Page: Encodable {
            struct Pagination: Encodable {
                var page: Int
                var limit: Int
                var total: Int
                var totalPages: Int
                var hasNext: Bool
                var hasPrev: Bool
            }
            var success = true
            var data: [QBraidJob]
            var pagination: Pagination
        }
        let start = min(found.count, page * limit), end = min(found.count, start + limit)
        return .json(
            Page(
                data: Array(found[start..<end]),
                pagination: .init(
                    page: page, limit: limit, total: found.count, totalPages: (found.count + limit - 1) / limit,
                    hasNext: end < found.count, hasPrev: page > 0)))
    }

    /// Counts as Qiskit spells them, without spaces.
    func qBraidResult() throws -> Answer {
        struct Result: Encodable {
            var status: String
            var cost = 0.0
            var timeStamps: QBraidJob.Times
            var resultData: [String: [String: Int]]?
            var results: [Result]?
        }
        let record = try record
        guard let job = try summary(of: record) else { throw QBraidDoor.gone(record) }
        let times = QBraidJob.Times(job), status = QBraidJob.status(job)
        let parts = try results(of: job).results.map { block in
            Result(
                status: status, timeStamps: times,
                resultData: ["measurementCounts": block.samples?.first?.counts(separator: "") ?? [:]])
        }
        if parts.count == 1 { return QBraidDoor.answer(parts[0]) }
        return QBraidDoor.answer(Result(status: status, timeStamps: times, results: parts))
    }

    func qBraidCompiledProgram() throws -> Answer {
        let record = try record
        guard let job = try summary(of: record) else { throw QBraidDoor.gone(record) }
        let texts = try results(of: job).programs.compactMap(\.compiled)
        guard !texts.isEmpty else { throw Problem(.notFound, "\(record.name) has no compiled program") }
        let programs = texts.map { QBraidRecord.Program(format: "qasm3", data: .text($0)) }
        return programs.count == 1 ? QBraidDoor.answer(programs[0]) : QBraidDoor.answer(programs)
    }
}
