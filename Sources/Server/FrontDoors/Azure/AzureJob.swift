import Circuits
import FoundationEssentials
import HTTPTypes
import Hardware
import Kernel
import Languages
import Storage

/// A job as Azure Quantum's SDK asks for it, and as the door keeps it.
struct AzureJobRequest: Codable, Sendable {
    var name: String
    var containerUri: String
    var inputDataUri: String
    var inputDataFormat: String
    var outputDataFormat: String
    var providerId: String
    var target: String
    var inputParams: [String: WireValue]
    var metadata: WireValue?
    var sessionId: String?
    var tags: [String]?
    var itemType: String

    private static let fields = [
        "id", "name", "containerUri", "inputDataUri", "inputDataFormat", "outputDataFormat", "providerId", "target",
        "inputParams", "metadata", "sessionId", "tags", "itemType", "priority", "jobType", "outputDataUri",
    ]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        name = try fields.required("name")
        containerUri = try fields.required("containerUri")
        inputDataUri = try fields.required("inputDataUri")
        inputDataFormat = try fields.required("inputDataFormat")
        outputDataFormat = try fields.nullable("outputDataFormat") ?? ""
        providerId = try fields.required("providerId")
        target = try fields.required("target")
        inputParams = try fields.nullable("inputParams") ?? [:]
        metadata = try fields.nullable("metadata")
        sessionId = try fields.nullable("sessionId")
        tags = try fields.nullable("tags")
        itemType = try fields.nullable("itemType") ?? "Job"
        if let priority = try fields.nullable("priority", as: String.self), priority != "Standard" {
            throw fields.wrong("priority", "'\(priority.clipped)': Standard is the one there is")
        }
        guard AzureJob.outputs.contains(outputDataFormat) else {
            throw fields.wrong(
                "outputDataFormat",
                "'\(outputDataFormat.clipped)' is none of \(AzureJob.outputs.joined(separator: ", "))")
        }
    }

    var shots: Int {
        get throws {
            let known = ["shots", "count"]
            if let stranger = inputParams.first(where: { !known.contains($0.key) && !$0.value.isEmpty }) {
                throw Problem(
                    .badField, "inputParams.\(stranger.key.clipped): Kelvin has no such option", cure: "known: shots")
            }
            guard let value = inputParams["shots"] ?? inputParams["count"], value != .null else { return 500 }
            guard let shots = value.whole, (1...1_000_000).contains(shots) else {
                throw Problem(.badField, "inputParams.shots: expected a whole number from 1 to 1000000")
            }
            return shots
        }
    }
}

struct AzureJob: Sendable {
    static let kind = "job", input = "inputData", output = "rawOutputData"
    static let ionQResults = "ionq.quantum-results.v1"
    static let outputs = [ionQResults, "microsoft.quantum-results.v1", "microsoft.quantum-results.v2"]

    let id: String
    let created: Double
    let request: AzureJobRequest

    init(_ record: DoorRecord) throws {
        id = record.name
        created = record.created
        request = try DocumentCoding.decode(record.bytes)
    }

    /// The SDK names a job's container after the job.
    static func id(ofContainer name: String) -> String {
        name.hasPrefix("job-") ? String(name.dropFirst("job-".count)) : name
    }

    static func status(_ state: JobState?) -> String {
        switch state {
        case nil, .created, .validated, .queued, .paused: "Waiting"
        case .compiling, .running, .mitigating: "Executing"
        case .completed: "Succeeded"
        case .failed: "Failed"
        case .cancelled: "Cancelled"
        }
    }

