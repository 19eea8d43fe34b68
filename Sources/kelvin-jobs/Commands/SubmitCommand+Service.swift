import Client
import Console
import Kernel

// The same command, asked of a service.
extension SubmitCommand {
    func submit(_ request: SubmissionDocument, to client: ServiceClient) async throws(CommandFailure) {
        guard account.isEmpty else {
            throw .usage("--account is for this computer\n  cure: name a project of the service: --project")
        }
        var request = request
        let devices =
            if let session { [try ServicePlace(client: client).session(session).device] } else {
                try target.names()
            }
        if let file = devices.first(where: { $0.contains("/") }) {
            throw .usage("'\(file)' is a file of this computer\n  cure: name a device of the service: `kelvin devices`")
        }
        request.device = devices[0]
        request.devices = devices.count > 1 ? devices : nil
        let line = ProgressLine("submitting")
        defer { line.finish() }
        let job: JobDocument
        do throws(KernelError) {
            if dryRun { return show(try client.appraise(request, project: project, session: session)) }
            // Without a key of the user's it has one of its own: an answer that is lost on its way makes no second job.
            job = try client.submit(
                request, project: project, session: session, tags: tag, key: key ?? ServiceClient.newKey())
        } catch {
            line.finish()
            throw CommandFailure(error, source: nil)
        }
        if detach { return show(job) }
        let place = ServicePlace(client: client)
        // Told from a queue of its own: this thread waits for news.
        let interruption = Interruption { _ = try? place.change(job.id, .cancel) }
        if job.state?.isFinal != true {
            do throws(KernelError) { try follow(job.id, of: client, line) } catch {
                line.finish()
                throw CommandFailure(error, source: nil)
            }
        }
        interruption.stop()
        line.finish()
        try await place.printResult(of: job.id, format, includesTiming: !noTiming)
    }

    /// Shows how a job goes on until it is over or stands aside, and says at once what keeps it from starting that no queue
    /// explains.
    private func follow(_ id: JobID, of client: ServiceClient, _ line: ProgressLine) throws(KernelError) {
        let outlook = try client.job(id).outlook
        if let hindrance = outlook?.hindrance {
            line.say("\(id) waits: \(outlook?.cure.map { "\(hindrance); \($0)" } ?? hindrance)")
        }
        var finished = 0, parts = 0
        try client.follow(id) { event in
            if let count = event.parts { parts = count }
            if event.seconds != nil { finished += 1 }
            line.update(
                "\(id): \(event.status ?? event.event)",
                fraction: parts > 0 ? Double(finished) / Double(parts) : nil)
            return event.status != JobState.paused.description
        }
    }
}
