import Foundation
import HTTPTypes
import Hardware
import Kernel
import Storage

// Jobs under the kernel's own names.
extension IBM {
    static func jobRoutes(bodyLimit: Int) -> [Route] {
        [
            Route(.post, base + "/jobs", "submitJob", .anyone(.jobs), bodyLimit: bodyLimit) { call in
                try await call.submitForIBM()
            },
            Route(.get, base + "/jobs", "listJobs", .anyone(.read)) { call in try call.listForIBM() },
            Route(.get, base + "/jobs/{record}", "getJob", .readRecord("job")) { call in
                try call.checkQuery("exclude_params")
                let record = try call.record
                let isWhole = try !call.flag("exclude_params")
                let kept = try isWhole ? call.record(door, "params", record.name) : nil
                let params = try kept.map { try JSONNode.body($0.bytes) }
                let outlook = try await call.outlook(of: record)
                return .node(try call.job(record, params: params, outlook: outlook))
            },
            Route(.delete, base + "/jobs/{record}", "deleteJob", .changeRecord("job")) { call in
                let record = try call.record
                if let job = try call.summary(of: record), job.state?.isFinal != true {
                    throw Problem(.unfinished, "\(record.name) is not over", cure: "cancel it first")
                }
                try await call.erase(record)
                try call.service.accounts.changeAccounts { store throws(KernelError) in
                    try store.removeRecord(door, "params", record.name)
                }
                return Answer(.noContent)
            },
            Route(.post, base + "/jobs/{record}/cancel", "cancelJob", .changeRecord("job"), bodyLimit: 4096) { call in
                let record = try call.record
                guard let job = try call.summary(of: record), job.state?.isFinal != true else {
                    throw Problem(.unfinished, "\(record.name) is over: it can no longer be cancelled").conflict
                }
                _ = try await call.cancelled(job)
                return Answer(.noContent)
            },
            Route(.get, base + "/jobs/{record}/results", "getJobResults", .readRecord("job")) { call in
                try call.checkQuery()
                return try call.resultsForIBM()
            },
            Route(.get, base + "/jobs/{record}/logs", "getJobLogs", .readRecord("job")) { call in
                try call.checkQuery()
                let lines = try call.events().map { entry, number in
                    let event = JobEventDocument(entry, number: number)
                    return "\(event.time) \(event.text)\n"
                }
                return .text(lines.joined())
            },
            Route(.get, base + "/jobs/{record}/metrics", "getJobMetrics", .readRecord("job")) { call in
                try call.checkQuery()
                return .node(try await call.metrics())
            },
            Route(
                .put, base + "/jobs/{record}/tags", "setJobTags", .changeRecord("job"), bodyLimit: 64 << 10
            ) { call in
                var body = try WireObject(JSONNode.body(call.body), "")
                guard let tags = try body.texts("tags"), tags.count <= 100, tags.allSatisfy({ $0.utf8.count <= 200 })
                else { throw WireObject.wrong("tags", "expected at most 100 texts of at most 200 bytes") }
                try body.end()
                var record = try call.record
                var job: Job = try DocumentCoding.decode(record.bytes)
                job.tags = tags
                record.bytes = DocumentCoding.encode(job)
                try call.keep(record)
                return Answer(.noContent)
            },
        ]
    }

    /// Seconds since 1970-01-01 UTC of a moment in ISO 8601 with any offset, as Python writes it.
    static func time(_ text: String) -> Double? {
        guard text.utf8.count >= 19, let whole = Timestamp.seconds(from: text.prefix(19) + "Z") else { return nil }
        var rest = text.dropFirst(19), fraction = 0.0
        if rest.first == "." {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard let value = Double("0." + digits), !digits.isEmpty else { return nil }
            fraction = value
            rest = rest.dropFirst(1 + digits.count)
        }
        if rest.isEmpty || rest == "Z" { return whole + fraction }
        let words = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = ["+": 1.0, "-": -1.0][rest.prefix(1)], words.count == 2, let hours = UInt8(words[0]),
            let minutes = UInt8(words[1]), hours < 24, minutes < 60
        else { return nil }
        return whole + fraction - sign * (Double(hours) * 3600 + Double(minutes) * 60)
    }

