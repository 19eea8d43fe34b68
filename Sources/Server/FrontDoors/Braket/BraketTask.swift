import FoundationEssentials
import Hardware
import Kernel
import Storage

/// A quantum task as it was asked for, and as the door keeps it.
struct BraketTaskRequest: Codable, Sendable {
    var deviceArn: String
    var shots: Int
    var outputS3Bucket: String
    var outputS3KeyPrefix: String
    /// JSON.
    var action: String
    /// JSON.
    var deviceParameters: String?
    var clientToken: String
    var tags: [String: String]

    private static let fields = [
        "deviceArn", "shots", "outputS3Bucket", "outputS3KeyPrefix", "action", "deviceParameters", "clientToken",
        "tags",
        "experimentalCapabilities", "associations", "jobToken",
    ]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        deviceArn = try fields.required("deviceArn")
        shots = try fields.required("shots")
        outputS3Bucket = try fields.required("outputS3Bucket")
        outputS3KeyPrefix = try fields.required("outputS3KeyPrefix")
        action = try fields.required("action")
        deviceParameters = try fields.nullable("deviceParameters")
        clientToken = try fields.required("clientToken")
        tags = try fields.nullable("tags") ?? [:]
        guard (1...64).contains(clientToken.utf8.count) else {
            throw fields.wrong("clientToken", "expected 1 to 64 characters")
        }
        for (name, text) in [("outputS3Bucket", outputS3Bucket), ("outputS3KeyPrefix", outputS3KeyPrefix)] {
            guard (1...1024).contains(text.utf8.count) else {
                throw fields.wrong(name, "expected 1 to 1024 characters")
            }
        }
        if let all = try fields.nullable("experimentalCapabilities", as: [String: String].self),
            all != ["enabled": "ALL"]
        {
            throw fields.wrong("experimentalCapabilities", "the one there is is {\"enabled\": \"ALL\"}")
        }
        if let some = try fields.nullable("associations", as: [WireValue].self), !some.isEmpty {
            throw fields.wrong(
                "associations", "Braket Direct is not offered here: the operator of Kelvin reserves machines")
        }
        if try fields.nullable("jobToken", as: String.self) != nil {
            throw fields.wrong("jobToken", "Kelvin has no hybrid jobs")
        }
        try BraketTags.check(tags)
    }
}

enum BraketTags {
    static func check(_ tags: [String: String]) throws {
        guard tags.count <= 50, tags.allSatisfy({ (1...128).contains($0.key.count) && $0.value.count <= 256 }) else {
            throw Problem(.badField, "tags: at most 50, names of 1 to 128 characters, values of at most 256")
        }
    }
}

/// A task that is there.
struct BraketTask: Sendable {
    static let door = "braket", kind = "task"

    let arn: String
    let created: Double
    var request: BraketTaskRequest

    init(_ record: DoorRecord) throws {
        arn = record.name
        created = record.created
        request = try DocumentCoding.decode(record.bytes)
    }

    /// Where its results are, in its bucket.
    var directory: String { "\(request.outputS3KeyPrefix)/\(BraketARN(arn)?.task ?? "")" }

    static func status(_ state: JobState?) -> String {
        switch state {
        case nil, .created, .validated: "CREATED"
        case .queued, .paused: "QUEUED"
        case .compiling, .running, .mitigating: "RUNNING"
        case .completed: "COMPLETED"
        case .failed: "FAILED"
        case .cancelled: "CANCELLED"
        }
    }

    /// A name that follows from who asks and with which token, in the form of a UUID: the same again is the same task.
    static func name(_ user: String, _ clientToken: String) -> String {
        let digits = Array(Secrets.hexadecimalDigest(of: Data("braket \(user) \(clientToken)".utf8)))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}

/// A task as it is listed.
struct BraketTaskSummary: Encodable {
    var quantumTaskArn: String
    var status: String
    var deviceArn: String
    var shots: Int
    var outputS3Bucket: String
    var outputS3Directory: String
    var createdAt: String
    var endedAt: String?
    var tags: [String: String]

    init(_ task: BraketTask, _ job: JobSummary?) {
        quantumTaskArn = task.arn
        status = BraketTask.status(job?.state)
        deviceArn = task.request.deviceArn
        shots = task.request.shots
        outputS3Bucket = task.request.outputS3Bucket
        outputS3Directory = task.directory
        createdAt = Timestamp.precise(task.created)
        endedAt = job.flatMap { $0.state?.isFinal == true ? Timestamp.precise($0.updated) : nil }
        tags = task.request.tags
    }
}

/// A task in full.
struct BraketTaskDocument: Encodable {
    var summary: BraketTaskSummary
    var deviceParameters: String
    var failureReason: String?
    var numSuccessfulShots: Int?
    var actionMetadata: ActionMetadata
    var queueInfo: QueueInfo?

    struct ActionMetadata: Encodable {
        var actionType: String
        var programCount: Int?
        var executableCount: Int?
    }

    struct QueueInfo: Encodable {
        var queue = "QUANTUM_TASKS_QUEUE"
        /// `None` for a task that does not wait.
        var position: String
        var queuePriority = "Normal"
        var message: String?
    }

    private enum CodingKeys: CodingKey {
        case deviceParameters, failureReason, numSuccessfulShots, actionMetadata, queueInfo
    }

    func encode(to encoder: any Encoder) throws {
        try summary.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(deviceParameters, forKey: .deviceParameters)
        try container.encodeIfPresent(failureReason, forKey: .failureReason)
        try container.encodeIfPresent(numSuccessfulShots, forKey: .numSuccessfulShots)
        try container.encode(actionMetadata, forKey: .actionMetadata)
        try container.encodeIfPresent(queueInfo, forKey: .queueInfo)
    }
}
