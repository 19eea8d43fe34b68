/// A waiting job as the scheduler sees it: a row of 56 bytes.
struct WaitingJob: Hashable, Sendable {
    /// Order of submission; a job that was taken off its device keeps it.
    var sequence: UInt64
    /// Seconds on the kernel's clock.
    var submitted: Double
    /// By when it should have ended; infinity for whenever.
    var deadline: Double
    /// Its account's own line in the tree of shares.
    var account: Int32
    /// The row of its program in the estimates.
    var program: Int32
    /// The only device it may run on; −1 for any.
    var device: Int32
    /// Machine time as estimated by its owner, seconds; 0 where the scheduler's own estimate counts.
    var seconds: Float
    var shots: UInt32
    /// What success and price are worth to it, in seconds of waiting a nat and a unit.
    var secondsPerNat: Float
    var secondsPerPrice: Float
    var width: UInt16
    var priority: Priority
    var wantsMachineAlone: Bool
    /// Whether its card lists the machines it may go to.
    var hasChoices: Bool
}
