public import ArgumentParser
import Client
import Console
import Drivers
@preconcurrency import Dispatch
import Foundation
public import Kernel
import Storage

struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Submit a program as a job that is kept, with its result.",
        discussion: """
            The command waits for the job and prints its result; with --detach it prints the job's id and a background \
            process does the work. A job whose process dies is taken over by the next one and goes on from the parts \
            that had finished. Ctrl-C cancels. With a service (`kelvin login`) the job is the service's.
            """)

    @OptionGroup var service: ServiceOption
    @OptionGroup var options: WorkloadOptions
    @OptionGroup var target: TargetOptions
    @OptionGroup var inputs: InputOptions

    @Flag(help: "Leave the job to a background process and return at once.")
    var detach = false

    @Flag(help: "Say what each machine offers (success, machine time, price, wait) or why it refuses; submit nothing.")
    var dryRun = false

    @Option(help: "Submitting again with the same key and the same request gives the same job, never a second one.")
    var key: String?

    @Option(help: "low, normal or high; higher classes run first.")
    var priority = PriorityName.normal

    @Option(help: "Who pays, as a path: physics/alice; on this computer.")
    var account = ""

    @Option(help: "The project of a service that the job is for: ORGANISATION/PROJECT; left out where one has one.")
    var project: String?

    @Option(help: "The session or batch to send it into, as ses-1; its machine is the session's.")
    var session: SessionIndex?

    @Option(help: "A word to find it by; repeatable.")
    var tag: [String] = []

    @Option(help: "Machine seconds that the job may cost; exceeded by one batch of shots at most, then it is paused.")
    var budget: Double?

    @Option(help: "The most shots that run in one go; between two batches a job can be stopped, paused and resumed.")
    var batchShots: Int?

    @Flag(help: "Have all of the machine; without it others may run on other sites of it at the same time.")
    var alone = false

    @Flag(
        help: "Sites that the job never reads serve a neighbour who agrees, in turn within a shot; theirs serve it.")
    var shareHelpers = false

    @Option(help: "When it should have ended: 90s, 15m, 2h from now, or 2026-04-17T10:00:00Z. Earlier ones come first.")
    var deadline: Moment?

    @Option(help: "Of several machines: seconds you would rather wait for a success probability e times as high.")
    var successWorth: Double?

    @Option(help: "Of several machines: seconds you would rather wait than pay a unit of price more.")
    var priceWorth: Double?

    @Option(help: "If the machine is calibrated while the job runs: split, flag or rerun.")
    var onRecalibration = RecalibrationName.split

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Flag(help: "Leave the times out of the JSON, so that equal seeds give equal bytes.")
    var noTiming = false

    enum PriorityName: String, ExpressibleByArgument, CaseIterable {
        case low, normal, high

        var priority: Priority {
            switch self {
            case .low: .low
            case .normal: .normal
            case .high: .high
            }
        }
    }

    func validate() throws {
        if session != nil, target.device != DeviceCatalog.defaultID {
            throw ValidationError("--session has a machine: leave --device out")
        }
        if alone, shareHelpers { throw ValidationError("--share-helpers: who is alone has no neighbours") }
        if let budget, !(budget > 0 && budget.isFinite) { throw ValidationError("--budget must be positive seconds") }
        for (name, worth) in [("success", successWorth), ("price", priceWorth)] {
            if let worth, !(worth >= 0 && worth.isFinite) {
                throw ValidationError("--\(name)-worth must be zero or more seconds")
            }
        }
        if let batchShots, batchShots < 1 { throw ValidationError("--batch-shots must be at least 1") }
        if key != nil, deadline?.isRelative == true {
            throw ValidationError("--key: a request that is sent again must be the same; write --deadline as a time")
        }
        if let key, key.isEmpty || key.utf8.count > 200 {
            throw ValidationError("--key must have 1 to 200 bytes")
        }
        if !account.isEmpty { try AccountPath.validate(account, as: "--account") }
    }

    func run() async throws {
        try await format.reporting { try await execute() }
    }

    private func execute() async throws {
        let received = WallClock().now
        let program = try options.readProgram()
        // A request with a key is the same when it is sent again, its seed too.
        let seed = target.seed ?? (key == nil ? UInt64.random(in: 0..<1 << 32) : 0)
        var document = options.document(program, try inputs.table(), target, seed: seed)
        document.tenancy = alone ? .alone : shareHelpers ? .sharingHelpers : nil
        document.deadline = deadline?.seconds(after: received)
        document.priority = Int(priority.priority.rawValue)
        document.account = account.isEmpty ? nil : account
        document.secondsPerNat = successWorth
        document.secondsPerPrice = priceWorth
        document.onRecalibration = onRecalibration.rawValue
        document.batchShots = batchShots
        document.budget = budget
        if let client = try service.client {
            return try await submit(document, to: client)
        }
        if project != nil {
            throw CommandFailure.usage("--project is for services\n  cure: on this computer name an account: --account")
        }
        let store = try JobStore()
        // Another process works in another directory.
        let devices =
            if let session {
                [try await store.machine(of: session)]
            } else {
                try target.devices(in: store.catalog()).map { name in
                    name.contains("/") ? URL(fileURLWithPath: name).standardizedFileURL.path : name
                }
            }
        document.device = devices[0]
        document.devices = devices.count > 1 ? devices : nil
        let runtime = try store.runtime()
        let line = ProgressLine("running")
        defer { line.finish() }
        do {
            let request = try document.request()
            if dryRun {
                return show(
                    AppraisalDocument(
                        try await runtime.check(request, in: session), await runtime.deviceNames()))
            }
            let appraisal = try await runtime.checked(request, in: session).appraisal
            let id = try await runtime.submit(
                request, document: document, key: key, session: session, tags: tag, isDetached: detach,
                receivedAt: received, unless: appraisal.refusal
            ) { line.update($0) }
            if detach {
                try? store.startWorker()
                if let hindrance = appraisal.hindrance { line.say("\(id) waits: \(hindrance.sentence)") }
                return show(JobDocument(ofStore: try store.summary(id)))
            }
            if try store.hasOthers(than: id) { try store.startWorker() }
            let interruption = Interruption { Task { try? await runtime.cancel(id) } }
            let told = Task { await tellHindrances(of: id, in: runtime, line) }
            _ = try await runtime.end(of: id)
            told.cancel()
            interruption.stop()
            line.finish()
            try await store.printResult(of: id, format, includesTiming: !noTiming)
        } catch let error as KernelError {
            line.finish()
            throw CommandFailure(error, source: program.text)
        }
    }
}

