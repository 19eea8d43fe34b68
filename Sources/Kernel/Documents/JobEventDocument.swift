import Hardware

/// Something that happened to a job.
public struct JobEventDocument: Codable, Sendable {
    /// Counted within the job, from one.
    public var number: Int
    /// UTC, to the millisecond.
    public var time: String
    /// In a word: `queued`, `compiled`, `part finished`.
    public var event: String
    /// The same in words for people, with the figures that they ask for.
    public var text: String
    /// The state that it led to.
    public var status: String?
    /// Machine time, seconds.
    public var seconds: Double?
    /// Parts.
    public var parts: Int?

    public init(_ entry: JournalEntry, number: Int) {
        let record = FactRecord(entry.fact)
        self.number = number
        time = Timestamp.precise(entry.time)
        event = record.kind
        text = record.sentence
        status = entry.fact.state?.description
        if case .partFinished(_, let seconds) = entry.fact { self.seconds = seconds }
        if case .compiled(_, let count, _) = entry.fact { parts = Int(count) }
    }
}

extension FactRecord {
    fileprivate var sentence: String {
        switch kind {
        case "queued":
            switch code.flatMap(QueueReason.init) {
            case .retried: "queued again after a failure that may pass"
            case .workerLost: "queued again: its worker was lost"
            case .preempted: "queued again: it made room for a more urgent job"
            case .displaced: "queued again: a reservation or a session took the machine"
            case .deviceLost: "queued again: the machine takes no jobs"
            case .resumed: "queued again: resumed"
            default: "queued"
            }
        case "part finished": "part finished, \(((seconds ?? 0) * 1e6).rounded() / 1e6) s of the machine"
        case "compiled": "compiled to \(count ?? 0) parts"
        case "placed": "placed on \(SiteSet(words: sites ?? []).count) sites"
        case "foretold": "foretold to start after \(Int((start ?? 0).rounded())) to \(Int((end ?? 0).rounded())) s"
        case "ended": state?.description ?? "ended"
        case "paused": flag == true ? "paused: the budget is used up" : "paused"
        default: kind
        }
    }
}
