/// The seven steps of a job's life.
public enum JobStep: String, Sendable, Hashable, Codable, CaseIterable {
    case submit, compile, map, schedule, execute
    case handleErrors = "handle errors"
    case deliver
}

/// When one step took place.
public struct StepRecord: Hashable, Sendable, Codable {
    public var step: JobStep
    /// Seconds since 1970-01-01 UTC.
    public var start: Double
    public var end: Double
    /// Time spent at work in the step, seconds; less than end − start where it alternated with another step.
    public var busy: Double
    /// What was done, in a few words.
    public var detail: String

    public init(step: JobStep, start: Double, end: Double, busy: Double? = nil, detail: String) {
        self.step = step
        self.start = start
        self.end = end
        self.busy = busy ?? (end - start)
        self.detail = detail
    }
}
