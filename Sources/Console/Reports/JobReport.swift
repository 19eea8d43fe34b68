package import Kernel

/// A job as people read it, with what happened to it.
package struct JobReport {
    private let job: JobDocument

    package init(_ job: JobDocument) { self.job = job }

    package var text: String {
        var lines = [
            "\(job.id)  \(job.status)", "  name      \(job.name)", "  device    \(job.device)",
            "  parts     \(job.finishedParts) of \(job.parts == 0 ? "?" : "\(job.parts)")",
            "  machine   \((job.machineSeconds * 1e6).rounded() / 1e6) s",
        ]
        if let session = job.session { lines.append("  session   \(session)") }
        if let project = job.project { lines.append("  project   \(project)") }
        if let user = job.user, !user.isEmpty { lines.append("  user      \(user)") }
        if let account = job.account { lines.append("  account   \(account)") }
        if !job.tags.isEmpty { lines.append("  tags      \(job.tags.joined(separator: ", "))") }
        if let key = job.key { lines.append("  key       \(key)") }
        if let position = job.position {
            lines.append("  queue     \(position == 0 ? "first in line" : "\(position) waiting before it")")
        }
        lines += job.outlook.map(Self.lines) ?? []
        if let failure = job.failure { lines.append("  failure   \(failure.message)") }
        if job.retries > 0 { lines.append("  retries   \(job.retries)") }
        if let history = job.history {
            lines.append("  history")
            lines += history.map { "    " + Self.line($0) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// An event in a line.
    package static func line(_ event: JobEventDocument) -> String { "\(event.time)  \(event.text)" }

    private static func lines(_ outlook: OutlookDocument) -> [String] {
        var lines: [String] = []
        if let hindrance = outlook.hindrance { lines.append("  waits     \(hindrance)") }
        if let earliest = outlook.earliestSeconds, let latest = outlook.latestSeconds, let coverage = outlook.coverage {
            let span = "\(span(earliest)) to \(span(latest))"
            lines.append("  starts    in \(span) (holds for \(Int((coverage * 100).rounded())) of 100 jobs)")
        }
        if let left = outlook.machineSecondsLeft {
            lines.append("  left      at most \((left * 1000).rounded() / 1000) s of the machine")
        }
        return lines
    }

    private static func span(_ seconds: Double) -> String {
        switch seconds {
        case ..<90: "\(Int(seconds.rounded())) s"
        case ..<5400: "\(Int((seconds / 60).rounded())) min"
        default: "\(Int((seconds / 3600).rounded())) h"
        }
    }
}

/// Jobs in columns.
package struct JobTable {
    private let jobs: [JobDocument]

    package init(_ jobs: [JobDocument]) { self.jobs = jobs }

    package var text: String {
        jobs.isEmpty
            ? "no jobs\n"
            : Columns(
                ["JOB", "STATE", "PARTS", "DEVICE", "SUBMITTED", "NAME"],
                jobs.map { job in
                    [
                        "\(job.id)", job.status, job.parts == 0 ? "-" : "\(job.finishedParts)/\(job.parts)",
                        Self.shown(job.device), job.submitted, job.name,
                    ]
                }
            ).text
    }

    /// Of many machines to choose among, their number.
    private static func shown(_ devices: String) -> String {
        let count = devices.split(separator: ",").count
        return count > 2 ? "any of \(count)" : devices
    }
}
