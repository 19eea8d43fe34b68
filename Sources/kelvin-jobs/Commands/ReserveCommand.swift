import ArgumentParser
import Client
import Console
import Hardware
import Kernel

struct ReserveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reserve", abstract: "Keep a machine free for an account for a while.",
        discussion: """
            Jobs of others that would run into that time do not start; `kelvin fleet` shows the calendar. With --every it \
            comes again, counted in UTC: a day has 24 hours. On a service it is for operators, and the account is a project.
            """)

    @OptionGroup var service: ServiceOption

    @Argument(help: "The device's id.")
    var device: String

    @Option(help: "For whom, as a path: physics, or physics/alice.")
    var account: String

    @Option(help: "When it begins: 15m, 2h from now, or 2026-04-17T10:00:00Z.")
    var from = Moment.after(0)

    @Option(help: "When it ends, likewise; with --every the first time.")
    var until: Moment?

    @Option(help: "How often it comes again: hour, day, week, or a span, as 90m or 2d; whole minutes.")
    var every: Period?

    @Option(help: "With --every: no time begins after it. Default: it goes on until it is given up.")
    var last: Moment?

    @Flag(help: "Give up the account's reservations of the machine instead.")
    var cancel = false

    func validate() throws {
        if !cancel, until == nil { throw ValidationError("--until says when the reservation ends") }
        // What was reserved for such a path before it was refused can be given up.
        if !cancel { try AccountPath.validate(account, as: "--account") }
        if cancel, until != nil || every != nil || last != nil {
            throw ValidationError("--cancel gives up all times of the account: leave --until, --every and --last out")
        }
        if last != nil, every == nil { throw ValidationError("--last goes with --every") }
    }

    func run() async throws {
        let place = try service.place
        let now = WallClock().now
        if cancel {
            let count = try await place.endReservations(device, of: account)
            Terminal.write("\(count) \(count == 1 ? "reservation" : "reservations") of \(device) given up\n")
            return
        }
        // In whole seconds, down: what begins now is in force now.
        let start = from.seconds(after: now), end = until?.seconds(after: now) ?? start
        let wanted = ReservationDocument(
            account: account, start: start.rounded(.down), end: end.rounded(.down), every: every?.seconds ?? 0,
            last: last?.seconds(after: now).rounded(.down) ?? .infinity)
        let kept = try await place.reserve(device, wanted)
        let again = kept.recurrence.map { ", \($0)" } ?? ""
        Terminal.write("\(device) is reserved for \(account) from \(kept.start) to \(kept.end)\(again)\n")
    }
}

struct ShareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "share", abstract: "Set what an account may use in proportion to its siblings.",
        discussion: "Machine time is shared out by these weights as long as several have jobs waiting; 1 if never set.")

    @OptionGroup var service: ServiceOption

    @Argument(help: "The account, as a path: physics, or physics/alice.")
    var account: String

    @Argument(help: "A positive weight.")
    var weight: Double

    func validate() throws {
        if !(weight > 0 && weight.isFinite && weight < 1e9) {
            throw ValidationError("the weight must be a positive number")
        }
        try AccountPath.validate(account, as: "the account")
    }

    func run() async throws {
        try service.requireLocal("a share")
        let runtime = try JobStore().runtime()
        try await asking { () throws(KernelError) in try await runtime.setShare(account, weight) }
        Terminal.write("\(account) has the share \(weight) among its siblings\n")
    }
}
