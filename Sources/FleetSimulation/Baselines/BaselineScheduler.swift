import Hardware
public import Kernel

/// The disciplines that Kelvin's is measured against, re-implemented from their descriptions.
///
/// All are first come, first served in a queue a machine, and choose the machine when the job arrives, as public clouds
/// do. Pairwise packing is that of Das et al. (MICRO 2019): at most two programs on a machine, each in a region of its
/// own, the second only if its region's estimated success probability is within a bound of the best one it could have.
public struct BaselineScheduler: FleetPolicy {
    public enum Rule: Sendable {
        case bestFidelity, roundRobin, leastBusy
        /// - Parameter loss: the share of success probability that a partner may cost.
        case pairwise(loss: Double)
    }

    private let rule: Rule
    private var libraries: [RegionLibrary?] = []
    private var programs: [ProgramProfile] = []
    /// By program and machine: cost and seconds of a shot; nil where it does not fit.
    private var expected: [[(cost: Float, seconds: Float)?]] = []
    private var lines: [[Waiting]] = []
    /// Front of each line: rows before it have left.
    private var fronts: [Int] = []
    /// Machine time of what waits and runs, seconds.
    private var work: [Double] = []
    private var tenants: [[(slot: JobSlot, job: JobID, sites: SiteMask, seconds: Double)]] = []
    private var turn = 0
    private var assigned: [Int32: Int] = [:]

    private struct Waiting {
        var slot: JobSlot
        var program: Int
        var seconds: Double
        var isSystem: Bool
        var hasLeft = false
    }

    public init(_ rule: Rule) { self.rule = rule }

    public mutating func setLibrary(_ library: RegionLibrary, of device: DeviceIndex, pricePerSecond: Double) {
        grow(to: device.place + 1)
        libraries[device.place] = library
        for program in programs.indices { expected[program][device.place] = expectation(program, device.place) }
    }

    public mutating func addProgram(_ profile: ProgramProfile) -> UInt32 {
        programs.append(profile)
        expected.append([])
        for d in libraries.indices { expected[programs.count - 1].append(expectation(programs.count - 1, d)) }
        return UInt32(programs.count - 1)
    }

    public func expectedSeconds(of job: JobSlot, on device: DeviceIndex, in book: KernelBook) -> Double {
        let card = book.jobs[job].card
        guard Int(card.tag) < expected.count, let alone = expected[Int(card.tag)][device.place] else {
            return Double(card.seconds)
        }
        return Double(card.shots) * Double(alone.seconds)
    }

    private func expectation(_ program: Int, _ d: Int) -> (cost: Float, seconds: Float)? {
        guard let library = libraries[d],
            case .success(let found) = library.region(
                for: programs[program], within: library.map.live, coherenceBudget: 1)
        else { return nil }
        return (found.estimate.cost, found.estimate.shotSeconds + Float(library.map.timing.repetitionDelay))
    }

    private mutating func grow(to count: Int) {
        while libraries.count < count {
            libraries.append(nil)
            lines.append([])
            fronts.append(0)
            work.append(0)
            tenants.append([])
            for program in expected.indices { expected[program].append(nil) }
        }
    }

    public mutating func enqueue(_ slot: JobSlot, in book: KernelBook, at now: Double) {
        grow(to: book.devices.count)
        let card = book.jobs[slot].card
        let program = Int(card.tag) < programs.count ? Int(card.tag) : -1
        let d = card.device?.place ?? choose(program, Int(card.shots), card)
        let seconds =
            program >= 0 ? Double(card.shots) * Double(expected[program][d]?.seconds ?? 0) : Double(card.seconds)
        let entry = Waiting(slot: slot, program: program, seconds: seconds, isSystem: card.priority == .system)
        // Calibrations go first, as everywhere.
        if entry.isSystem { lines[d].insert(entry, at: fronts[d]) } else { lines[d].append(entry) }
        work[d] += seconds
        assigned[slot.rawValue] = d
    }

