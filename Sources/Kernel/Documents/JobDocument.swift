import Hardware

/// A job as it is shown outside: the same from the service's interface and from the command line.
public struct JobDocument: Codable, Sendable {
    public var id: JobID
    /// Its state in a word.
    public var status: String
    public var name: String
    /// Of jobs of a service.
    public var project: String?
    /// The path of the user it belongs to; of jobs of a service.
    public var user: String?
    /// Who pays; of jobs without a service, where somebody was named.
    public var account: String?
    public var device: String
    /// The session or batch it belongs to.
    public var session: String?
    public var tags: [String]
    /// UTC.
    public var submitted: String
    public var updated: String
    /// Batches of shots; zero before the job is compiled.
    public var parts: Int
    public var finishedParts: Int
    /// Finished share of the parts; nil before the job is compiled.
    public var progress: Double?
    /// Machine time charged so far, seconds.
    public var machineSeconds: Double
    /// Times it went back to the queue.
    public var retries: Int
    /// What makes its submission the same when it is sent again.
    public var key: String?
    /// Waiting jobs before it.
    public var position: Int?
    /// Why it failed, or waits.
    public var reason: String?
    public var failure: FailureDocument?
    /// Of a job that is not over.
    public var outlook: OutlookDocument?
    public var history: [JobEventDocument]?

    /// Without the part that depends on who keeps it: project, user, account and key.
    public init(_ job: JobSummary) {
        id = job.job
        status = job.state.map(\.description) ?? "created"
        name = job.name
        device = job.device
        session = job.session?.name
        tags = job.tags
        submitted = Timestamp.text(from: job.submitted)
        updated = Timestamp.text(from: job.updated)
        parts = job.parts
        finishedParts = job.finishedParts
        progress = job.parts > 0 ? Double(job.finishedParts) / Double(job.parts) : nil
        machineSeconds = job.charged
        retries = job.retries
    }

    /// Nil for a word that this version does not know.
    public var state: JobState? { JobState(name: status) }

    /// Adds what is known of a job that is not over.
    public mutating func foresee(_ outlook: JobOutlook) {
        position = outlook.position
        reason = outlook.hindrance?.reason
        self.outlook = OutlookDocument(outlook)
    }
}

/// What a job that is not over may expect.
public struct OutlookDocument: Codable, Sendable {
    /// Seconds until it should start, and the interval that holds the stated part of all waits.
    public var startsInSeconds: Double?
    public var earliestSeconds: Double?
    public var latestSeconds: Double?
    public var coverage: Double?
    /// Why it waits, where that is not the queue, or stands aside, where its owner did not ask for it.
    public var hindrance: String?
    /// What helps against that.
    public var cure: String?
    /// What its parts still take at most.
    public var machineSecondsLeft: Double?

    public init(_ outlook: JobOutlook) {
        startsInSeconds = outlook.wait?.planned
        earliestSeconds = outlook.wait?.lower
        latestSeconds = outlook.wait?.upper
        coverage = outlook.wait.map { _ in outlook.coverage }
        hindrance = outlook.hindrance?.reason
        cure = outlook.hindrance?.cure
        machineSecondsLeft = outlook.machineSecondsLeft
    }
}

/// A list of jobs, or a page of a longer one.
public struct JobPage: Codable, Sendable {
    public var jobs: [JobDocument]
    /// Where the next page is; left out on the last.
    public var next: String?

    public init(jobs: [JobDocument], next: String? = nil) {
        self.jobs = jobs
        self.next = next
    }
}
