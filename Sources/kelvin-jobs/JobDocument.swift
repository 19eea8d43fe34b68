import Hardware
import Kernel

/// A job as the command line prints it.
struct JobDocument: Encodable {
    var job: JobID
    var name: String
    var state: JobState?
    var device: String
    var account: String
    var key: String?
    /// UTC.
    var submitted: String
    var updated: String
    /// Parts are batches of shots; zero before the job is compiled.
    var parts: Int
    var finishedParts: Int
    /// Charged so far.
    var machineSeconds: Double
    /// Times it went back to the queue.
    var retries: Int
    var history: [Step]?
    /// Of a job that is not over.
    var outlook: Outlook?

    struct Outlook: Encodable {
        /// Waiting jobs before it.
        var position: Int?
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
            position = outlook.position
            startsInSeconds = outlook.wait?.planned
            earliestSeconds = outlook.wait?.lower
            latestSeconds = outlook.wait?.upper
            coverage = outlook.wait.map { _ in outlook.coverage }
            hindrance = outlook.hindrance
            machineSecondsLeft = outlook.machineSecondsLeft
        }

        fileprivate var lines: [String] {
            var lines: [String] = []
            if let position {
                lines.append("  queue     \(position == 0 ? "first in line" : "\(position) waiting before it")")
            }
            if let hindrance { lines.append("  waits     \(hindrance)") }
            if let earliestSeconds, let latestSeconds, let coverage {
                let span = "\(Self.text(earliestSeconds)) to \(Self.text(latestSeconds))"
                lines.append("  starts    in \(span) (holds for \(Int((coverage * 100).rounded())) of 100 jobs)")
            }
            if let machineSecondsLeft {
                lines.append("  left      at most \((machineSecondsLeft * 1000).rounded() / 1000) s of the machine")
            }
            return lines
        }

        private static func text(_ seconds: Double) -> String {
            switch seconds {
            case ..<90: "\(Int(seconds.rounded())) s"
            case ..<5400: "\(Int((seconds / 60).rounded())) min"
            default: "\(Int((seconds / 3600).rounded())) h"
            }
        }
    }

    struct Step: Encodable {
        var time: String
        var event: String
        var state: JobState?
    }

    init(_ summary: JobSummary, history: [JournalEntry]? = nil) {
        job = summary.job
        name = summary.name
        state = summary.state
        device = summary.device
        account = summary.account
        key = summary.key
        submitted = Timestamp.text(from: summary.submitted.rounded(.down))
        updated = Timestamp.text(from: summary.updated.rounded(.down))
        parts = summary.parts
        finishedParts = summary.finishedParts
        machineSeconds = summary.charged
        retries = summary.retries
        self.history = history?.map { entry in
            Step(
                time: Timestamp.text(from: entry.time.rounded(.down)), event: FactRecord(entry.fact).sentence,
                state: entry.fact.state)
        }
    }

    var text: String {
        var lines = [
            "\(job)  \(state.map { "\($0)" } ?? "new")", "  name      \(name)", "  device    \(device)",
            "  parts     \(finishedParts) of \(parts == 0 ? "?" : "\(parts)")",
            "  machine   \((machineSeconds * 1e6).rounded() / 1e6) s",
        ]
        if !account.isEmpty { lines.append("  account   \(account)") }
        if let key { lines.append("  key       \(key)") }
        lines += outlook?.lines ?? []
        if retries > 0 { lines.append("  retries   \(retries)") }
        lines.append("  history")
        for step in history ?? [] { lines.append("    \(step.time)  \(step.event)") }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension FactRecord {
    /// The fact in words, with the figures that people ask for.
    var sentence: String {
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
        case "foretold":
            "foretold to start after \(Int((start ?? 0).rounded())) to \(Int((end ?? 0).rounded())) s"
        case "ended": state?.description ?? "ended"
        case "paused": flag == true ? "paused: the budget is used up" : "paused"
        default: kind
        }
    }
}

/// Jobs in columns.
struct JobTable {
    let jobs: [JobSummary]

    /// Of many machines to choose among, their number.
    private static func shown(_ devices: String) -> String {
        let count = devices.split(separator: ",").count
        return count > 2 ? "any of \(count)" : devices
    }

    var text: String {
        var rows = [["JOB", "STATE", "PARTS", "DEVICE", "SUBMITTED", "NAME"]]
        for job in jobs {
            rows.append([
                "\(job.job)", job.state.map { "\($0)" } ?? "new",
                job.parts == 0 ? "-" : "\(job.finishedParts)/\(job.parts)",
                JobTable.shown(job.device), Timestamp.text(from: job.submitted.rounded(.down)), job.name,
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                line += cell + (isLast ? "" : String(repeating: " ", count: widths[column] - cell.count + 2))
            }
            return line + "\n"
        }.joined()
    }
}
