import Hardware

/// A machine as operators see it.
public struct MachineDocument: Codable, Sendable {
    public var device: String
    /// In a word (online, maintenance, …), and why where there is a reason.
    public var status: String
    public var reason: String?
    public var takesJobs: Bool
    /// Jobs on it, and waiting jobs that may go nowhere else.
    public var running: Int
    public var waiting: Int
    public var sitesInUse: Int
    public var sites: Int
    public var calibration: String
    /// Fencing token of the lease under which one worker has it; grows with each.
    public var leaseToken: UInt64?
    public var reservations: [ReservationDocument]

    public init(_ machine: MachineOutlook) {
        device = machine.name
        status = machine.status.name
        reason = machine.status.reason
        takesJobs = machine.takesJobs
        running = machine.running
        waiting = machine.waiting
        sitesInUse = machine.sitesInUse
        sites = machine.sites
        calibration = machine.calibration
        leaseToken = machine.holder?.token.value
        reservations = machine.reservations
    }
}
