import Circuits
import FoundationEssentials
import HTTPTypes
import Kernel
import Languages
import Storage

extension Call {
    func createBraketTask() async throws -> Answer {
        let request: BraketTaskRequest = try decoded()
        let machine = try braketMachine(request.deviceArn), action = try BraketAction(request.action)
        let range = BraketCapabilities.shots(of: machine)
        guard range.contains(request.shots) else {
            throw Problem(
                .badField,
                "body.shots: \(request.shots) lies outside \(range.lowerBound) to \(range.upperBound), which \(machine.id) takes"
            )
        }
        let programs = try BraketPlan(action, shots: request.shots)
        if try BraketDeviceParameters(request.deviceParameters).keepsQubits, !programs.namesSites {
            throw Problem(
                .badField, "deviceParameters.paradigmParameters.disableQubitRewiring: the program declares its qubits",
                cure: "name physical qubits, as in 'x $0;'")
        }
        let name = BraketTask.name(try caller.user.path, request.clientToken), key = "braket \(request.clientToken)"
        let arn = BraketARN.task(name).text
        let job = try await submit(
            try programs.document(on: machine.id, seed: seed(key)), key: key, project: request.tags["kelvin:project"])
        if try record(BraketTask.door, BraketTask.kind, arn) == nil {
            try keep(
                try newRecord(
                    BraketTask.door, BraketTask.kind, arn, job: job, bytes: DocumentCoding.encode(request)))
        }
        return .json(["quantumTaskArn": arn], .created)
    }

    func braketTask() async throws -> Answer {
        let task = try BraketTask(try record), job = try summary(of: try record)
        let action = try BraketAction(task.request.action)
        var document = BraketTaskDocument(
            summary: BraketTaskSummary(task, job), deviceParameters: task.request.deviceParameters ?? "{}",
            actionMetadata: .init(actionType: action.type))
        if action.isSet {
            document.actionMetadata.programCount = action.programs.count
            document.actionMetadata.executableCount = action.executables
        }
        if job == nil { document.summary.status = "FAILED" }
        switch job?.state {
        case nil: document.failureReason = "the job was deleted"
        case .failed: if let job { document.failureReason = try failure(of: job)?.message }
        case .completed: document.numSuccessfulShots = task.request.shots
        default: break
        }
        if values("additionalAttributeNames").contains("QueueInfo") {
            document.queueInfo = try await queueInfo(of: job, document.summary.status)
        }
        return .json(document)
    }

    private func queueInfo(of job: JobSummary?, _ status: String) async throws -> BraketTaskDocument.QueueInfo {
        guard let job, status == "CREATED" || status == "QUEUED" else {
            return .init(
                position: "None",
                message: "Task is in \(status) status. AmazonBraket does not show queue position for this status.")
        }
        let outlook = try await service.runtime.outlook(of: job.job)
        return .init(position: "\((outlook?.position ?? 0) + 1)", message: outlook?.hindrance?.reason)
    }

    func cancelBraketTask() async throws -> Answer {
        guard let job = try summary(of: try record) else { throw Problem(.notFound, "the job was deleted") }
        let arn = try record.name
        if job.state == .completed || job.state == .failed {
            throw Problem(
                .unfinished, "\(arn) is \(BraketTask.status(job.state)) and cannot be cancelled",
                cure: "there is nothing to do")
        }
        let now = try await cancelled(job)
        return .json([
            "quantumTaskArn": arn, "cancellationStatus": now.state == .cancelled ? "CANCELLED" : "CANCELLING",
        ])
    }

    func tagBraketTask() throws -> Answer {
        let body: TagBody = try decoded()
        try changeTags { $0.merge(body.tags) { _, new in new } }
        return .json([String: String]())
    }

    func untagBraketTask() throws -> Answer {
        let names = values("tagKeys")
        guard !names.isEmpty else { throw Problem(.badRequest, "tagKeys: missing") }
        try changeTags { tags in for name in names { tags[name] = nil } }
        return .json([String: String]())
    }

    private func changeTags(_ change: (inout [String: String]) -> Void) throws {
        var record = try record, task = try BraketTask(record)
        change(&task.request.tags)
        try BraketTags.check(task.request.tags)
        record.bytes = DocumentCoding.encode(task.request)
        try keep(record)
    }

