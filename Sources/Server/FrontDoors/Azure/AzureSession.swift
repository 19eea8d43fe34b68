import HTTPTypes
import Hardware
import Kernel
import Storage

/// A session as Azure Quantum's SDK asks for it, and as the door keeps it.
struct AzureSession: Codable, Sendable {
    static let kind = "session"

    var name: String
    var providerId: String
    var target: String
    var jobFailurePolicy: String
    /// The kernel's name of it.
    var session: String?

    init(from decoder: any Decoder) throws {
        let fields = try Fields(
            decoder,
            known: [
                "id", "name", "providerId", "target", "jobFailurePolicy", "itemType", "session", "tags", "priority",
            ])
        name = try fields.required("name")
        providerId = try fields.required("providerId")
        target = try fields.required("target")
        jobFailurePolicy = try fields.nullable("jobFailurePolicy") ?? "Continue"
        session = try fields.nullable("session")
        guard ["Abort", "Continue"].contains(jobFailurePolicy) else {
            throw fields.wrong("jobFailurePolicy", "expected Abort or Continue")
        }
    }
}

struct AzureSessionDocument: Encodable {
    var id: String
    var name: String
    var providerId: String
    var target: String
    var jobFailurePolicy: String
    var itemType = "Session"
    var status: String
    var creationTime: String
}

extension Call {
    func openAzureSession() async throws -> Answer {
        let id = try parameter("record")
        var body: AzureSession = try decoded()
        let machine = try azureMachine(body.target, provider: body.providerId)
        try workspaceIsVisible()
        guard try record(AzureDoor.name, AzureSession.kind, id) == nil else {
            throw Problem(.keyReused, "there is a session \(id) already", cure: "use a new id")
        }
        let project = try azureProject()
        body.session = try await openSession(
            .shared, on: machine.id, project: project, idleSeconds: 600, maximalSeconds: 86_400
        ).name
        let record = try newRecord(
            AzureDoor.name, AzureSession.kind, id, project: project, bytes: DocumentCoding.encode(body))
        try keep(record)
        return .json(try await azureSession(record), .created)
    }

    func azureSession(_ record: DoorRecord) async throws -> AzureSessionDocument {
        let kept: AzureSession = try DocumentCoding.decode(record.bytes)
        var status = "Succeeded"
        if let index = kept.session.flatMap({ SessionIndex(name: $0) }),
            let outlook = try await service.runtime.session(index)
        {
            switch outlook.phase {
            case .open: status = "Waiting"
            case .active: status = "Executing"
            default: status = "Succeeded"
            }
        }
        return AzureSessionDocument(
            id: record.name, name: kept.name, providerId: kept.providerId, target: kept.target,
            jobFailurePolicy: kept.jobFailurePolicy, status: status, creationTime: Timestamp.precise(record.created))
    }

    /// `ID:close`.
    func closeAzureSession() async throws -> Answer {
        let id = try identifier(before: "close")
        guard let record = try record(AzureDoor.name, AzureSession.kind, id, toChange: true) else {
            throw Gate.unknownRecord(id)
        }
        let kept: AzureSession = try DocumentCoding.decode(record.bytes)
        if let index = kept.session.flatMap({ SessionIndex(name: $0) }) {
            try await service.runtime.close(index, cancelling: false)
        }
        return .json(try await azureSession(record))
    }

    /// The kernel's session that a job joins; one that aborts takes none after a failure.
    func azureSessionName(_ id: String) throws -> String {
        guard let record = try visibleRecord(AzureDoor.name, AzureSession.kind, id, toChange: true) else {
            throw Problem(.unknownSession, "there is no session \(id.clipped)")
        }
        let kept: AzureSession = try DocumentCoding.decode(record.bytes)
        if kept.jobFailurePolicy == "Abort" {
            let jobs = try records(AzureDoor.name, AzureJob.kind, limit: 200).page
            for other in jobs where try AzureJob(other).request.sessionId == id {
                if try summary(of: other)?.state == .failed {
                    throw Problem(.sessionOver, "a job of session \(id) failed, and its policy is Abort")
                }
            }
        }
        return kept.session ?? ""
    }
}
