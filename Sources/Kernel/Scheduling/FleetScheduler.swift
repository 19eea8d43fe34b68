import Hardware

/// The scheduler of a fleet: who starts next, on which machine, on which sites.
///
/// The order of jobs is that of `ReadyQueue`. A cycle goes through it from the front and gives each job the machine with
/// the best sum of waiting, success probability and price; where that machine has no room now, the job holds the moment
/// at which it will, and a later job may pass only if it will be gone by then. All of it is a function of what the kernel
/// told: time is passed in, and nothing is random.
public struct FleetScheduler: SchedulingPolicy {
    public let rules: SchedulingRules
    /// The profiles that `JobCard.tag` counts in; a job beyond them is judged by its width alone.
    public internal(set) var programs: [ProgramProfile]
    private var numbers: [ProgramProfile: UInt32] = [:]
    var shares: ShareTree
    var queue = ReadyQueue()
    var machines: [Machine] = []
    var estimates = EstimateTable()
    /// Moments before which some waiting job may not start.
    var wakes: [Double] = []
    /// What was proposed in the last cycle, to tell on the next call whether the kernel took it.
    var proposed: [Int32] = []
    /// Jobs for which a running one is being moved, by machine.
    var claims: [Int: Claim] = [:]
    private(set) var accountCount = 0
    /// Whether jobs were placed that nobody proposed here: by another process, or before a restart.
    var isOutOfDate = false
    /// The latest moment that was told.
    var lastTime = 0.0

    public init(rules: SchedulingRules = SchedulingRules(), programs: [ProgramProfile] = []) {
        self.rules = rules
        self.programs = programs
        shares = ShareTree(halfLife: rules.usageHalfLife)
    }

    /// One machine with what runs on it, as far as the scheduler was told.
    struct Machine: Sendable {
        /// Nil until its calibration is known: then it is given out whole.
        var library: RegionLibrary?
        /// Whether several programs may run side by side.
        var isShared = true
        var pricePerSecond = 0.0
        /// Measured run times over estimated ones.
        var runtimeFactor: Float = 1
        var tenants: [Tenant] = []
        /// Runs on it that are not among the tenants: told to stop, not yet gone.
        var strangers = 0
        /// Sites that tenants hold, and those within guard distance of them.
        var taken = SiteMask()
        /// The least width that was found to have no room, until somebody leaves.
        var fullFrom = Int.max
        /// When a move of a running program was last thought about.
        var consideredMove = -Double.infinity

        var isEmpty: Bool { tenants.isEmpty && strangers == 0 }
    }

    struct Tenant: Sendable {
        let job: JobID
        let slot: JobSlot
        let sites: SiteMask
        let isAlone: Bool
        let priority: Priority
        /// When it should be gone.
        let end: Double
        /// What its account was charged in advance, and when: taken back when it has gone.
        let line: Int32
        let advance: Double
        let chargedAt: Double
    }

    /// Takes note of a machine's regions under the calibration in force.
    ///
    /// - Parameters:
    ///   - pricePerSecond: of machine time.
    ///   - isShared: whether several programs may run side by side on the machine.
    public mutating func setLibrary(
        _ library: RegionLibrary, of device: DeviceIndex, pricePerSecond: Double = 0, isShared: Bool
    ) {
        growMachines(to: device.place + 1)
        machines[device.place].isShared = isShared
        isOutOfDate = true
        machines[device.place].library = library
        machines[device.place].fullFrom = .max
        machines[device.place].pricePerSecond = pricePerSecond
        estimates.forget(device: device.place)
    }

    /// Says that the book took in what was decided elsewhere: who is where is read from it before the next decision.
    public mutating func catchUpLater() { isOutOfDate = true }

    /// Adds a program; `JobCard.tag` of its jobs is the number returned.
    public mutating func addProgram(_ profile: ProgramProfile) -> UInt32 {
        programs.append(profile)
        return UInt32(programs.count - 1)
    }

    public mutating func setLibrary(_ library: RegionLibrary, of device: DeviceIndex, pricePerSecond: Double = 0) {
        setLibrary(library, of: device, pricePerSecond: pricePerSecond, isShared: true)
    }

    public mutating func number(of profile: ProgramProfile) -> UInt32? {
        if let known = numbers[profile] { return known }
        let number = addProgram(profile)
        numbers[profile] = number
        return number
    }

    /// Tells how long a machine took against its estimate; estimates follow by a tenth each time.
    public mutating func noteRuntime(_ actual: Double, estimated: Double, on device: DeviceIndex) {
        guard estimated > 0, actual > 0 else { return }
        let factor = machines[device.place].runtimeFactor
        machines[device.place].runtimeFactor = factor * Float(1 + 0.1 * (min(4, max(0.25, actual / estimated)) - 1))
    }

    mutating func growMachines(to count: Int) {
        while machines.count < count { machines.append(Machine()) }
    }

