import HTTPTypes
import Kernel
import Storage

extension Service {
    /// The longest that a request is held, seconds.
    static let longestWait = 60.0

    static func jobRoutes(bodyLimit: Int) -> [Route] {
        [
            Route(
                .post, "/v1/check", "checkJob", .anyone(.jobs), bodyLimit: bodyLimit, isAudited: false,
                isLaborious: true
            ) { call in
                try call.checkQuery()
                return .json(try await call.appraise(call.decoded()))
            },
            Route(
                .post, "/v1/diagnosis", "diagnoseProgram", .anyone(.read), bodyLimit: bodyLimit, isAudited: false
            ) { call in
                try call.checkQuery()
                return .json(call.diagnose(try call.decoded()))
            },
            Route(.post, "/v1/jobs", "submitJob", .anyone(.jobs), bodyLimit: bodyLimit, repeatsReply: false) { call in
                try call.checkQuery("wait")
                let wait = try call.seconds("wait", limit: longestWait) ?? 0
                return try await call.submit(call.decoded(), waiting: wait)
            },
            Route(.get, "/v1/jobs", "listJobs", .anyone(.read)) { call in try call.listJobs() },
            Route(.get, "/v1/jobs/{job}", "getJob", .readJob) { call in
                try call.checkQuery("wait", "history")
                let wait = try call.seconds("wait", limit: longestWait) ?? 0
                var document = try await call.jobAnswer(try await call.settled(try call.job, within: wait))
                if try call.flag("history") { document.history = try call.history() }
                return .json(document)
            },
            Route(.delete, "/v1/jobs/{job}", "deleteJob", .changeJob) { call in
                try call.checkQuery("forget")
                let job = try call.job.job
                if try call.flag("forget") {
                    let isGone = try call.service.storage.exclusively { store throws(KernelError) in
                        try store.remove(job)
                    }
                    guard isGone else { throw Problem(.unfinished, "\(job) is not over", cure: "cancel it first") }
                    try call.service.accounts.changeAccounts { store throws(KernelError) in
                        try store.removeRecords(of: job)
                    }
                    return Answer(.noContent)
                }
                return try await call.change { runtime, id throws(KernelError) in try await runtime.cancel(id) }
            },
            Route(.post, "/v1/jobs/{job}/cancel", "cancelJob", .changeJob) { call in
                try await call.change { runtime, id throws(KernelError) in try await runtime.cancel(id) }
            },
            Route(.post, "/v1/jobs/{job}/pause", "pauseJob", .changeJob) { call in
                try await call.change { runtime, id throws(KernelError) in try await runtime.pause(id) }
            },
            Route(.post, "/v1/jobs/{job}/resume", "resumeJob", .changeJob) { call in
                try await call.change { runtime, id throws(KernelError) in try await runtime.resume(id) }
            },
            Route(.get, "/v1/jobs/{job}/events", "followJob", .readJob) { call in
                try call.checkQuery()
                return try call.events()
            },
        ]
    }
}

extension Call {
    /// The job, when it is over or stands aside, or as it is when the time is up.
    func settled(_ job: JobSummary, within seconds: Double) async throws -> JobSummary {
        let storage = service.storage
        if seconds == 0 || job.isSettled { return job }
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        let found = try await service.signals.follow(job.job, until: .end, beat: min(seconds, 5)) { () -> JobSummary? in
            let now = try storage.snapshot { store throws(KernelError) in try store.summary(of: job.job) }
            guard let now else { throw Problem(.notFound, "\(job.job) was deleted") }
            return now.isSettled || ContinuousClock.now >= end ? now : nil
        }
        return found ?? job
    }

    /// What happened to the job of the path.
    fileprivate func history() throws -> [JobEventDocument] {
        let job = try job.job
        let entries = try service.storage.snapshot { store throws(KernelError) in try store.history(of: job) }
        return entries.enumerated().map { JobEventDocument($1, number: $0 + 1) }
    }

    /// Why a job failed.
    func failure(of job: JobSummary) throws -> FailureDocument? {
        guard job.state == .failed else { return nil }
        let bytes = try service.storage.snapshot { store throws(KernelError) in
            try store.document(.failure, of: job.job, number: 0)
        }
        return try bytes.map { bytes throws(KernelError) in try FailureDocument(bytes: bytes) }
            ?? FailureDocument(.givenUp(job.job))
    }

