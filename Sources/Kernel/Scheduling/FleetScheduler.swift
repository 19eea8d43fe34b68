import Hardware

/// The scheduler of a fleet: who starts next, on which machine, on which sites.
///
/// The order of jobs is that of `ReadyQueue`. A cycle goes through it from the front and gives each job the machine with
/// the best sum of waiting, success probability and price; where that machine has no room now, the job holds the moment
/// at which it will, and a later job may pass only if it will be gone by then. All of it is a function of what the kernel
/// told: time is passed in, and nothing is random.
///
/// A cycle costs what changed: where sites became free, the front of the queue is gone through again (`ReadyQueue` keeps
/// it in order between cycles); where a job arrived, that job alone is looked at, behind what the last cycle promised.
public struct FleetScheduler: SchedulingPolicy {
    public let rules: SchedulingRules
    /// The profiles that `JobCard.tag` counts in; a job beyond them is judged by its width alone.
    public private(set) var programs: [ProgramProfile] = []
    var shares: ShareTree
    var queue = ReadyQueue()
    var front = QueueFront()
    var machines: [Machine] = []
    var estimates = EstimateTable()
    /// What the last cycle left: machines that have room, and what waits for them.
    var cycle = Cycle()
    /// Machines whose regions changed since the last cycle.
    var changed: [Int] = []
    /// The machine that each job waits for.
    var wishes = WishTable()
    /// Moments before which some waiting job may not start.
    var wakes: [Double] = []
    /// What was proposed in the last cycle, to tell on the next call whether the kernel took it.
    var proposed: [Int32] = []
    /// Jobs for which a running one is being moved, by machine.
    var claims: [Int: Claim] = [:]
    /// Machines that are kept from filling up again.
    var holds = HoldTable()
    /// When those far behind were looked at last.
    var lastElders = -Double.infinity
    private var rowsByTag: [Int32] = []
    private var rowsByWidth: [Int32] = []
    private var tagsByProfile: [ProgramProfile: UInt32] = [:]
    private var accountCount = 0
    /// Whether there is a last cycle.
    var hasRun = false
    /// The latest moment that was told.
    var lastTime = 0.0

    public init(rules: SchedulingRules = SchedulingRules(), programs: [ProgramProfile] = []) {
        self.rules = rules
        shares = ShareTree(halfLife: rules.usageHalfLife)
        // Tags count in this list: equal programs keep a place each.
        self.programs = programs
        rowsByTag = programs.map { estimates.row(of: $0) }
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
        machines[device.place].library = library
        machines[device.place].isShared = isShared
        machines[device.place].siteCount = library.map.siteCount
        machines[device.place].rooms = RoomTable()
        machines[device.place].hasNoRoom.removeAll()
        // Which sites are neighbours is the calibration's to say: tenants reach as far as it says now.
        machines[device.place].tenants = machines[device.place].tenants.map { tenant in
            var tenant = tenant
            tenant.reach = reach(of: tenant.sites, on: device.place)
            return tenant
        }
        changed.append(device.place)
        machines[device.place].pricePerSecond = pricePerSecond
        weigh(device.place)
        estimates.forget(device: device.place)
        hasRun = false
    }

    /// Says that the book took in what was decided elsewhere: who is where is read from it before the next decision.
    public mutating func catchUpLater() {
        changed = Array(machines.indices)
        hasRun = false
        front.invalidate()
    }

    public mutating func setLibrary(_ library: RegionLibrary, of device: DeviceIndex, pricePerSecond: Double = 0) {
        setLibrary(library, of: device, pricePerSecond: pricePerSecond, isShared: true)
    }

    public mutating func number(of profile: ProgramProfile) -> UInt32? { addProgram(profile) }

    /// Adds a program; `JobCard.tag` of its jobs is the number returned, the same for equal programs.
    public mutating func addProgram(_ profile: ProgramProfile) -> UInt32 {
        if let tag = tagsByProfile[profile] { return tag }
        let tag = UInt32(programs.count)
        tagsByProfile[profile] = tag
        programs.append(profile)
        rowsByTag.append(estimates.row(of: profile))
        return tag
    }