    private mutating func choose(_ program: Int, _ shots: Int, _ card: JobCard) -> Int {
        let fitting = libraries.indices.filter { program < 0 || expected[program][$0] != nil }
        guard let first = fitting.first else { return 0 }
        switch rule {
        case .bestFidelity, .pairwise:
            guard program >= 0 else { return first }
            return fitting.min { (expected[program][$0]!.cost, $0) < (expected[program][$1]!.cost, $1) } ?? first
        case .leastBusy: return fitting.min { (work[$0], $0) < (work[$1], $1) } ?? first
        case .roundRobin:
            turn += 1
            return fitting[turn % fitting.count]
        }
    }

    public mutating func remove(_ slot: JobSlot, in book: KernelBook, at now: Double) {
        guard let d = assigned[slot.rawValue],
            let place = lines[d][fronts[d]...].firstIndex(where: { $0.slot == slot && !$0.hasLeft })
        else { return }
        lines[d][place].hasLeft = true
        while fronts[d] < lines[d].count, lines[d][fronts[d]].hasLeft { fronts[d] += 1 }
        if fronts[d] > 4_096, fronts[d] * 2 > lines[d].count {
            lines[d].removeFirst(fronts[d])
            fronts[d] = 0
        }
    }

    public mutating func place(
        _ cause: DispatchCause, in book: KernelBook, at now: Double, into placements: inout [Placement]
    ) {
        grow(to: book.devices.count)
        switch cause {
        case .job(let slot): if let d = assigned[slot.rawValue] { serve(d, book, now, &placements) }
        case .device(let device): serve(device.place, book, now, &placements)
        case .everything: for d in lines.indices { serve(d, book, now, &placements) }
        }
    }

    private mutating func serve(_ d: Int, _ book: KernelBook, _ now: Double, _ placements: inout [Placement]) {
        tenants[d].removeAll { tenant in
            let isGone =
                book.jobs.slot(of: tenant.job) != tenant.slot || !book.jobs[tenant.slot].state.holdsSites
            if isGone { work[d] -= tenant.seconds }
            return isGone
        }
        var limit = 1
        if case .pairwise = rule { limit = 2 }
        guard tenants[d].count < limit, fronts[d] < lines[d].count else { return }
        let entry = lines[d][fronts[d]]
        let record = book.jobs[entry.slot]
        guard let sites = sites(for: entry, record.card, d, book) else { return }
        let placement = Placement(job: entry.slot, device: DeviceIndex(d), sites: SiteSet(sites.sites.map { Site($0) }))
        guard book.refusal(of: placement, at: now) == nil else { return }
        placements.append(placement)
        tenants[d].append((entry.slot, record.id, sites, entry.seconds))
    }

    /// Where a job goes on its machine: all of it, or for pairs a region that costs no more than the bound.
    private func sites(for entry: Waiting, _ card: JobCard, _ d: Int, _ book: KernelBook) -> SiteMask? {
        let all = SiteMask(0..<book.devices[d].siteCount)
        if card.wantsMachineAlone { return tenants[d].isEmpty ? all : nil }
        guard case .pairwise(let loss) = rule, entry.program >= 0, let library = libraries[d] else { return all }
        var free = library.map.live
        for tenant in tenants[d] { free = free.subtracting(tenant.sites) }
        guard case .success(let found) = library.region(for: programs[entry.program], within: free, coherenceBudget: 1)
        else { return nil }
        let solo = expected[entry.program][d]?.cost ?? 0
        let bound = solo - Float(logarithm(1 - loss))
        return tenants[d].isEmpty || found.estimate.cost <= bound ? found.sites : nil
    }

    public func position(of slot: JobSlot, in book: KernelBook) -> Int? {
        guard let d = assigned[slot.rawValue] else { return nil }
        return lines[d][fronts[d]...].prefix { $0.slot != slot }.count { !$0.hasLeft }
    }
}