    /// The program of a job as a block of the kernel's.
    static func block(_ bytes: [UInt8], format: String) throws -> SubmissionDocument.Block {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.badField, "the input is not UTF-8")
        }
        switch format {
        case "ionq.circuit.v1":
            let input: IonQInput
            do { input = try JSONDecoder().decode(IonQInput.self, from: Data(bytes)) } catch let problem as Problem {
                throw problem
            } catch { throw Problem(.badField, "the input is no circuit of IonQ's: \(error)".clipped) }
            guard input.circuits.count == 1 else {
                throw Problem(.badField, "the input has \(input.circuits.count) circuits", cure: "send them one by one")
            }
            return try input.circuits[0].block()
        case "openqasm.v3", "openqasm3", "openqasm.v2", "openqasm2", "openqasm":
            return SubmissionDocument.Block(file: "program.qasm", text: text)
        case "qir.v1":
            throw Problem(
                .badField, "inputDataFormat: QIR is not read here",
                cure: "send openqasm.v3 to a kelvin target, or ionq.circuit.v1 to an ionq target")
        default:
            throw Problem(
                .badField, "inputDataFormat: '\(format.clipped)' is none of ionq.circuit.v1, openqasm.v3, openqasm.v2")
        }
    }

    /// What the job gave, in the form that was asked for.
    func results(of job: JobSummary, in call: Call) throws -> [UInt8] {
        let document = try call.results(of: job)
        guard let sample = document.results.first?.samples?.first else { throw Problem(.fault, "\(id) has no samples") }
        // Bit 0 of the register declared first comes first.
        let counts = sample.counts.map { outcome, count in
            (bits: outcome.split(separator: " ").flatMap { $0.utf8.reversed().map { Int($0 & 1) } }, count: count)
        }.sorted { $0.bits.lexicographicallyPrecedes($1.bits) }
        let total = Double(max(1, sample.shots))
        func display(_ bits: [Int]) -> String { "[\(bits.map(String.init).joined(separator: ", "))]" }
        let value: WireValue
        switch request.outputDataFormat {
        case Self.ionQResults:
            var histogram: [String: WireValue] = [:]
            for (bits, count) in counts {
                // Qubit 0 is the least significant.
                let digits = String(bits.reversed().map { $0 == 1 ? "1" : "0" })
                let number = Int(digits, radix: 2).map(String.init) ?? digits
                histogram[number] = .number(Double(count) / total)
            }
            value = .object(["duration": .integer(0), "histogram": .object(histogram)])
        case "microsoft.quantum-results.v1":
            value = .object([
                "Histogram": .list(
                    counts.flatMap { [.text(display($0.bits)), .number(Double($0.count) / total)] })
            ])
        default:
            let tables = try call.shots(of: job)
            guard tables.indices.contains(sample.program) else { throw Problem(.fault, "the shots are not kept") }
            let table = tables[sample.program]
            value = .object([
                "DataFormat": .text("microsoft.quantum-results.v2"),
                "Results": .list([
                    .object([
                        "Histogram": .list(
                            counts.map {
                                .object([
                                    "Outcome": .list($0.bits.map { .integer(Int64($0)) }),
                                    "Display": .text(display($0.bits)), "Count": .integer(Int64($0.count)),
                                ])
                            }),
                        "Shots": .list(
                            (0..<table.shots).map { shot in
                                .list(
                                    table.registers.flatMap { register in
                                        table.row(shot, of: register).map { .integer(Int64($0)) }
                                    })
                            }),
                    ])
                ]),
            ])
        }
        return DocumentCoding.encode(value)
    }
}

/// A job as it is told.
struct AzureJobDocument: Encodable {
    var id: String
    var name: String
    var itemType = "Job"
    var jobType = "QuantumComputing"
    var containerUri: String
    var inputDataUri: String
    var inputDataFormat: String
    var outputDataFormat: String
    var outputDataUri: String?
    var providerId: String
    var target: String
    var inputParams: [String: WireValue]
    var metadata: WireValue?
    var sessionId: String?
    var tags: [String]?
    var status: String
    var isCancelling: Bool
    var creationTime: String
    var beginExecutionTime: String?
    var endExecutionTime: String?
    var errorData: Failure?

    struct Failure: Encodable {
        var code: String
        var message: String
    }
}

