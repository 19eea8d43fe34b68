import Hardware
import Kernel

/// A job as the interface shows it.
struct JobAnswer: Encodable {
    var id: JobID
    /// Its state.
    var status: String
    var name: String
    var project: String
    /// The path of the user it belongs to.
    var user: String
    var device: String
    var tags: [String]
    /// UTC.
    var submitted: String
    var updated: String
    /// Batches of shots; zero before the job is compiled.
    var parts: Int
    var finishedParts: Int
    /// Finished share of the parts; nil before the job is compiled.
    var progress: Double?
    /// Machine time charged so far, seconds.
    var machineSeconds: Double
    /// Times it went back to the queue.
    var retries: Int
    /// Waiting jobs before it.
    var position: Int?
    /// Why it failed.
    var reason: String?
    var failure: FailureDocument?
    var outlook: OutlookDocument?
    var history: [JobEventDocument]?

    init(_ job: JobSummary) {
        id = job.job
        status = job.state.map(\.description) ?? "created"
        name = job.name
        project = job.project
        user = job.ownerPath ?? ""
        device = job.device
        tags = job.tags
        submitted = Timestamp.text(from: job.submitted)
        updated = Timestamp.text(from: job.updated)
        parts = job.parts
        finishedParts = job.finishedParts
        progress = job.parts > 0 ? Double(job.finishedParts) / Double(job.parts) : nil
        machineSeconds = job.charged
        retries = job.retries
    }
}

struct OutlookDocument: Encodable {
    /// Seconds until it should start, and the interval that holds the stated part of all waits.
    var startsInSeconds: Double?
    var earliestSeconds: Double?
    var latestSeconds: Double?
    var coverage: Double?
    /// Why it waits, where that is not the queue.
    var hindrance: String?
    /// What its parts still take at most.
    var machineSecondsLeft: Double?

    init(_ outlook: JobOutlook) {
        startsInSeconds = outlook.wait?.planned
        earliestSeconds = outlook.wait?.lower
        latestSeconds = outlook.wait?.upper
        coverage = outlook.wait.map { _ in outlook.coverage }
        hindrance = outlook.hindrance
        machineSecondsLeft = outlook.machineSecondsLeft
    }
}

/// Something that happened to a job.
struct JobEventDocument: Encodable {
    var number: Int
    var time: String
    /// In a word: `queued`, `compiled`, `part finished`.
    var event: String
    /// The state that it led to.
    var status: String?
    /// Machine time, seconds.
    var seconds: Double?
    /// Parts.
    var parts: Int?

    init(_ entry: JournalEntry, number: Int) {
        let record = FactRecord(entry.fact)
        self.number = number
        time = Timestamp.precise(entry.time)
        event = record.kind
        status = entry.fact.state?.description
        if case .partFinished(_, let seconds) = entry.fact { self.seconds = seconds }
        if case .compiled(_, let count, _) = entry.fact { parts = Int(count) }
    }
}

struct JobPage: Encodable {
    var jobs: [JobAnswer]
    /// Where the next page is; left out on the last.
    var next: String?
}

/// What a job may expect.
struct AppraisalDocument: Encodable {
    var offers: [Offer]
    var refusals: [Refusal]
    /// Jobs that would start before it.
    var position: Int

    struct Offer: Encodable {
        var device: String
        /// Estimated chance that one shot goes through without an error.
        var successProbability: Double
        var machineSeconds: Double
        var price: Double
        var waitSeconds: Double
        /// In units of the least T2.
        var coherenceUse: Double
    }

    struct Refusal: Encodable {
        var device: String
        var reason: String
        var cure: String
    }
}

extension Timestamp {
    /// `2026-01-31T12:34:56.789Z`.
    static func precise(_ seconds: Double) -> String {
        let whole = seconds.rounded(.down)
        let milli = String(Int((seconds - whole) * 1000))
        return text(from: whole).dropLast() + "." + String(repeating: "0", count: 3 - milli.count) + milli + "Z"
    }
}
