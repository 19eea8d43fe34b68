import Hardware
import Kernel
import Storage

/// A job in OQTOPUS's words.
struct OQTOPUSJob: Encodable {
    struct Info: Encodable {
        var input: OQTOPUSInput?
        var result: Result?
        var transpile_result: Transpiled?
        var message: String
    }

    struct Result: Encodable {
        struct Counts: Encodable {
            var counts: [String: Int]
            var divided_counts: [String: [String: Int]]?
        }

        struct Estimate: Encodable {
            var exp_value: Double
            var stds: Double
        }

        var sampling: Counts?
        var estimation: Estimate?
    }

    struct Transpiled: Encodable {
        var transpiled_program: String
        var stats: [String: Int]
        var virtual_physical_mapping: [String: [String: Int]]
    }

    var job_id: String
    var name: String
    var description: String?
    var job_type: String
    var status: String
    var device_id: String
    var shots: Int
    var job_info: Info
    var transpiler_info: [String: WireValue]
    var simulator_info: [String: WireValue]
    var mitigation_info: [String: WireValue]
    /// Seconds.
    var execution_time: Double?
    var submitted_at: String
    var ended_at: String?
}

extension Call {
    func oqtopusJob(_ record: DoorRecord, withResult: Bool = true) throws -> OQTOPUSJob {
        let kept = try OQTOPUSRecord(record)
        guard let asked = kept.asked, let job = try summary(of: record) else {
            throw Problem(.notFound, "there is no submitted job \(record.name)")
        }
        let status =
            switch job.state {
            case nil, .created, .validated: "submitted"
            case .queued, .paused: "ready"
            case .compiling, .running, .mitigating: "running"
            case .completed: "succeeded"
            case .failed: "failed"
            case .cancelled: "cancelled"
            }
        var answer = OQTOPUSJob(
            job_id: record.name, name: asked.name ?? "", description: asked.description, job_type: asked.kind.rawValue,
            status: status, device_id: asked.device, shots: asked.shots, job_info: .init(message: ""),
            transpiler_info: asked.transpiler, simulator_info: asked.simulator, mitigation_info: asked.mitigation,
            submitted_at: Timestamp.precise(job.submitted))
        answer.job_info.input = kept.input
        if job.state?.isFinal == true {
            answer.ended_at = Timestamp.precise(job.updated)
            answer.execution_time = job.charged
        }
        if let failure = try failure(of: job) {
            answer.job_info.message = failure.cure.map { "\(failure.message); \($0)" } ?? failure.message
        }
        if withResult, job.state == .completed {
            let document = try results(of: job)
            answer.job_info.result = try result(document, of: job, asked.kind)
            if let program = document.programs.first, let text = program.compiled {
                answer.job_info.transpile_result = .init(
                    transpiled_program: text,
                    stats: ["gates": program.gates, "two_qubit_gates": program.twoQubitGates, "depth": program.depth],
                    virtual_physical_mapping: [
                        "qubit_mapping": Dictionary(
                            uniqueKeysWithValues: program.initialLayout.enumerated().map { ("\($0)", $1) })
                    ])
            }
            if document.device.emulated { answer.job_info.message = "\(document.device.id) is emulated" }
        }
        return answer
    }

    /// Counts of several programs are those of all their bits together, the first program's rightmost.
    private func result(
        _ document: ResultDocument, of job: JobSummary, _ kind: OQTOPUSSubmission.Kind
    ) throws -> OQTOPUSJob.Result {
        switch kind {
        case .estimation:
            guard let estimate = document.results.first?.estimates?.first else {
                throw Problem(.fault, "\(job.job) has no estimate")
            }
            return .init(estimation: .init(exp_value: estimate.value, stds: estimate.standardError))
        case .sampling:
            return .init(sampling: .init(counts: document.results.first?.samples?.first?.counts(separator: "") ?? [:]))
        case .several:
            let parts = document.results.compactMap { $0.samples?.first }
            let all = try shots(of: job)
            let tables = parts.compactMap { all.indices.contains($0.program) ? all[$0.program] : nil }
            var together: [String: Int] = [:]
            for shot in 0..<(tables.map(\.shots).min() ?? 0) {
                let bits = tables.flatMap { $0.row(shot) }
                together[String(decoding: bits.reversed().map { $0 + 0x30 }, as: UTF8.self), default: 0] += 1
            }
            let divided = parts.enumerated().map { ("\($0)", $1.counts(separator: "")) }
            return .init(
                sampling: .init(counts: together, divided_counts: Dictionary(uniqueKeysWithValues: divided)))
        }
    }

    /// Newest first.
    func listOQTOPUS() throws -> Answer {
        try checkQuery("fields", "start_time", "end_time", "status", "q", "page", "size", "order")
        for name in ["start_time", "end_time"] where try query(name) != nil {
            throw Problem(.badRequest, "\(name): jobs are not looked for by it here", cure: "leave it out")
        }
        let limit = try integer("size", in: 1...100) ?? 10, page = try integer("page", in: 1...Int(1e6)) ?? 1
        let order = try query("order")?.lowercased() ?? "desc", wanted = try query("q"), status = try query("status")
        var jobs = try records("oqtopus", "job", limit: 1000).page.compactMap { record -> OQTOPUSJob? in
            guard record.job != nil, try summary(of: record) != nil else { return nil }
            return try oqtopusJob(record, withResult: false)
        }.filter { status == nil || $0.status == status }.filter { job in
            wanted.map { job.name.contains($0) || (job.description ?? "").contains($0) } ?? true
        }
        if order == "asc" { jobs.reverse() }
        return .json(Array(jobs.dropFirst((page - 1) * limit).prefix(limit)))
    }
}