    /// Brings accounts and machines up to the book.
    mutating func catchUp(_ book: KernelBook) {
        growMachines(to: book.devices.count)
        estimates.widen(to: machines.count)
        guard accountCount < book.accounts.count else { return }
        while accountCount < book.accounts.count {
            let record = book.accounts[accountCount]
            if accountCount > 0 {
                let parent = record.parent.map { Self.node(of: $0) } ?? 0
                let node = shares.add(share: record.share, below: parent)
                precondition(node == 2 * accountCount, "accounts are known in the book's order")
            }
            // Its own jobs stand beside its children, with the weight of one of them.
            shares.add(share: 1, below: 2 * accountCount)
            accountCount += 1
        }
    }

    /// Accounts are even nodes, each with a line of its own behind it.
    static func node(of account: AccountIndex) -> Int { 2 * account.place }
    static func line(of account: AccountIndex) -> Int { 2 * account.place + 1 }
}

// What the kernel tells.
extension FleetScheduler {
    public mutating func enqueue(_ slot: JobSlot, in book: KernelBook, at now: Double) {
        catchUp(book)
        lastTime = max(lastTime, now)
        let record = book.jobs[slot], card = record.card
        var pinned = card.device.map { Int32($0.place) } ?? -1
        if let session = card.session { pinned = Int32(book.sessions[session.place].card.device.place) }
        let remaining = record.parts > 0 ? 1 - Double(record.finishedParts) / Double(record.parts) : 1
        let job = WaitingJob(
            sequence: record.id.rawValue, submitted: record.submitted, deadline: card.deadline,
            account: Int32(Self.line(of: card.account)), program: program(of: card), device: pinned,
            seconds: card.seconds * Float(remaining), shots: UInt32((Double(card.shots) * remaining).rounded(.up)),
            width: card.width, priority: card.priority, wantsMachineAlone: card.wantsMachineAlone)
        queue.insert(job, at: slot.rawValue, shares: shares, now: now)
        if record.notBefore > now { wakes.append(record.notBefore) }
    }

    public mutating func remove(_ slot: JobSlot, in book: KernelBook, at now: Double) {
        queue.unlink(slot.rawValue, shares)
    }

    public mutating func shareChanged(of account: AccountIndex, in book: KernelBook) {
        catchUp(book)
        guard account != .root else { return }
        shares.setShare(book.accounts[account.place].share, of: Self.node(of: account))
        queue.usageChanged(of: Self.line(of: account), shares: shares)
    }

    public mutating func charge(_ account: AccountIndex, seconds: Double, in book: KernelBook, at now: Double) {
        catchUp(book)
        charge(Int32(Self.line(of: account)), seconds, at: now)
    }

    mutating func charge(_ line: Int32, _ seconds: Double, at time: Double) {
        shares.charge(seconds, to: Int(line), at: time)
        queue.usageChanged(of: Int(line), shares: shares)
    }

    public func nextDecision(in book: KernelBook, after now: Double) -> Double {
        wakes.reduce(.infinity) { $1 > now ? min($0, $1) : $0 }
    }

    /// Drops tenants that have gone, gives back what they were charged in advance, and takes in runs that the book has and
    /// nobody placed here: after a restart the queue is told again, the cycles are not.
    mutating func reconcile(_ d: Int, _ book: KernelBook) {
        if machines[d].tenants.contains(where: { !Self.isThere($0, book) }) {
            var staying: [Tenant] = []
            for tenant in machines[d].tenants {
                if Self.isThere(tenant, book) {
                    staying.append(tenant)
                } else {
                    charge(tenant.line, -tenant.advance, at: tenant.chargedAt)
                }
            }
            machines[d].tenants = staying
        }
        if book.devices[d].runs > machines[d].tenants.count { adopt(d, book) }
        machines[d].strangers = max(0, book.devices[d].runs - machines[d].tenants.count)
        retake(d, book)
    }

    private mutating func adopt(_ d: Int, _ book: KernelBook) {
        let known = Set(machines[d].tenants.map(\.slot))
        for run in book.liveRuns where run.device.place == d && !run.sites.isEmpty {
            guard let slot = book.jobs.slot(of: run.job), book.jobs[slot].state.holdsSites, !known.contains(slot) else {
                continue
            }
            let card = book.jobs[slot].card
            machines[d].tenants.append(
                Tenant(
                    job: run.job, slot: slot, sites: SiteMask(run.sites.sites.map(\.index)),
                    isAlone: card.wantsMachineAlone, priority: card.priority,
                    end: run.placed + Double(max(card.seconds, 1)), line: Int32(Self.line(of: card.account)),
                    advance: 0, chargedAt: run.placed))
        }
    }

    private static func isThere(_ tenant: Tenant, _ book: KernelBook) -> Bool {
        book.jobs.slot(of: tenant.job) == tenant.slot && book.jobs[tenant.slot].state.holdsSites
    }

    /// Computes the sites taken: those the book knows, those just given away, and the guard around them.
    private mutating func retake(_ d: Int, _ book: KernelBook) {
        guard let map = machines[d].library?.map else { return }
        var sites = SiteMask(words: book.devices[d].occupied.words)
        for tenant in machines[d].tenants { sites = sites.union(tenant.sites) }
        let taken = map.dilated(sites, by: rules.sharing.guardDistance)
        if taken != machines[d].taken { machines[d].fullFrom = .max }
        machines[d].taken = taken
    }

    private func program(of card: JobCard) -> Int32 { Int(card.tag) < programs.count ? Int32(card.tag) : -1 }
}
