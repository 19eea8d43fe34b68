/// Where a job is in its life.
public enum JobState: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Submitted, nothing looked at yet.
    case created
    /// Its program, inputs and device were found to fit.
    case validated
    /// Waits for a machine; parts that finished before are kept.
    case queued
    /// Holds its sites; compiled against the calibration of this moment.
    case compiling
    /// Its parts run, one after the other.
    case running
    /// The machine is free again; errors are being handled.
    case mitigating
    case completed
    case failed
    case cancelled
    /// Stands aside until someone resumes it; parts that finished before are kept.
    case paused

    /// The states that may follow; the only transitions there are.
    public var successors: [JobState] {
        switch self {
        case .created: [.validated, .failed, .cancelled]
        case .validated: [.queued, .failed, .cancelled]
        case .queued: [.compiling, .paused, .failed, .cancelled]
        // Back to the queue: the worker was lost, the machine failed for a while, or another job takes precedence.
        case .compiling: [.running, .queued, .paused, .failed, .cancelled]
        // Back to the compiler: the calibration changed.
        case .running: [.mitigating, .compiling, .queued, .paused, .failed, .cancelled]
        case .mitigating: [.completed, .failed, .cancelled]
        case .paused: [.queued, .failed, .cancelled]
        case .completed, .failed, .cancelled: []
        }
    }

    @inlinable public var isFinal: Bool { self == .completed || self == .failed || self == .cancelled }

    /// Whether a job in this state holds sites of a machine.
    public var holdsSites: Bool { self == .compiling || self == .running }

    public var description: String {
        switch self {
        case .created: "created"
        case .validated: "validated"
        case .queued: "queued"
        case .compiling: "compiling"
        case .running: "running"
        case .mitigating: "mitigating"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .paused: "paused"
        }
    }

    /// The state of that name.
    public init?(name: some StringProtocol) {
        guard let state = Self.allCases.first(where: { $0.description == name }) else { return nil }
        self = state
    }
}

extension JobState: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let state = JobState(name: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no state of a job")
        }
        self = state
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
