/// Machines that are kept from filling up again, each for one job that found no room beside those that run.
///
/// Where programs share machines, room comes and goes in pieces, and what is small finds it first: a job that wants a
/// machine to itself would never see an empty one. Whoever holds a machine keeps newcomers away that would stay beyond
/// the moment at which those that run now should have gone, so that it waits for these and for nobody after them.
struct HoldTable: Sendable {
    struct Hold: Sendable {
        let row: Int32
        let device: Int
        let priority: Priority
        /// When it began, seconds.
        let since: Double
        /// When those that run should have left room for the job.
        var moment: Double
        /// What the job adds to the machine's delay, seconds.
        let seconds: Double
        /// Whether this cycle has come to the job: whoever stands before it in the queue is not bound by its hold.
        var isInForce = true
        /// Until when those before it keep the machine, seconds from the cycle's origin.
        var ahead: Float = 0
    }

    /// The oldest first.
    private(set) var all: [Hold] = []
    private var holders = RowSet()
    /// By machine; −1 for none.
    private var rows: [Int32] = []

    @inline(__always)
    var isEmpty: Bool { all.isEmpty }

    @inline(__always)
    func contains(_ row: Int32) -> Bool { !all.isEmpty && holders.contains(Int(row)) }

    @inline(__always)
    func isHeld(_ d: Int) -> Bool { d < rows.count && rows[d] >= 0 }

    func hold(of row: Int32) -> Hold? { contains(row) ? all.first { $0.row == row } : nil }

    func hold(on d: Int) -> Hold? { isHeld(d) ? all.first { $0.device == d } : nil }

    /// - Precondition: neither the job nor the machine has a hold.
    mutating func add(_ hold: Hold) {
        precondition(!contains(hold.row) && !isHeld(hold.device), "a machine is held once, and a job holds one")
        while rows.count <= hold.device { rows.append(-1) }
        rows[hold.device] = hold.row
        holders.insert(Int(hold.row))
        all.append(hold)
    }

    mutating func release(_ row: Int32) {
        guard contains(row), let place = all.firstIndex(where: { $0.row == row }) else { return }
        rows[all[place].device] = -1
        holders.remove(Int(row))
        all.remove(at: place)
    }

    /// A hold that is not in force: those before its job in the queue are looked at.
    func pending(on d: Int) -> Hold? {
        guard let hold = hold(on: d), !hold.isInForce else { return nil }
        return hold
    }

    /// A cycle begins at the front of the queue, before whoever holds a machine.
    mutating func suspend(_ row: Int32, behind ahead: Float) {
        guard let place = all.firstIndex(where: { $0.row == row }) else { return }
        (all[place].isInForce, all[place].ahead) = (false, ahead)
    }

    mutating func enforce(_ row: Int32) {
        guard let place = all.firstIndex(where: { $0.row == row }) else { return }
        all[place].isInForce = true
    }

    /// Somebody whom the hold does not bind came in and stays until then.
    mutating func postpone(on d: Int, to end: Double) {
        guard isHeld(d), let place = all.firstIndex(where: { $0.device == d }) else { return }
        all[place].moment = max(all[place].moment, end)
    }
}
