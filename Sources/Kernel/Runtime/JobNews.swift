/// Which jobs something happened to.
public struct JobNews: Sendable {
    public private(set) var jobs: Set<JobID> = []
    /// Those of them that are over or stand aside since, or may be.
    public private(set) var settled: Set<JobID> = []

    mutating func take(_ fact: Transition) {
        guard let job = fact.job else { return }
        jobs.insert(job)
        if fact.state?.isFinal == true || fact.state == .paused { settled.insert(job) }
    }
}
