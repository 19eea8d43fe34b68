import Circuits
import HTTPTypes
import Hardware
import Kernel
import Languages
import Storage

/// The REST interface of the Munich Quantum Portal, as mqss-client 0.2 speaks it.
enum MQSSDoor {
    static let door = FrontDoor(
        name: "mqss", prefixes: ["/mqss"], routes: routes, token: FrontDoor.authorization("Bearer"),
        refusal: { problem, _ in
            .json(["error": problem.code, "message": problem.fullText], problem.status)
        })

    @Sendable private static func routes(_ bodyLimit: Int) -> [Route] {
        [
            Route(.get, "/v1/resources", "listResources", .anyone(.read)) { call in
                .json(
                    Dictionary(
                        call.offered().map { ($0.id, MQSSResource($0)) }, uniquingKeysWith: { $1 }))
            },
            Route(.get, "/v1/resources/{device}", "getResource", .anyone(.read)) { call in
                .json(MQSSResource(try call.offered(call.parameter("device"))))
            },
            Route(.get, "/v1/resources/{device}/num_pending_jobs", "countJobs", .anyone(.read)) { call in
                .json(["num_pending_jobs": try call.queueLength(of: call.offered(call.parameter("device")).id)])
            },
            Route(.post, "/v1/job", "submitJob", .anyone(.jobs), bodyLimit: bodyLimit) { call in
                try await call.submitMQSS()
            },
            Route(.get, "/v1/job/{record}/status", "getStatus", .readRecord("job")) { call in
                .json(["status": try call.mqssStatus()])
            },
            Route(.get, "/v1/job/{record}/result", "getResult", .readRecord("job")) { call in
                try call.mqssResult()
            },
            Route(.get, "/v1/job/{record}/cancel_reason", "getReason", .readRecord("job")) { call in
                .json(["cancel_reason": try call.mqssReason()])
            },
            Route(.delete, "/v1/job/{record}", "cancelJob", .changeRecord("job")) { call in
                if let job = try call.summary(of: call.record) { _ = try await call.cancelled(job) }
                return .json([String: String]())
            },
            Route(.post, "/v1/hamiltonian_job", "submitHamiltonianJob", .anyone(.jobs), bodyLimit: bodyLimit) { _ in
                throw Problem(
                    .badRequest, "Hamiltonian jobs are for analog machines, which Kelvin does not drive",
                    cure: "send circuits")
            },
        ]
    }
}

extension Problem {
    /// What happened and what helps, in one text.
    var fullText: String { cure.map { "\(detail); \($0)" } ?? detail }
}

/// A machine in MQSS's words; the lists are Python literals.
struct MQSSResource: Encodable {
    var name: String
    var qubits: Int
    var online: Bool
    var connectivity: String
    var instructions: String
    var description: String

    /// The gates that the client has names for; Kelvin compiles them for every machine.
    private static let gates: [StandardGate] = [.id, .x, .y, .z, .h, .rx, .ry, .rz, .r, .cx, .cz, .swap, .rxx]

    init(_ machine: OfferedMachine) {
        name = machine.id
        let sites = machine.listedSites
        qubits = machine.isSimulator ? sites.count : machine.description.siteCount
        online = machine.takesJobs
        description = machine.summary
        let pairs = machine.listedCouplings.flatMap { [[$0.0, $0.1], [$0.1, $0.0]] }
        connectivity = "[\(pairs.map { "[\($0[0]),\($0[1])]" }.joined(separator: ","))]"
        let ones = "{\(sites.map { "(\($0),):None" }.joined(separator: ","))}"
        let twos = "{\(pairs.map { "(\($0[0]),\($0[1])):None" }.joined(separator: ","))}"
        var entries = Self.gates.map { "('\($0.name)',\($0.qubitCount == 1 ? ones : twos))" }
        entries.append("('measure',\(ones))")
        let abilities = machine.description.abilities
        if abilities.reset { entries.append("('reset',\(ones))") }
        if abilities.feedForward { entries.append("('if_else',None)") }
        instructions = "[\(entries.joined(separator: ","))]"
    }
}

/// What the door keeps of a job.
private struct MQSSRecord: Codable {
    /// Why it was not taken.
    var refusal: String?
    var isList: Bool
}

