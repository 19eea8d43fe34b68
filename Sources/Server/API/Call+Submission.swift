import Drivers
import HTTPTypes
import Hardware
import Kernel
import Storage

extension Call {
    /// Takes a job in; it is on the disk when the answer goes out.
    ///
    /// - Parameter seconds: the answer may wait so long for the job's end; then it says so with its status.
    func submit(_ body: SubmissionBody, waiting seconds: Double) async throws -> Answer {
        let project = try project(asked: body.project)
        let key = try request.idempotencyKey()
        let session = try await session(body.session, for: body.devices, in: project)
        let (document, request) = try prepared(body, in: project, session: session, key: key, by: caller)
        let summary = try await take(document, request, key: key, session: session, tags: body.tags, in: project)
        let now = try await settled(summary, within: seconds)
        let answer = seconds > 0 ? try await jobAnswer(now) : JobDocument(ofService: now)
        // Without a wait always the same: a small job may be over before its answer goes out, or not.
        let status: HTTPResponse.Status = seconds > 0 && now.isSettled ? .ok : .accepted
        return Answer.json(answer, status).header(.location, "/v1/jobs/\(summary.job)")
    }

    /// Takes in what a front door has translated. It is on the disk when this returns.
    ///
    /// - Parameters:
    ///   - asked: without account; its machines are checked here.
    ///   - key: the caller's own for this request: the same again is the same job.
    ///   - name: the session it is sent into.
    ///   - project: nil for the only one that the caller has.
    func submit(
        _ asked: SubmissionDocument, key: String? = nil, session name: String? = nil, tags: [String] = [],
        project wanted: String? = nil
    ) async throws -> JobSummary {
        let project = try project(asked: wanted)
        let named = asked.devices ?? [asked.device]
        let session = try await session(name, for: named, in: project)
        let devices = try machines(named)
        var document = asked
        document.account = try caller.account(in: project)
        document.device = devices[0]
        document.devices = devices.count > 1 ? devices : nil
        return try await take(document, try document.request(), key: key, session: session, tags: tags, in: project)
    }

    private func take(
        _ asked: SubmissionDocument, _ wanted: JobRequest, key: String?, session: SessionOutlook?, tags: [String],
        in project: ProjectPath
    ) async throws -> JobSummary {
        var document = asked, request = wanted
        try service.projects.takePlace(in: project, limit: service.options.jobsPerProject, now: service.clock.now)
        let checked = try await service.runtime.checked(request, in: session?.index)
        let devices = try await allowed(request, checked.appraisal, in: project)
        // What was learnt of machines that it may not have does not go with it.
        let isWhole = devices == request.devices
        (document.devices, request.devices) = (nil, devices)
        document.device = request.devices[0]
        if request.devices.count > 1 { document.devices = request.devices }
        let summary: JobSummary
        do throws(KernelError) {
            summary = try await service.runtime.submitted(
                request, document: document, key: key.map { "\(request.account) \($0)" }, session: session?.index,
                tags: tags, receivedAt: received, checked: isWhole ? checked : nil,
                unless: checked.appraisal.refusal)
        } catch {
            guard error.code == "submission.key" else { throw error }
            throw Self.keyReused(key)
        }
        service.telemetry.note(submission: summary.job)
        // The request is the same, and was sent into another session.
        if summary.session != session?.index { throw Self.keyReused(key) }
        return summary
    }

    /// A dry run by the checks that decide later.
    func appraise(_ body: SubmissionBody) async throws -> AppraisalDocument {
        let project = try project(asked: body.project)
        let session = try await session(body.session, for: body.devices, in: project)
        var (_, request) = try prepared(body, in: project, session: session, key: nil, by: caller)
        var appraisal = try await service.runtime.check(request, in: session?.index)
        let devices = try await allowed(request, appraisal, in: project)
        if devices != request.devices {
            request.devices = devices
            appraisal = try await service.runtime.check(request, in: session?.index)
        }
        return AppraisalDocument(appraisal, await service.runtime.deviceNames())
    }