    static func status(_ job: JobSummary?) -> String {
        switch job?.state {
        case nil, .created, .validated, .queued: "Queued"
        case .compiling, .running, .mitigating: "Running"
        case .completed: "Completed"
        case .failed: "Failed"
        // Clients would wait for ever.
        case .cancelled, .paused: "Cancelled"
        }
    }
}

extension Problem {
    /// As what stands in the way of a change.
    fileprivate var conflict: Problem {
        var problem = self
        problem.status = .conflict
        return problem
    }
}

extension Call {
    fileprivate func outlook(of record: DoorRecord) async throws -> JobOutlook? {
        guard let job = try summary(of: record), job.state?.isFinal != true else { return nil }
        return try await service.runtime.outlook(of: job.job)
    }

    /// A job as IBM tells of it.
    fileprivate func job(
        _ record: DoorRecord, params: JSONNode? = nil, outlook: JobOutlook? = nil
    ) throws -> JSONNode {
        let kept: IBM.Job = try DocumentCoding.decode(record.bytes), job = try summary(of: record)
        let status = IBM.status(job)
        var state: [(String, JSONNode)] = [("status", .text(status))]
        if let job, let failure = try failure(of: job) {
            let cure = failure.cure.map { "; \($0)" } ?? ""
            state.append(("reason", .text("\(failure.message)\(cure) [\(failure.code)]")))
            // IBM's number for jobs that took too long; 1517 for the others.
            state.append(("reason_code", .integer(failure.code.contains("budget") ? 1305 : 1517)))
        } else if job?.state == .paused {
            let reason =
                "it has used up the time that it may take (max_execution_time), or somebody paused it; it can be resumed"
            state.append(("reason", .text(reason)))
            state.append(("reason_code", .integer(1305)))
        }
        var fields: [(String, JSONNode)] = [
            ("id", .text(record.name)), ("backend", .text(job?.device ?? kept.backend)), ("status", .text(status)),
            ("state", .object(state)), ("program", .object([("id", .text(kept.program))])),
            ("created", .text(Timestamp.precise(record.created))), ("runtime", .text(kept.runtime ?? "")),
            ("tags", .list(kept.tags.map { .text($0) })), ("session_id", kept.session.map { .text($0) } ?? .null),
            ("cost", .integer(kept.cost ?? 10_800)), ("private", .flag(kept.isPrivate)),
            ("estimated_running_time_seconds", outlook?.machineSecondsLeft.map { .number($0) } ?? .null),
            (
                "usage",
                .object([("quantum_seconds", .number(job?.charged ?? 0)), ("seconds", .number(job?.charged ?? 0))])
            ),
        ]
        if let calibration = kept.calibration { fields.append(("calibration_id", .text(calibration))) }
        if let ended = job, ended.state?.isFinal == true {
            fields.append(("ended", .text(Timestamp.precise(ended.updated))))
        }
        if let params { fields.append(("params", params)) }
        return .object(fields)
    }

    /// What happened to the job of the path, counted from one.
    fileprivate func events() throws -> [(JournalEntry, Int)] {
        guard let id = try record.job else { return [] }
        let entries = try service.storage.snapshot { store throws(KernelError) in try store.history(of: id) }
        return entries.enumerated().map { ($1, $0 + 1) }
    }

