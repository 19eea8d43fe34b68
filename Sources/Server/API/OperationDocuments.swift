import Hardware
import Kernel
import Storage

/// A machine as operators see it.
struct MachineDocument: Encodable {
    var device: String
    var status: String
    var reason: String?
    var takesJobs: Bool
    var running: Int
    var waiting: Int
    var sitesInUse: Int
    var sites: Int
    var calibration: String
    var reservations: [Reserved]

    struct Reserved: Encodable {
        var account: String
        var start: String
        var end: String
    }

    init(_ machine: MachineOutlook) {
        device = machine.name
        status = machine.status.name
        reason = machine.status.reason
        takesJobs = machine.takesJobs
        running = machine.running
        waiting = machine.waiting
        sitesInUse = machine.sitesInUse
        sites = machine.sites
        calibration = machine.calibration
        reservations = machine.reservations.map {
            Reserved(account: $0.account, start: Timestamp.text(from: $0.start), end: Timestamp.text(from: $0.end))
        }
    }
}

struct AuditPage: Encodable {
    var entries: [AuditDocument]
    /// Where the next page is; left out on the last.
    var next: String?
}

struct AuditDocument: Encodable {
    var number: Int64
    var time: String
    var user: String
    var token: String
    var address: String
    var action: String
    var target: String
    var status: Int
    var request: String

    init(_ entry: AuditEntry) {
        number = entry.number
        time = Timestamp.text(from: entry.time)
        user = entry.user
        token = entry.token
        address = entry.address
        action = entry.action
        target = entry.target
        status = entry.status
        request = entry.request
    }
}