    /// The program of a job, where the policy was told of it.
    func profile(of card: JobCard) -> ProgramProfile? {
        Int(card.tag) < programs.count ? programs[Int(card.tag)] : nil
    }

    /// Tells how long a machine took against its estimate; estimates follow by a tenth each time.
    public mutating func noteRuntime(_ actual: Double, estimated: Double, on device: DeviceIndex) {
        guard estimated > 0, actual > 0 else { return }
        let factor = machines[device.place].runtimeFactor
        machines[device.place].runtimeFactor = factor * Float(1 + 0.1 * (min(4, max(0.25, actual / estimated)) - 1))
        weigh(device.place)
    }

    mutating func growMachines(to count: Int) {
        guard machines.count < count else { return }
        hasRun = false
        while machines.count < count {
            machines.append(Machine())
            cycle.grow(to: machines.count)
            weigh(machines.count - 1)
        }
        estimates.widen(to: count)
        wishes.widen(to: count)
    }

    /// Tells the choice of a machine what a second of it costs and how long seconds are there.
    private mutating func weigh(_ d: Int) {
        cycle.setPrice(Float(machines[d].pricePerSecond), factor: machines[d].runtimeFactor, of: d)
    }

    /// Brings accounts and machines up to the book.
    mutating func catchUp(_ book: KernelBook) {
        if machines.count < book.devices.count {
            let known = machines.count
            growMachines(to: book.devices.count)
            for d in known..<machines.count {
                machines[d].siteCount = book.devices[d].siteCount
                // Rows that were filled in before the machine was there hold that nothing fits it.
                estimates.forget(device: d)
                reconcile(d, book)
            }
        }
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
        let weights = card.weights.resolved(rules)
        let remaining = record.parts > 0 ? 1 - Double(record.finishedParts) / Double(record.parts) : 1
        let job = WaitingJob(
            sequence: record.id.rawValue, submitted: record.submitted, deadline: card.deadline,
            account: Int32(Self.line(of: card.account)), program: row(of: card), device: pinned,
            seconds: card.seconds * Float(remaining), shots: UInt32((Double(card.shots) * remaining).rounded(.up)),
            secondsPerNat: weights.nat, secondsPerPrice: weights.price,
            width: card.width, priority: card.priority, wantsMachineAlone: card.wantsMachineAlone,
            hasChoices: pinned < 0 && !card.choices.isEmpty)
        expect(job, slot.rawValue, now)
        wishes.clear(slot.rawValue)
        queue.insert(job, at: slot.rawValue, shares: shares, now: now)
        if record.notBefore > now { wakes.append(record.notBefore) }
    }

    public mutating func remove(_ slot: JobSlot, in book: KernelBook, at now: Double) {
        front.remove(slot.rawValue)
        wishes.clear(slot.rawValue)
        if holds.contains(slot.rawValue) {
            holds.release(slot.rawValue)
            // It left without a start: those that it kept away are to be looked at.
            if !proposed.contains(slot.rawValue) { hasRun = false }
        }
        queue.unlink(slot.rawValue, shares)
    }

    public mutating func shareChanged(of account: AccountIndex, in book: KernelBook) {
        catchUp(book)
        guard account != .root else { return }
        shares.setShare(book.accounts[account.place].share, of: Self.node(of: account))
        queue.usageChanged(of: Self.line(of: account), shares: shares)
        front.invalidate()
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

    public func expectedSeconds(of job: JobSlot, on device: DeviceIndex, in book: KernelBook) -> Double {
        guard job.place < queue.rows.count else { return Double(book.jobs[job].card.seconds) }
        return seconds(of: queue.rows[job.place], on: device.place)
    }

    /// The row of a job's program in the estimates.
    mutating func row(of card: JobCard) -> Int32 {
        if Int(card.tag) < rowsByTag.count { return rowsByTag[Int(card.tag)] }
        let width = Int(card.width)
        while rowsByWidth.count <= width { rowsByWidth.append(-1) }
        if rowsByWidth[width] < 0 { rowsByWidth[width] = estimates.row(of: ProgramProfile(width: width)) }
        return rowsByWidth[width]
    }
}