    func prepared(
        _ body: SubmissionBody, in project: ProjectPath, session: SessionOutlook?, key: String?, by caller: Identity
    ) throws -> (SubmissionDocument, JobRequest) {
        let devices = try session.map { [$0.device] } ?? machines(body.devices)
        if let calibration = body.calibration { try check(calibration, of: devices) }
        let document = body.document(account: caller.account(in: project), devices: devices, key: key)
        return (document, try document.request())
    }

    /// The key as the caller knows it.
    private static func keyReused(_ key: String?) -> Problem {
        Problem(
            KernelError(
                .program, code: "submission.key",
                "the key '\(key ?? "")' belongs to an earlier job of yours, which asked for something else"))
    }

    /// The session that a job is sent into, which takes it.
    private func session(
        _ name: String?, for devices: [String], in project: ProjectPath
    ) async throws -> SessionOutlook? {
        guard let name else { return nil }
        guard let index = SessionIndex(name: name), let session = try await service.runtime.session(index) else {
            throw Gate.unknownSession(name)
        }
        try service.gate.admitChange(of: session, caller)
        guard session.account == (try caller.account(in: project)) else {
            throw Problem(.badField, "body.session: \(name) belongs to \(session.account), which another job pays from")
        }
        guard session.phase == .open || session.phase == .active else {
            throw Problem(.sessionOver, "\(name) is \(session.phase.rawValue)")
        }
        if !devices.isEmpty, devices != [session.device] {
            throw Problem(
                .badField, "body.device: \(name) has the machine \(session.device)", cure: "leave the device out")
        }
        return session
    }

    /// The project a job is for: the one named, else the only one there is.
    func project(asked: String?) throws -> ProjectPath { try project(asked: asked, by: caller) }

    func project(asked: String?, by caller: Identity) throws -> ProjectPath {
        let path: ProjectPath
        if let asked {
            guard let named = ProjectPath(asked) else {
                throw Problem(
                    .badField, "body.project: '\(asked.clipped)' is no project", cure: "write ORGANISATION/PROJECT")
            }
            path = named
        } else if let only = caller.token.project {
            path = only
        } else {
            let candidates = caller.user.grants.compactMap { grant -> ProjectPath? in
                if case .project(let path) = grant.scope, grant.role >= .member { path } else { nil }
            }
            guard candidates.count == 1 else {
                throw Problem(
                    .badField, "body.project: missing, and you have \(candidates.count) projects of your own",
                    cure: "name one: ORGANISATION/PROJECT")
            }
            path = candidates[0]
        }
        try service.gate.admitSubmission(to: path, caller)
        guard try service.projects.exists(path, now: received) else {
            throw Problem(.accountUnknown("project '\(path.text)'"))
        }
        return path
    }

    /// The machines that a job names, or the default; `any` stands for all.
    private func machines(_ named: [String]) throws -> [String] {
        var names = named
        if names.isEmpty { names = [DeviceCatalog.defaultID] }
        if names == ["any"] { names = service.machines.machines }
        guard Set(names).count == names.count, names.count <= 64 else {
            throw Problem(.badField, "body.devices: expected at most 64 different machines")
        }
        for name in names where !service.machines.has(name) {
            throw Problem(.unknownDevice, "there is no device '\(name.clipped)'")
        }
        return names
    }

    /// A program that was compiled elsewhere runs under the calibration that it was compiled against, or not at all.
    private func check(_ calibration: String, of devices: [String]) throws {
        guard devices.count == 1 else { throw Problem(.badField, "body.calibration: it belongs to one device") }
        let current: String
        do throws(DeviceError) { current = try service.machines.device(devices[0]).calibration().id } catch {
            throw KernelError(error)
        }
        guard current == calibration else {
            throw Problem(.calibrationChanged, "\(devices[0]) works under \(current), not \(calibration.clipped)")
        }
    }
}