extension Call {
    func azureJob(_ record: DoorRecord) throws -> AzureJobDocument {
        let job = try AzureJob(record), request = job.request, summary = try summary(of: record)
        var document = AzureJobDocument(
            id: job.id, name: request.name, containerUri: request.containerUri, inputDataUri: request.inputDataUri,
            inputDataFormat: request.inputDataFormat, outputDataFormat: request.outputDataFormat,
            providerId: request.providerId, target: request.target, inputParams: request.inputParams,
            metadata: request.metadata, sessionId: request.sessionId, tags: request.tags,
            status: AzureJob.status(summary?.state), isCancelling: summary?.state == .cancelled,
            creationTime: Timestamp.precise(job.created))
        guard let summary else { return document }
        if summary.state == .completed { document.outputDataUri = azureURL("job-\(job.id)/\(AzureJob.output)") }
        if summary.state?.isFinal == true { document.endExecutionTime = Timestamp.precise(summary.updated) }
        if let failure = try failure(of: summary) {
            document.errorData = .init(code: failure.code, message: failure.message)
        }
        return document
    }

    func createAzureJob() async throws -> Answer {
        let id = try parameter("record"), request: AzureJobRequest = try decoded()
        let machine = try azureMachine(request.target, provider: request.providerId)
        let path = try azureProject(), account = try caller.account(in: try project(asked: path))
        if let known = try record(AzureDoor.name, AzureJob.kind, id) {
            guard known.account == account else { throw Gate.unknownRecord(id) }
            throw Problem(.keyReused, "there is a job \(id) already", cure: "use a new id")
        }
        // The container is the one before the last word of the address; the host may be another name of this service.
        let words = request.inputDataUri.split(separator: "?")[0].split(separator: "/")
        guard words.count >= 2, words.last == Substring(AzureJob.input) else {
            throw Problem(.badField, "inputDataUri: '\(request.inputDataUri.clipped)' is no address of ours")
        }
        let address = BlobAddress(account: account, container: String(words[words.count - 2]))
        guard let input = try azureInput(at: address) else {
            throw Problem(.badField, "inputDataUri: there is nothing in \(address.container.clipped)")
        }
        let block = try AzureJob.block(input, format: request.inputDataFormat)
        let session = try request.sessionId.map { try azureSessionName($0) }
        let document = SubmissionDocument(
            name: request.name, device: machine.id, blocks: [block], shots: try request.shots,
            seed: seed("azure \(id)"),
            mitigation: .none)
        let job = try await submit(document, key: "azure \(id)", session: session, project: path)
        let record = try newRecord(AzureDoor.name, AzureJob.kind, id, job: job, bytes: DocumentCoding.encode(request))
        try keep(record)
        if let id = record.job { try takeAzureInput(at: address, for: id) }
        return .json(try azureJob(record), .created)
    }

    /// `ID:cancel`.
    func cancelAzureJob() async throws -> Answer {
        let id = try identifier(before: "cancel")
        guard let record = try record(AzureDoor.name, AzureJob.kind, id, toChange: true) else {
            throw Gate.unknownRecord(id)
        }
        if let job = try summary(of: record) { _ = try await cancelled(job) }
        return .json(try azureJob(record))
    }

    func identifier(before action: String) throws -> String {
        let words = try parameter("record").split(separator: ":", maxSplits: 1)
        guard words.count == 2, words[1] == action else { throw Problem(.notFound, "there is no such action") }
        return String(words[0])
    }

    /// Jobs, the newest first.
    func azureJobs(session: String? = nil) throws -> Answer {
        try checkQuery("api-version", "skip", "top", "orderby")
        try workspaceIsVisible()
        let skip = try integer("skip", in: 0...1_000_000) ?? 0, top = try integer("top", in: 1...1000) ?? 100
        if let order = try query("orderby"), order.lowercased() != "creationtime desc" {
            throw Problem(.badField, "orderby: the newest come first, always")
        }
        let project = try azureProject()
        var found: [AzureJobDocument] = [], offset = 0
        while found.count < skip + top {
            let page = try records(AzureDoor.name, AzureJob.kind, limit: 200, offset: offset).page
            for record in page where record.project == project {
                let document = try azureJob(record)
                if session == nil || document.sessionId == session { found.append(document) }
            }
            offset += page.count
            if page.count < 200 { break }
        }
        return .json(["value": Array(found.dropFirst(skip).prefix(top))])
    }
}