/// A job as the client sends it.
private struct MQSSSubmission: Decodable {
    var texts: [String]
    var dialect: Dialect
    var resource: String
    var shots: Int
    var isCompiled: Bool
    var mayWait: Bool

    init(from decoder: any Decoder) throws {
        let fields = try Fields(
            decoder, known: ["circuit", "circuit_format", "resource_name", "shots", "no_modify", "queued"])
        resource = try fields.required("resource_name")
        shots = try fields.required("shots")
        guard shots > 0 else { throw fields.wrong("shots", "expected a whole number above 0") }
        isCompiled = try fields.nullable("no_modify") ?? false
        mayWait = try fields.nullable("queued") ?? false
        switch try fields.required("circuit_format", as: String.self) {
        case "qasm3": dialect = .qiskit
        case "qasm", "qasm2": dialect = .ibm
        case let other: throw fields.wrong("circuit_format", "'\(other.clipped)' is none of qasm, qasm3")
        }
        let circuit: String = try fields.required("circuit")
        guard let texts = PythonLiteral.texts(circuit), (1...1000).contains(texts.count) else {
            throw fields.wrong("circuit", "expected a Python list of 1 to 1000 texts")
        }
        self.texts = texts
    }
}

extension Call {
    /// The client shows no refusal's text, only the reason of a cancelled job: a job that is not taken is one of those.
    fileprivate func submitMQSS() async throws -> Answer {
        var kept = MQSSRecord(isList: false), job: JobSummary?
        do {
            let asked = try decoded(MQSSSubmission.self)
            kept.isList = asked.texts.count > 1
            let machine = try offered(asked.resource)
            guard machine.takesJobs || asked.mayWait else {
                throw Problem(
                    .badRequest, "\(machine.id) is \(machine.status.name)", cure: "wait, or submit with queued=True")
            }
            var document = SubmissionDocument(
                name: "job", device: machine.id,
                blocks: asked.texts.map {
                    SubmissionDocument.Block(file: "program", text: $0, dialect: asked.dialect)
                }, shots: asked.shots, seed: seed(), mitigation: .none)
            if asked.isCompiled { document.isCompiled = true }
            job = try await submit(document)
        } catch let problem as Problem where problem.status.kind == .clientError {
            kept.refusal = problem.fullText
        } catch let error as KernelError {
            let problem = Problem(error)
            guard problem.status.kind == .clientError else { throw problem }
            kept.refusal = problem.fullText
        }
        let record = try newRecord("mqss", "job", Self.newUUID(), job: job, bytes: DocumentCoding.encode(kept))
        try keep(record)
        return .json(["uuid": record.name])
    }

    fileprivate func mqssStatus() throws -> String {
        let record = try record
        guard let job = try summary(of: record) else { return "CANCELLED" }
        return switch job.state {
        case nil, .created, .validated: "PENDING"
        case .completed: "COMPLETED"
        case .failed, .cancelled: "CANCELLED"
        default: "WAITING"
        }
    }

    fileprivate func mqssReason() throws -> String {
        let record = try record
        let kept: MQSSRecord = try DocumentCoding.decode(record.bytes)
        if let refusal = kept.refusal { return refusal }
        guard let job = try summary(of: record) else { return "the job was deleted" }
        if let failure = try failure(of: job) {
            return failure.cure.map { "\(failure.message); \($0)" } ?? failure.message
        }
        return job.state == .cancelled ? "cancelled by its owner" : ""
    }

    fileprivate func mqssResult() throws -> Answer {
        let record = try record
        let kept: MQSSRecord = try DocumentCoding.decode(record.bytes)
        guard let job = try summary(of: record) else {
            throw Problem(.notFound, kept.refusal ?? "\(record.name) was deleted")
        }
        let counts = try results(of: job).results.map { $0.samples?.first?.counts(separator: " ") ?? [:] }
        let text = kept.isList ? DocumentCoding.encode(counts) : DocumentCoding.encode(counts[0])
        func moment(_ seconds: Double) -> String {
            Timestamp.precise(seconds).replacing("T", with: " ").replacing("Z", with: "000")
        }
        return .json([
            "result": String(decoding: text, as: UTF8.self), "timestamp_submitted": moment(job.submitted),
            "timestamp_scheduled": moment(max(job.submitted, job.updated - job.charged)),
            "timestamp_completed": moment(job.updated),
        ])
    }
}