    private struct TagBody: Decodable {
        var tags: [String: String]

        init(from decoder: any Decoder) throws {
            tags = try Fields(decoder, known: ["tags"]).required("tags")
        }
    }
}

/// The parameters that come along with a program.
struct BraketDeviceParameters {
    /// Whether the program runs on the very qubits it names.
    private(set) var keepsQubits = false
    /// As they came, where they say anything.
    private(set) var document: WireValue?

    private static let known = [
        "simulators.gate_model_simulator_device_parameters", "ionq.ionq_device_parameters",
        "rigetti.rigetti_device_parameters", "oqc.oqc_device_parameters", "iqm.iqm_device_parameters",
        "gate_model_device_parameters",
    ].map { "braket.device_schema.\($0)" }

    init(_ text: String?) throws {
        guard let text else { return }
        let decoded = try? JSONDecoder().decode(WireValue.self, from: Data(text.utf8))
        guard case .object(let fields)? = decoded else { throw Self.wrong("", "it is no JSON object") }
        if fields.isEmpty { return }
        if let stranger = fields.first(where: { !["braketSchemaHeader", "paradigmParameters"].contains($0.key) }),
            !stranger.value.isEmpty
        {
            throw Self.wrong(".\(stranger.key.clipped)", "Kelvin has nothing of this kind here")
        }
        guard case .object(let header)? = fields["braketSchemaHeader"], let name = header["name"]?.text,
            Self.known.contains(name)
        else { throw Self.wrong(".braketSchemaHeader.name", "expected one of \(Self.known.joined(separator: ", "))") }
        guard case .object(let paradigm)? = fields["paradigmParameters"] else {
            throw Self.wrong(".paradigmParameters", "missing")
        }
        let parts = ["braketSchemaHeader", "qubitCount", "disableQubitRewiring"]
        if let stranger = paradigm.keys.first(where: { !parts.contains($0) }) {
            throw Self.wrong(".paradigmParameters.\(stranger.clipped)", "there is no such field")
        }
        keepsQubits = paradigm["disableQubitRewiring"] == .bool(true)
        document = decoded
    }

    private static func wrong(_ field: String, _ message: String) -> Problem {
        BraketAction.wrong("deviceParameters\(field)", message)
    }
}

/// All programs of a task, read, with the blocks of the job that they become.
struct BraketPlan: Sendable {
    var programs: [BraketProgram]
    private let action: BraketAction
    private let shots: Int

    init(_ action: BraketAction, shots: Int) throws {
        self.action = action
        if action.isSet {
            guard shots > 0, shots % action.executables == 0 else {
                throw BraketAction.wrong(
                    "shots", "\(shots) shots cannot be shared out equally among \(action.executables) executables")
            }
        }
        self.shots = action.isSet ? shots / action.executables : shots
        programs = try action.programs.enumerated().map { index, program in
            try BraketProgram(
                program.source, isExact: shots == 0, isOfSet: action.isSet, Self.place(action.isSet, index))
        }
    }

    private static func place(_ isSet: Bool, _ index: Int) -> String { isSet ? "action.programs[\(index)]" : "action" }

    var namesSites: Bool { programs.allSatisfy(\.namesSites) }

    func document(on device: String, seed: UInt64) throws -> SubmissionDocument {
        var blocks: [SubmissionDocument.Block] = []
        for (index, (program, asked)) in zip(programs, action.programs).enumerated() {
            let parameters = try asked.table(of: program.inputs, Self.place(action.isSet, index))
            for run in program.runs {
                guard let circuit = run.circuit else {
                    blocks.append(
                        .init(file: "program.qasm", text: program.source, parameters: parameters, dialect: .braket))
                    continue
                }
                do throws(OpenQASMWriterError) {
                    blocks.append(
                        .init(file: "program.qasm", text: try OpenQASMWriter.write(circuit), parameters: parameters))
                } catch {
                    throw BraketAction.wrong(
                        "\(Self.place(action.isSet, index)).source", "\(error) next to what it asks for")
                }
            }
        }
        return SubmissionDocument(
            name: "braket", device: device, blocks: blocks, shots: max(1, shots), seed: seed, mitigation: .none)
    }
}
