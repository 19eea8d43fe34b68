import Client
import Console
import Hardware
import Kernel

/// Where jobs are kept: in the user's own store, or by a service. Commands ask it and do not know which it is.
protocol JobPlace: Sendable {
    /// The newest first.
    func jobs(_ wanted: JobQuery) async throws(CommandFailure) -> [JobDocument]

    /// A job as it stands; with `detail` what happened to it and what it may expect, too.
    func job(_ id: JobID, detail: Bool) async throws(CommandFailure) -> JobDocument

    /// Asks for a change and gives the job as it stands then.
    func change(_ id: JobID, _ change: JobChange) async throws(CommandFailure) -> JobDocument

    /// Of a job that is completed.
    func result(of id: JobID) async throws(CommandFailure) -> ResultDocument

    /// All that is kept of a job that is completed.
    func bundle(of id: JobID) async throws(CommandFailure) -> ResultBundle

    /// Tells everything that happens to a job, as it happens, until it is over.
    func follow(_ id: JobID, _ tell: @escaping (JobEventDocument) -> Void) async throws(CommandFailure)

    /// Returns when a job is over, or stands aside.
    func settle(_ id: JobID) async throws(CommandFailure)

    func machines() async throws(CommandFailure) -> [MachineDocument]

    /// Keeps a machine for an account, and gives what is kept next.
    func reserve(_ device: String, _ wanted: ReservationDocument) async throws(CommandFailure) -> ReservationDocument

    /// Gives up every time that an account has on a machine; how many reservations there were.
    func endReservations(_ device: String, of account: String) async throws(CommandFailure) -> Int

    func usage(of account: String) async throws(CommandFailure) -> UsageDocument

    /// - Parameter seconds: of machine time; nil for no limit.
    func setBudget(_ account: String, seconds: Double?) async throws(CommandFailure)

    /// Sessions and batches, the newest first.
    func sessions(
        _ phase: SessionOutlook.Phase?, project: String?, limit: Int
    ) async throws(CommandFailure) -> [SessionDocument]

    func session(_ id: SessionIndex) async throws(CommandFailure) -> SessionDocument

    func openSession(_ wanted: SessionRequest) async throws(CommandFailure) -> SessionDocument

    /// Lets a session take no more jobs; those on their way are finished, or cancelled.
    func closeSession(_ id: SessionIndex, cancelling: Bool) async throws(CommandFailure) -> SessionDocument
}

/// Which jobs are asked for.
struct JobQuery {
    var states: [JobState] = []
    var account: String?
    var project: String?
    var tag: String?
    var device: String?
    var session: SessionIndex?
    var limit = 20
}

enum JobChange: String {
    case cancel, pause, resume
}

extension ServiceOption {
    /// The service that is chosen, else the user's own store.
    var place: any JobPlace {
        get throws(CommandFailure) {
            if let client = try client { return ServicePlace(client: client) }
            return try JobStore()
        }
    }
}

extension JobID {
    /// The job that a user names.
    init(named text: String) throws(CommandFailure) {
        guard let id = JobID(text) else { throw .usage("'\(text)' is no job: expected job-17 or 17") }
        self = id
    }
}

extension JobPlace {
    /// Prints what a job gave.
    ///
    /// - Throws: its failure, or that it is not over.
    func printResult(of id: JobID, _ format: OutputFormat, includesTiming: Bool) async throws(CommandFailure) {
        var job = try await job(id, detail: false)
        // Whose budget it lacks is told with what it may expect.
        if job.state == .paused { job = try await self.job(id, detail: true) }
        if let refusal = refusal(job) { throw CommandFailure(refusal, source: nil) }
        var document = try await result(of: id)
        switch format {
        case .text: Terminal.write(ResultReport(document).text)
        case .json:
            if !includesTiming { document.timing = nil }
            Terminal.write(JSON.text(document) + "\n")
        }
    }

    /// Why a job has no result; nil where it has one.
    func refusal(_ job: JobDocument) -> KernelError? {
        let id = job.id
        switch job.state {
        case .completed: return nil
        case .failed:
            return job.failure?.error
                ?? KernelError(
                    .system, code: "kernel.gave-up", "\(id) was given up: too many workers died over it",
                    cure: "`kelvin job \(id)` tells its history; submit it again")
        case .cancelled: return KernelError(.cancelled, code: "cancelled", "\(id) was cancelled")
        case .paused:
            let place = job.parts > 0 ? "after \(job.finishedParts) of \(job.parts) parts" : "before it started"
            guard let reason = job.outlook?.hindrance else {
                return KernelError(
                    .program, code: "paused", "\(id) is paused \(place)", cure: "`kelvin resume \(id)` lets it go on")
            }
            return KernelError(
                .program, code: "paused", "\(id) is paused \(place): \(reason)",
                cure: job.outlook?.cure ?? "raise the budget")
        default:
            return KernelError(
                .system, code: "unfinished", "\(id) is \(job.status)",
                cure: "`kelvin results --wait \(id)` waits for it")
        }
    }
}
