import Circuits
import HTTPTypes
import Hardware
import Kernel
import Languages
import Storage

/// AQT's direct-access interface, as qiskit-aqt-provider 2.0 speaks it, and of its cloud's what cirq-aqt 1.7 asks for.
///
/// Of the direct interface the machine is part of the URL: `/aqt/ion-chain-20`.
enum AQTDoor {
    static let door = FrontDoor(
        name: "aqt", prefixes: ["/aqt"], routes: routes, token: FrontDoor.authorization("Bearer"), refusal: refusal)

    /// cirq-aqt takes any answer for JSON and shows it whole where there is no status in it, or the status is `error`.
    private static func refusal(_ problem: Problem, _ request: HTTPRequest) -> Answer {
        struct Body: Encodable {
            struct Response: Encodable {
                var status = "error"
                var message: String
            }
            var detail: String
            var code: String
            var response: Response
        }
        return .json(
            Body(detail: problem.fullText, code: problem.code, response: .init(message: problem.fullText)),
            problem.status)
    }

    @Sendable private static func routes(_ bodyLimit: Int) -> [Route] {
        [
            Route(.get, "/{device}/status/ions", "getIons", .anyone(.read)) { call in
                .json(["num_ions": try call.offered(call.parameter("device")).ions])
            },
            Route(.get, "/{device}/system/name", "getName", .anyone(.read)) { call in
                .json(try call.offered(call.parameter("device")).id)
            },
            Route(.put, "/{device}/circuit", "submitCircuit", .anyone(.jobs), bodyLimit: bodyLimit) { call in
                let record = try await call.submitAQT(
                    [call.decoded()], to: call.parameter("device"), label: nil, isVerbatim: true)
                return .json(record.name)
            },
            Route(.get, "/{device}/circuit/result/{record}", "awaitResult", .readRecord("job")) { call in
                try await call.directResult()
            },
            Route(.get, "/api/v1/workspaces", "listWorkspaces", .anyone(.read)) { call in
                try call.aqtWorkspaces()
            },
            Route(.get, "/api/v1/resources/{device}", "getResource", .anyone(.read)) { call in
                .json(AQTResource(try call.offered(call.parameter("device"))))
            },
            Route(
                .post, "/api/v1/submit/{workspace}/{device}", "submitJob", .anyone(.jobs), bodyLimit: bodyLimit
            ) { call in
                let body: AQTSubmission = try call.decoded()
                let record = try await call.submitAQT(
                    body.circuits, to: call.parameter("device"), label: body.label, isVerbatim: false)
                return .json(try call.cloudAnswer(record))
            },
            Route(.get, "/api/v1/result/{record}", "getResult", .readRecord("job")) { call in
                .json(try call.cloudAnswer(call.record))
            },
            Route(.delete, "/api/v1/jobs/{record}", "cancelJob", .changeRecord("job")) { call in
                if let job = try call.summary(of: call.record) { _ = try await call.cancelled(job) }
                return Answer(.noContent)
            },
        ]
    }
}

extension OfferedMachine {
    /// As many qubits as programs may name.
    fileprivate var ions: Int { isSimulator ? listedSites.count : description.siteCount }
}

struct AQTResource: Encodable {
    var id: String
    var name: String
    var type: String
    var status: String
    var available_qubits: Int
    var status_updated_at: String

    init(_ machine: OfferedMachine) {
        id = machine.id
        name = machine.summary
        type = machine.description.isEmulated ? "simulator" : "device"
        status =
            switch machine.status {
            case .online, .busy: "online"
            case .calibrating, .maintenance: "maintenance"
            case .error, .offline: "offline"
            }
        available_qubits = machine.ions
        status_updated_at = machine.calibration.timestampText
    }
}

/// A job of the cloud's interface.
struct AQTSubmission: Decodable {
    var label: String?
    var circuits: [AQTCircuit]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["job_type", "label", "payload"])
        let kind: String = try fields.required("job_type")
        guard kind == "quantum_circuit" else {
            throw fields.wrong("job_type", "'\(kind.clipped)' is no quantum_circuit")
        }
        label = try fields.nullable("label")
        circuits = try fields.required("payload", as: Payload.self).circuits
        guard (1...1000).contains(circuits.count) else { throw fields.wrong("payload", "expected 1 to 1000 circuits") }
    }

    private struct Payload: Decodable {
        var circuits: [AQTCircuit]

        init(from decoder: any Decoder) throws {
            circuits = try Fields(decoder, known: ["circuits"]).required("circuits")
        }
    }
}

