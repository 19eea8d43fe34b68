import Circuits
import Hardware
import Kernel
import Storage

/// A job in IonQ's words; names are the wire's.
struct IonQJob: Encodable {
    struct Stats: Encodable {
        var qubits: Int
        var circuits: Int
        var gate_counts: [String: Int]?
    }

    struct Place: Encodable {
        var url: String?
        var id: String?
        var format: String?
    }

    struct Failure: Encodable {
        var code: String
        var error: String
    }

    var id: String
    var type: String
    var status: String
    var backend: String
    var target: String
    var name: String?
    var shots: Int
    var metadata: [String: WireValue]
    var settings: [String: WireValue]
    var noise: [String: WireValue]
    var dry_run = false
    var session_id: String?
    var parent_job_id: String?
    var child_job_ids: [String]?
    var submitted_at: String
    var started_at: String?
    var completed_at: String?
    var execution_duration_ms: Int?
    var predicted_wait_time_ms: Int?
    var stats: Stats
    var results: [String: Place]?
    var failure: Failure?
    /// What both clients say aloud.
    var warning: [String: [String]]?
    var cost_usd = 0.0
}

extension Call {
    func ionQJob(_ record: DoorRecord) throws -> IonQJob {
        guard let job = try summary(of: record) else { throw IonQDoor.gone(record) }
        let kept = try IonQRecord(record)
        let path = "\(IonQDoor.version)/jobs/\(record.name)"
        var answer = IonQJob(
            id: record.name, type: kept.type, status: IonQDoor.status(job), backend: kept.backend,
            target: kept.backend, name: kept.name, shots: kept.shots, metadata: kept.metadata,
            settings: kept.settings, noise: kept.noise, session_id: kept.session, parent_job_id: kept.parent,
            child_job_ids: kept.children, submitted_at: Timestamp.precise(job.submitted),
            stats: IonQJob.Stats(
                qubits: kept.qubits, circuits: kept.children?.count ?? 1,
                gate_counts: kept.gatesOnOne.map { ["1q": $0, "2q": kept.gatesOnMore ?? 0] }))
        if job.state?.isFinal == true {
            answer.completed_at = Timestamp.precise(job.updated)
            answer.started_at = Timestamp.precise(max(job.submitted, job.updated - job.charged))
            answer.execution_duration_ms = Int((job.charged * 1000).rounded())
        }
        if let failure = try failure(of: job) {
            answer.failure = IonQJob.Failure(
                code: failure.code, error: failure.cure.map { "\(failure.message); \($0)" } ?? failure.message)
        }
        if job.state == .completed {
            if kept.type == IonQSubmission.Kind.qasm3.rawValue {
                let format = "ionq.result.shots.json.v2"
                answer.results = [format: .init(id: "shots", format: format)]
            } else if kept.children != nil {
                answer.results = ["probabilities": .init(url: "\(path)/results/probabilities/aggregated")]
            } else {
                answer.results = [
                    "probabilities": .init(url: "\(path)/results/probabilities"),
                    "shots": .init(url: "\(path)/results/shots"),
                ]
            }
            if let machine = try? offered(job.device), machine.description.isEmulated, !machine.isSimulator {
                answer.warning = [
                    "messages": ["\(machine.id) is emulated: no physical machine produced these results"]
                ]
            }
        }
        return answer
    }

    /// Newest first; parts of other jobs are not listed.
    func listIonQ() throws -> Answer {
        try checkQuery("status", "session_id", "limit", "next", "backend", "submitter_id", "project_id", "parent")
        for name in ["submitter_id", "project_id", "parent"] where try query(name) != nil {
            throw Problem(.badRequest, "\(name): jobs are not looked for by it here", cure: "leave it out")
        }
        let asked = try query("status")
        let known = ["submitted", "ready", "started", "running", "queued", "completed", "failed", "canceled"]
        if let asked, !known.contains(asked) {
            throw Problem(.badRequest, "status=\(asked.clipped) is none of \(known.joined(separator: ", "))")
        }
        let (session, backend) = (try query("session_id"), try query("backend"))
        let limit = min(100, try integer("limit", in: 1...1000) ?? 100)
        let offset = try integer("next", in: 0...Int.max) ?? 0
        let (page, count) = try records("ionq", "job", limit: limit, offset: offset)
        var jobs: [IonQJob] = []
        for record in page {
            let kept = try IonQRecord(record)
            guard kept.parent == nil, session == nil || kept.session == session,
                backend == nil || kept.backend == backend, try summary(of: record) != nil
            else { continue }
            let job = try ionQJob(record)
            let isWanted =
                switch asked {
                case nil: true
                case "queued": ["submitted", "ready"].contains(job.status)
                case "running": job.status == "started"
                case let status?: job.status == status
                }
            if isWanted { jobs.append(job) }
        }
        struct Page: Encodable {
            var jobs: [IonQJob]
            var next: String?
        }
        return .json(Page(jobs: jobs, next: offset + limit < count ? "\(offset + limit)" : nil))
    }

    /// What a job cost: nothing in money, some of the machine's time.
    func ionQCost(_ record: DoorRecord) throws -> IonQCost {
        guard let job = try summary(of: record) else { throw IonQDoor.gone(record) }
        return IonQCost(cost: .init(value: 0), execution_duration_ms: Int((job.charged * 1000).rounded()))
    }

    /// How long a job would take by the machine's figures. Kelvin asks no money for it.
    func estimateIonQ() throws -> Answer {
        try checkQuery(
            "type", "backend", "1q_gates", "2q_gates", "qubits", "shots", "error_mitigation", "session")
        let name = try query("backend") ?? "simulator"
        let machine = try ionQMachine(name)
        let counts = 0...Int(1e9)
        let inputs = IonQEstimate.Inputs(
            backend: name, oneQubitGates: try integer("1q_gates", in: counts) ?? 0,
            twoQubitGates: try integer("2q_gates", in: counts) ?? 0, qubits: try integer("qubits", in: counts) ?? 1,
            shots: try integer("shots", in: counts) ?? 100,
            error_mitigation: try query("error_mitigation")?.lowercased() == "true",
            session: try query("session")?.lowercased() == "true")
        let timing = IonQCharacterization(machine).timing
        let shot =
            Double(inputs.oneQubitGates) * (timing["1q"] ?? 0) + Double(inputs.twoQubitGates) * (timing["2q"] ?? 0)
            + (timing["readout"] ?? 0) + machine.description.timing.repetitionDelay.value
        return .json(
            IonQEstimate(
                input_values: inputs, estimated_at: Timestamp.precise(received),
                estimated_execution_time: machine.isSimulator ? 0 : shot * Double(inputs.shots)))
    }
}

struct IonQCost: Encodable {
    struct Amount: Encodable {
        var unit = "usd"
        var value: Double
    }

    var dry_run = false
    var cost: Amount
    var estimated_cost = Amount(value: 0)
    var execution_duration_ms: Int
}

struct IonQEstimate: Encodable {
    struct Inputs: Encodable {
        var backend: String
        var oneQubitGates: Int
        var twoQubitGates: Int
        var qubits: Int
        var shots: Int
        var error_mitigation: Bool
        var session: Bool

        private enum CodingKeys: String, CodingKey {
            case backend, qubits, shots, error_mitigation, session
            case oneQubitGates = "1q_gates"
            case twoQubitGates = "2q_gates"
        }
    }

    var input_values: Inputs
    var estimated_at: String
    var cost_unit = "usd"
    var rate_information: [String: Double] = [:]
    var estimated_cost = 0.0
    /// Seconds.
    var estimated_execution_time: Double
    var current_predicted_queue_time = 0.0
}