    func jobAnswer(_ job: JobSummary) async throws -> JobDocument {
        var answer = JobDocument(ofService: job)
        answer.failure = try failure(of: job)
        answer.reason = answer.failure?.message
        if job.state?.isFinal != true, let outlook = try await service.runtime.outlook(of: job.job) {
            answer.foresee(outlook)
        }
        return answer
    }

    fileprivate func listJobs() throws -> Answer {
        try checkQuery("state", "project", "device", "tag", "session", "mine", "before", "limit")
        let limit = try integer("limit", in: 1...200) ?? 50
        var filter = JobFilter(limit: limit)
        let states = values("state")
        if !states.isEmpty {
            filter.states = try states.map { word in
                guard let state = JobState(name: word) else {
                    throw Problem(
                        .badRequest,
                        "state=\(word.clipped): expected one of \(JobState.allCases.map(\.description).joined(separator: ", "))"
                    )
                }
                return state
            }
        }
        filter.projects = try visibleProjects(asked: try query("project"))
        filter.device = try query("device")
        filter.tag = try query("tag")
        if let name = try query("session") {
            guard let session = SessionIndex(name: name) else {
                throw Problem(.badRequest, "session=\(name.clipped): expected a session, such as ses-1")
            }
            filter.session = session
        }
        if try flag("mine") {
            let caller = try caller
            let projects = filter.projects ?? []
            guard
                let project = try query("project").flatMap({ ProjectPath($0) })
                    ?? (projects.count == 1 ? ProjectPath(projects[0]) : nil)
            else {
                throw Problem(.badField, "mine=true needs the project too", cure: "add project=ORGANISATION/PROJECT")
            }
            filter.account = caller.account(in: project)
        }
        if let before = try query("before") {
            guard let id = JobID(before) else { throw Problem(.badRequest, "before=\(before.clipped): expected a job") }
            filter.before = id
        }
        let wanted = filter
        let jobs = try service.storage.snapshot { store throws(KernelError) in try store.summaries(wanted) }
        var page = JobPage(jobs: jobs.map(JobDocument.init(ofService:)))
        if jobs.count == limit, let last = jobs.last { page.next = "/v1/jobs?" + nextQuery(before: "\(last.job)") }
        return .json(page)
    }

    /// The projects whose jobs are listed; nil for all.
    func visibleProjects(asked: String?) throws -> [String]? {
        let caller = try caller
        let visible: [String]?
        switch caller.visibleProjects {
        case .all: visible = nil
        case .some(let projects): visible = projects
        case .within(let organisations, let others):
            visible = try service.accounts.readAccounts { store throws(KernelError) -> [String] in
                var found = Set(others)
                for name in organisations {
                    for project in try store.projects(of: name) { found.insert(project.path.text) }
                }
                return found.sorted()
            }
        }
        guard let asked else { return visible }
        guard let path = ProjectPath(asked), caller.role(in: .project(path)) != nil else {
            throw Problem(.accountUnknown("project '\(asked.clipped)'"))
        }
        return [asked]
    }

    fileprivate func change(_ ask: (Runtime, JobID) async throws(KernelError) -> Void) async throws -> Answer {
        let id = try job.job, storage = service.storage
        try await ask(service.runtime, id)
        let now = try storage.snapshot { store throws(KernelError) in try store.summary(of: id) }
        guard let now else { throw Problem(.notFound, "\(id) was deleted") }
        return .json(JobDocument(ofService: now), .accepted)
    }
}

extension JobDocument {
    init(ofService job: JobSummary) {
        self.init(job)
        project = job.project
        user = job.ownerPath ?? ""
    }
}

extension JobSummary {
    /// Over, or waiting for people.
    var isSettled: Bool { state == .paused || state?.isFinal == true }
}

extension KernelError {
    static func givenUp(_ id: JobID) -> KernelError {
        KernelError(.system, code: "kernel.gave-up", "\(id) was given up: too many workers died over it")
    }
}