/// What the door keeps of a job.
private struct AQTRecord: Codable {
    var device: String
    var label: String?
}

extension Call {
    fileprivate func submitAQT(
        _ circuits: [AQTCircuit], to device: String, label: String?, isVerbatim: Bool
    ) async throws -> DoorRecord {
        let machine = try offered(device)
        // On ions these gates are the machine's own, on the ions that are named.
        let isNative = isVerbatim && machine.description.modality == .trappedIon
        let shots = circuits[0].repetitions
        var document = SubmissionDocument(
            name: label ?? "circuit", device: machine.id,
            blocks: try circuits.map { circuit in
                var block = try circuit.block(namesSites: isNative)
                block.shots = circuit.repetitions
                return block
            }, shots: shots, seed: seed(), mitigation: .none)
        if isNative { document.isCompiled = true }
        let job = try await submit(document)
        let kept = AQTRecord(device: device, label: label)
        let record = try newRecord("aqt", "job", Self.newUUID(), job: job, bytes: DocumentCoding.encode(kept))
        try keep(record)
        return record
    }

    /// Ion k of each shot in place k.
    private func aqtRows(_ job: JobSummary) throws -> [[[UInt8]]] {
        let tables = try shots(of: job)
        return try results(of: job).results.map { block in
            guard let program = block.samples?.first?.program, tables.indices.contains(program) else { return [] }
            return (0..<tables[program].shots).map { tables[program].row($0) }
        }
    }

    /// Held until there is one, or for a minute; the client has no word for one that is not there yet.
    fileprivate func directResult() async throws -> Answer {
        struct Body: Encodable {
            struct Payload: Encodable {
                var status: String
                var result: [[UInt8]]?
                var message: String?
            }
            var job_id: String
            var payload: Payload
        }
        let record = try record
        guard var job = try summary(of: record) else { throw Problem(.notFound, "\(record.name) was deleted") }
        job = try await settled(job, within: Service.longestWait)
        switch job.state {
        case .completed:
            return .json(
                Body(job_id: record.name, payload: .init(status: "finished", result: try aqtRows(job).first ?? [])))
        case .failed, .cancelled:
            let failure = try failure(of: job)
            return .json(
                Body(job_id: record.name, payload: .init(status: "error", message: failure?.message ?? "cancelled")))
        default: throw Problem(.unfinished, "\(record.name) is not over", cure: "ask again")
        }
    }

    fileprivate func aqtWorkspaces() throws -> Answer {
        struct Workspace: Encodable {
            var id: String
            var accepting_job_submissions = true
            var jobs_being_processed = 0
            var resources: [AQTResource]
        }
        return .json([Workspace(id: "kelvin", resources: offered().map(AQTResource.init))])
    }

    fileprivate func cloudAnswer(_ record: DoorRecord) throws -> AQTCloudJob {
        guard let job = try summary(of: record) else { throw Problem(.notFound, "\(record.name) was deleted") }
        let kept: AQTRecord = try DocumentCoding.decode(record.bytes)
        var answer = AQTCloudJob(
            job: .init(job_id: record.name, label: kept.label, resource_id: kept.device),
            response: .init(status: "queued"))
        switch job.state {
        case .completed:
            answer.response.status = "finished"
            answer.response.result = Dictionary(
                uniqueKeysWithValues: try aqtRows(job).enumerated().map { ("\($0.offset)", $0.element) })
        case .failed:
            answer.response.status = "error"
            answer.response.message = try failure(of: job)?.message
        case .cancelled: answer.response.status = "cancelled"
        case .compiling, .running, .mitigating:
            answer.response.status = "ongoing"
            answer.response.finished_count = job.finishedParts
        default: break
        }
        return answer
    }
}

struct AQTCloudJob: Encodable {
    struct Job: Encodable {
        var job_id: String
        var job_type = "quantum_circuit"
        var label: String?
        var resource_id: String
        var workspace_id = "kelvin"
    }

    struct Response: Encodable {
        var status: String
        var result: [String: [[UInt8]]]?
        var message: String?
        var finished_count: Int?
    }

    var job: Job
    var response: Response
}
