/// Where a job is in its life.
public enum JobState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Submitted, nothing looked at yet.
    case created
    /// Its program, inputs and device were found to fit.
    case validated
    /// Waits for its device.
    case queued
    /// Holds its device; compiled against the calibration of this moment.
    case compiling
    case running
    /// The machine is free again; errors are being handled.
    case mitigating
    case completed
    case failed
    case cancelled

    /// The states that may follow; the only transitions there are.
    public var successors: Set<JobState> {
        switch self {
        case .created: [.validated, .failed, .cancelled]
        case .validated: [.queued, .failed, .cancelled]
        case .queued: [.compiling, .failed, .cancelled]
        case .compiling: [.running, .failed, .cancelled]
        case .running: [.mitigating, .failed, .cancelled]
        case .mitigating: [.completed, .failed, .cancelled]
        case .completed, .failed, .cancelled: []
        }
    }

    public var isFinal: Bool { successors.isEmpty }

    /// Whether a job in this state holds its device.
    var holdsDevice: Bool { self == .compiling || self == .running }
}