extension SubmitCommand {
    /// Says what keeps a job from starting that no queue explains, once for each cause.
    private func tellHindrances(of id: JobID, in runtime: Runtime, _ line: ProgressLine) async {
        var told: Set<Hindrance.Cause> = []
        while !Task.isCancelled {
            if let hindrance = await runtime.hindrance(of: id), told.insert(hindrance.cause).inserted {
                line.say("\(id) waits: \(hindrance.sentence)")
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    func show(_ appraisal: AppraisalDocument) {
        switch format {
        case .json: Terminal.write(JSON.text(appraisal) + "\n")
        case .text: Terminal.write(AppraisalReport(appraisal).text)
        }
    }

    func show(_ job: JobDocument) {
        switch format {
        case .json: Terminal.write(JSON.text(job) + "\n")
        case .text: Terminal.write("\(job.id)\n")
        }
    }
}

/// What `RecalibrationPolicy` calls the cases.
enum RecalibrationName: String, ExpressibleByArgument, CaseIterable {
    case split, flag, rerun
}

/// What happens on Ctrl-C, the first time; the second ends the process.
final class Interruption: Sendable {
    private let source: any DispatchSourceSignal

    init(_ action: @escaping @Sendable () -> Void) {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: DispatchQueue(label: "interruption"))
        source.setEventHandler {
            signal(SIGINT, SIG_DFL)
            action()
        }
        source.activate()
    }

    func stop() { source.cancel() }
}