    fileprivate func metrics() async throws -> JSONNode {
        let record = try record, job = try summary(of: record)
        let started = try events().first { $0.0.fact.state == .running }?.0.time
        let ended = job.flatMap { $0.state?.isFinal == true ? $0.updated : nil }
        func time(_ seconds: Double?) -> JSONNode { seconds.map { .text(Timestamp.precise($0)) } ?? .null }
        let seconds = JSONNode.number(job?.charged ?? 0)
        let outlook = try await outlook(of: record)
        return .object([
            (
                "timestamps",
                .object([("created", time(record.created)), ("running", time(started)), ("finished", time(ended))])
            ),
            (
                "usage",
                .object([
                    ("status", .text(ended == nil ? "running" : "done")), ("quantum_seconds", seconds),
                    ("seconds", seconds), ("qpu_charge_time_seconds", seconds),
                ])
            ),
            ("bss", .object([("seconds", seconds)])),
            ("estimated_start_time", time(outlook?.wait.map { received + $0.planned })),
            ("position_in_queue", outlook?.position.map { .integer($0) } ?? .null), ("num_circuits", .null),
        ])
    }

    fileprivate func listForIBM() throws -> Answer {
        try checkQuery(
            "exclude_params", "limit", "offset", "backend", "pending", "program", "tags", "session_id", "created_after",
            "created_before", "sort", "include_mocks")
        let limit = try integer("limit", in: 1...200) ?? 200, offset = try integer("offset", in: 0...1_000_000_000) ?? 0
        let isAscending: Bool
        switch try query("sort") {
        case "ASC": isAscending = true
        case nil, "DESC": isAscending = false
        case let word?: throw Problem(.badRequest, "sort=\(word.clipped): expected ASC or DESC")
        }
        let wanted = try JobQuery(self)
        var page: [DoorRecord], count: Int
        if wanted.isEmpty, !isAscending {
            (page, count) = try records(IBM.door, "job", limit: limit, offset: offset)
        } else {
            var found: [DoorRecord] = [], place = 0
            while true {
                let next = try records(IBM.door, "job", limit: 500, offset: place).page
                for record in next where try wanted.admits(record, { try summary(of: record) }) { found.append(record) }
                place += next.count
                if next.count < 500 { break }
            }
            if isAscending { found.reverse() }
            count = found.count
            page = Array(found.dropFirst(offset).prefix(limit))
        }
        return .node(
            .object([
                ("jobs", .list(try page.map { try job($0) })), ("count", .integer(count)), ("limit", .integer(limit)),
                ("offset", .integer(offset)),
            ]))
    }
}

/// Which jobs a list is of.
private struct JobQuery {
    var backend: String?
    var program: String?
    var session: String?
    var project: String?
    var tags: [String]
    var isPending: Bool?
    var after: Double?
    var before: Double?

    init(_ call: Call) throws {
        backend = try call.query("backend")
        program = try call.query("program")
        session = try call.query("session_id")
        project = try call.instance()
        tags = call.values("tags")
        isPending = try call.query("pending").map { _ in try call.flag("pending") }
        after = try Self.time("created_after", call)
        before = try Self.time("created_before", call)
    }

    private static func time(_ name: String, _ call: Call) throws -> Double? {
        guard let text = try call.query(name) else { return nil }
        guard let time = IBM.time(text) else {
            throw Problem(.badRequest, "\(name)=\(text.clipped): expected a time in ISO 8601")
        }
        return time
    }

    var isEmpty: Bool {
        backend == nil && program == nil && session == nil && project == nil && tags.isEmpty && isPending == nil
            && after == nil && before == nil
    }

    func admits(_ record: DoorRecord, _ summary: () throws -> JobSummary?) throws -> Bool {
        if let after, record.created < after { return false }
        if let before, record.created > before { return false }
        if let project, record.project != project { return false }
        let job: IBM.Job = try DocumentCoding.decode(record.bytes)
        guard backend == nil || job.backend == backend, program == nil || job.program == program,
            session == nil || job.session == session, tags.allSatisfy(job.tags.contains)
        else { return false }
        return try isPending.map { try $0 == (summary()?.state?.isFinal != true) } ?? true
    }
}
