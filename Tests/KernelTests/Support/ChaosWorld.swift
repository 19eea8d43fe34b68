import Foundation
import Hardware
import Testing

@testable import Kernel

/// A kernel, workers that obey it more or less, and a ledger of what was promised.
struct ChaosWorld<Policy: ChaosPolicy> {
    let seed: UInt64
    private(set) var kernel: KernelState<Policy>
    /// Placements beside another job, and jobs that left a region for another.
    private(set) var sharedPlacements = 0
    private(set) var moves = 0
    private var lastRegion: [JobID: SiteSet] = [:]
    private var cards: [JobID: JobCard] = [:]
    private(set) var journal = DigestJournal()
    private(set) var facts: [JournalEntry] = []
    private(set) var stepCount = 0
    private(set) var submitted = 0
    /// Final states by job; a second end is a fault.
    private(set) var ends: [JobID: JobState] = [:]
    private(set) var broken: String?
    /// State × disturbance: how often.
    private(set) var coverage: [String: Int] = [:]
    private var random: SplitMix
    private var now = 1_000_000.0
    private var nextWorker: WorkerID = 1
    /// Effects that workers were given: some are done, some done twice, some never.
    private var orders: [KernelEffect] = []
    // The ledger: kept from the facts alone, apart from the kernel's book.
    private var finishedParts: [JobID: UInt32] = [:]
    private var parts: [JobID: UInt32] = [:]
    private var charged = 0.0
    private var holds: [JobID: [(device: Int, sites: SiteSet, fence: Fence, isStopping: Bool)]] = [:]
    private var reservations: [Reservation] = []
    private var accountOf: [JobID: AccountIndex] = [:]
    private var partSeconds: [JobID: Double] = [:]
    private var fences: [JobID: Fence] = [:]
    private var chargedTo: [JobID: Double] = [:]
    private var sessions: [(card: SessionCard, used: Double)] = []
    /// By machine, the session that has it to itself.
    private var owners: [Int: SessionIndex] = [:]

    init(seed: UInt64) {
        self.seed = seed
        random = SplitMix(state: seed)
        var rules = KernelRules()
        rules.leaseSeconds = 20
        kernel = KernelState(policy: Policy.fresh, rules: rules)
        for (device, library) in ChaosFleet.libraries.enumerated() {
            take(.addDevice(name: "m\(device)", siteCount: library.map.siteCount))
        }
        kernel.withPolicy { $0.equip() }
        for project in 0..<2 {
            take(.addAccount(path: "p\(project)", parent: .root, share: 1))
            let parent = AccountIndex(kernel.book.accounts.count - 1)
            for user in 0..<2 { take(.addAccount(path: "p\(project)/u\(user)", parent: parent, share: 1)) }
        }
    }

    private mutating func take(_ event: KernelEvent) {
        if broken != nil { return }
        note(event)
        var output = KernelOutput()
        kernel.handle(event, at: now, into: &output)
        journal.append(output.facts, at: now)
        for fact in output.facts {
            facts.append(JournalEntry(time: now, fact: fact))
            check(fact)
        }
        for effect in output.effects {
            if case .deliver = effect { continue }
            orders.append(effect)
        }
        if let fault = kernel.book.brokenInvariant(at: now) { broken = broken ?? "\(fault), after \(event)" }
        if abs(kernel.book.accounts[0].used - charged) > 1e-6 * max(1, charged) {
            broken = broken ?? "the root account was charged \(kernel.book.accounts[0].used) s, the parts \(charged) s"
        }
    }

    /// Which disturbance met a job in which state.
    private mutating func note(_ event: KernelEvent) {
        let name: String
        var job: JobID?
        switch event {
        case .cancel(let id): (name, job) = ("cancel", id)
        case .pause(let id): (name, job) = ("pause", id)
        case .resume(let id): (name, job) = ("resume", id)
        case .refuse(let id): (name, job) = ("refuse", id)
        case .attemptFailed(let id, _, _): (name, job) = ("fail", id)
        case .stopped(let id, _, _): (name, job) = ("stopped", id)
        case .calibrated: name = "recalibrate"
        case .setAvailable: name = "device"
        case .setShare: name = "share"
        case .reserve: name = "reserve"
        case .closeSession: name = "close session"
        default: return
        }
        for slot in kernel.book.jobs.slots where job == nil || kernel.book.jobs[slot].id == job {
            coverage["\(kernel.book.jobs[slot].state) × \(name)", default: 0] += 1
        }
    }

    private mutating func noteAll(_ name: String) {
        for slot in kernel.book.jobs.slots { coverage["\(kernel.book.jobs[slot].state) × \(name)", default: 0] += 1 }
    }

    // MARK: The ledger

    private mutating func check(_ fact: Transition) {
        switch fact {
        case .submitted(let id, let card):
            submitted += 1
            accountOf[id] = card.account
            cards[id] = card
        case .placed(let id, let device, let sites, let fence):
            for (other, taken) in holds {
                for hold in taken where hold.device == device.place && !hold.sites.isDisjoint(with: sites) {
                    broken = "\(id) was placed on sites of \(other)"
                }
            }
            if let owner = owners[device.place], cards[id]?.session != owner {
                broken = "\(id) was placed on a machine that a session has to itself"
            }
            checkRegion(id, device.place, sites)
            holds[id, default: []].append((device.place, sites, fence, false))
            grow(id, fence)
        case .claimed(let id, _, let fence), .unclaimed(let id, let fence): grow(id, fence)
        case .compiled(let id, let count, let seconds):
            parts[id] = count
            partSeconds[id] = Double(seconds)
        case .partStarted(let id, let fence):
            grow(id, fence)
            let seconds = partSeconds[id] ?? 0
            guard let account = accountOf[id], let hold = holds[id]?.last(where: { !$0.isStopping }) else {
                return broken = "a part of \(id) started on no machine"
            }
            for reservation in reservations
            where reservation.device.place == hold.device && isKept(by: reservation, from: now, to: now + seconds) {
                if !kernel.book.isAccount(account, within: reservation.account) {
                    broken = "a part of \(id) runs into a reservation"
                }
            }
            checkBudgets(id)
            var current: AccountIndex? = account
            while let index = current {
                let record = kernel.book.accounts[index.place]
                // The part's own promise is in the sum: without it there must have been something left.
                if record.used >= record.budget { broken = "\(id) started a part that '\(record.path)' cannot pay" }
                if record.running > 1, record.used + record.promised > record.budget + 1e-6 {
                    broken = "'\(record.path)' promised more than one part beyond its budget"
                }
                current = record.parent
            }
        case .partFinished(let id, let seconds):
            finishedParts[id, default: 0] += 1
            if finishedParts[id, default: 0] > parts[id, default: 0] { broken = "\(id) finished a part twice" }
            if seconds > (partSeconds[id] ?? 0) { broken = "\(id) was charged more than it was promised" }
            charge(id, seconds)
        case .recompiling(let id, let discarding, let fence):
            grow(id, fence)
            if discarding { finishedParts[id] = 0 }
        case .mitigating(let id, let fence):
            grow(id, fence)
            if finishedParts[id] != parts[id] { broken = "\(id) is mitigated before all its parts ran" }
            free(id)
        case .queued(let id, _, _), .paused(let id, _): free(id)
        case .stopping(let id):
            if let place = holds[id]?.lastIndex(where: { !$0.isStopping }) { holds[id]?[place].isStopping = true }
        case .released(let id, _, let seconds):
            charge(id, seconds)
            if let place = holds[id]?.firstIndex(where: \.isStopping) { holds[id]?.remove(at: place) }
        case .ended(let id, let state):
            if let before = ends[id] { broken = "\(id) ended as \(before) and as \(state)" }
            ends[id] = state
            free(id)
        case .reserved(let reservation):
            for run in kernel.book.liveRuns where run.device == reservation.device && run.hasPart {
                if isKept(by: reservation, from: now, to: now + run.promised - 1e-6),
                    !kernel.book.isAccount(run.account, within: reservation.account)
                {
                    broken = "\(run.job) was running into a reservation when it was made"
                }
            }
            reservations.append(reservation)
        case .sessionOpened(let card): sessions.append((card, 0))
        case .sessionActivated(let session) where sessions[session.place].card.kind != .shared:
            let device = sessions[session.place].card.device.place
            for (other, taken) in holds where taken.contains(where: { $0.device == device }) {
                if cards[other]?.session != session { broken = "\(other) is on a machine that a session has to itself" }
            }
            if owners.updateValue(session, forKey: device) != nil {
                broken = "two sessions have m\(device) to themselves"
            }
        case .sessionClosed(let session): owners = owners.filter { $0.value != session }
        case .reservationEnded(let reservation): reservations.removeAll { $0 == reservation }
        default: break
        }
    }

    private mutating func charge(_ id: JobID, _ seconds: Double) {
        charged += seconds
        chargedTo[id, default: 0] += seconds
        if let session = cards[id]?.session { sessions[session.place].used += seconds }
    }

    /// A part is started only while something of the budgets of its job and its session is left.
    private mutating func checkBudgets(_ id: JobID) {
        guard let card = cards[id] else { return broken = "a part of \(id), which nobody submitted" }
        if chargedTo[id, default: 0] >= Double(card.budget) { broken = "\(id) started a part beyond its own budget" }
        guard let session = card.session else { return }
        let (own, used) = sessions[session.place], record = kernel.book.sessions[session.place]
        if used >= own.budget { broken = "\(id) started a part that its session cannot pay" }
        if record.running > 1, used + record.promised > own.budget + 1e-6 {
            broken = "the session of \(id) promised more than one part beyond its budget"
        }
    }

    /// Whether a span meets one of the times, each told from the first by how often it came again.
    private func isKept(by reservation: Reservation, from begin: Double, to end: Double) -> Bool {
        let length = reservation.end - reservation.start
        guard reservation.period > 0 else { return reservation.start < end && begin < reservation.end }
        let around = Int(((begin - reservation.start) / reservation.period).rounded(.down))
        let past = Int(((end - reservation.start) / reservation.period).rounded(.up))
        for k in max(0, around - 1)...max(0, past) {
            let start = reservation.start + Double(k) * reservation.period
            if start <= reservation.last, start < end, begin < start + length { return true }
        }
        return false
    }

    /// Who wants the machine alone has it; everybody else has a connected region, a free site away from all others.
    private mutating func checkRegion(_ id: JobID, _ device: Int, _ sites: SiteSet) {
        guard Policy.self == FleetScheduler.self, let card = cards[id] else { return }
        let map = ChaosFleet.libraries[device].map
        let neighbours = holds.values.joined().filter { $0.device == device }
        if card.wantsMachineAlone {
            if !neighbours.isEmpty || sites.count < map.siteCount { broken = "\(id) does not have m\(device) alone" }
            return
        }
        let region = SiteMask(sites.sites.map(\.index)), near = map.dilated(region, by: 1)
        if neighbours.contains(where: { !SiteMask($0.sites.sites.map(\.index)).isDisjoint(with: near) }) {
            broken = "\(id) touches its neighbour on m\(device)"
        }
        var reached = SiteMask([region.sites[0]])
        for _ in 0..<region.count { reached = map.dilated(reached, by: 1).intersection(region) }
        if reached != region { broken = "the region of \(id) is in pieces" }
        if !neighbours.isEmpty { sharedPlacements += 1 }
        if let before = lastRegion[id], before != sites { moves += 1 }
        lastRegion[id] = sites
    }

    private mutating func grow(_ id: JobID, _ fence: Fence) {
        if fence <= fences[id, default: 0] {
            broken = "the fence of \(id) went from \(fences[id, default: 0]) to \(fence)"
        }
        fences[id] = fence
    }

    private mutating func free(_ id: JobID) {
        holds[id]?.removeAll { !$0.isStopping }
        if holds[id]?.isEmpty == true { holds[id] = nil }
    }

    // MARK: What may happen

    mutating func step() {
        stepCount += 1
        now += random.unit() * 2
        switch random.below(100) {
        case ..<14: submit()
        case ..<64: work()
        case ..<68: take(.tick)
        case ..<70: if let id = anyJob() { take(.cancel(id)) }
        case ..<72: if let id = anyJob() { take(.pause(id)) }
        case ..<75: if let id = anyJob() { take(.resume(id)) }
        case ..<76: if let id = anyJob(), random.below(4) == 0 { take(.refuse(id)) }
        case ..<79: take(.calibrated(anyDevice(), "c\(random.below(5))"))
        case ..<81: take(.setAvailable(anyDevice(), random.below(3) > 0))
        case ..<83: jumpClock()
        case ..<85: reserve()
        case ..<88: session()
        case ..<89: take(.setShare(anyAccount(), 0.1 + random.unit() * 5))
        case ..<90:
            take(.setBudget(anyAccount(), seconds: random.below(3) == 0 ? .infinity : charged + random.unit() * 50))
        case ..<92: crashWorkers()
        case ..<93: crashKernel()
        case ..<97: renew()
        default: oldNews()
        }
    }

    private mutating func submit() {
        guard kernel.book.jobs.count < 40 else { return work() }
        let open = kernel.book.sessions.indices.filter { !kernel.book.sessions[$0].isClosed }
        let session = random.below(4) == 0 ? open.randomElement(&random).map { SessionIndex($0) } : nil
        let card = JobCard(
            account: anyAccount(), session: session, device: random.below(2) == 0 ? nil : anyDevice(),
            priority: Priority.allCases[random.below(20) == 0 ? 3 : random.below(3)],
            onRecalibration: RecalibrationPolicy.allCases[random.below(3)],
            wantsMachineAlone: random.below(4) == 0, width: 1 + random.below(5),
            budget: random.below(5) == 0 ? random.unit() * 10 : .infinity,
            deadline: random.below(4) == 0 ? now + random.unit() * 300 : .infinity)
        take(.submit(JobID(UInt64(submitted + 1)), card))
    }

    /// A worker does one of the things it was told to; now and then it does it twice, or fails.
    private mutating func work() {
        for run in kernel.book.liveRuns where run.worker == 0 && random.below(2) == 0 {
            nextWorker += 1
            take(.claim(run.job, nextWorker))
        }
        guard !orders.isEmpty else { return take(.tick) }
        let order = orders.remove(at: random.below(orders.count))
        if random.below(50) == 0 { orders.append(order) }
        let fails = random.below(20) == 0
        let failure = FailureClass.allCases[random.below(3)]
        switch order {
        case .validate(let id):
            let demand = JobDemand(
                width: 1 + random.below(9), shots: 100, seconds: random.below(2) == 0 ? 5 : 0,
                profile: random.below(2) == 0 ? ProgramProfile(width: 2 + random.below(9)) : nil)
            take(fails ? .refuse(id) : .validated(id, demand))
        case .compile(let id, _, _, let fence):
            let count = parts[id].map(Int.init) ?? 1 + random.below(5)
            take(
                fails
                    ? .attemptFailed(id, fence, failure)
                    : .compiled(id, fence, parts: count, partSeconds: random.unit() * 5))
        case .run(let id, _, let fence):
            let seconds = (partSeconds[id] ?? 0) * (0.5 + 0.5 * random.unit())
            now += seconds
            take(fails ? .attemptFailed(id, fence, failure) : .partFinished(id, fence, seconds: seconds))
        case .mitigate(let id, let fence): take(fails ? .attemptFailed(id, fence, failure) : .mitigated(id, fence))
        case .stop(let id, let fence): take(.stopped(id, fence, seconds: random.unit()))
        case .discardParts, .deliver: break
        }
    }

    private mutating func jumpClock() {
        noteAll("clock jump")
        now += random.below(2) == 0 ? random.unit() * 40_000 : -random.unit() * 4000
        take(.tick)
    }

    private mutating func reserve() {
        if !reservations.isEmpty, random.below(3) == 0 {
            return take(.endReservation(reservations[random.below(reservations.count)]))
        }
        let start = now + random.unit() * 60
        var wanted = Reservation(
            device: anyDevice(), account: anyAccount(), start: start, end: start + 1 + random.unit() * 60)
        if random.below(3) == 0 {
            wanted.period = Double(120 * (1 + random.below(5)))
            if random.below(2) == 0 { wanted.last = start + random.unit() * 10 * wanted.period }
        }
        take(.reserve(wanted))
    }

    private mutating func session() {
        let open = kernel.book.sessions.indices.filter { !kernel.book.sessions[$0].isClosed }
        if open.count > 3 || (!open.isEmpty && random.below(2) == 0) {
            return take(.closeSession(SessionIndex(open[random.below(open.count)])))
        }
        take(
            .openSession(
                SessionCard(
                    kind: SessionCard.Kind.allCases[random.below(3)], account: anyAccount(), device: anyDevice(),
                    interactiveSeconds: 5 + random.unit() * 30, maximalSeconds: 30 + random.unit() * 300,
                    budget: random.below(3) == 0 ? random.unit() * 20 : .infinity)))
    }

    /// All that some workers were told is forgotten; their leases will run out.
    private mutating func crashWorkers() {
        noteAll("worker crash")
        orders.removeAll { _ in random.below(3) == 0 }
    }

    /// The kernel's process dies; the next one reads the journal. What it was about to tell workers is lost.
    private mutating func crashKernel() {
        // The whole journal is read each time: a few dozen times in all.
        guard random.below(1 + facts.count / 1000) == 0 else { return }
        noteAll("kernel crash")
        var reborn = KernelState(policy: Policy.fresh, rules: kernel.book.rules)
        for entry in facts { reborn.apply(entry.fact, at: entry.time) }
        reborn.withPolicy { $0.equip() }
        if reborn.book.digest != kernel.book.digest { broken = "the journal tells another story than the kernel" }
        // Renewals are no facts: leases may end sooner than before, never jobs twice.
        kernel = reborn
        for slot in kernel.book.jobs.slots where kernel.book.jobs[slot].state == .created {
            orders.append(.validate(kernel.book.jobs[slot].id))
        }
    }

    private mutating func renew() {
        for run in kernel.book.liveRuns where random.below(2) == 0 { take(.renew(run.job, run.fence)) }
    }

    /// Someone says what was true once, or never.
    private mutating func oldNews() {
        guard let id = anyJob() ?? ends.keys.min() else { return }
        let fence = Fence(random.below(Int(fences[id, default: 0]) + 1))
        if fence == fences[id, default: 0] { return }
        switch random.below(4) {
        case 0: take(.partFinished(id, fence, seconds: 1))
        case 1: take(.compiled(id, fence, parts: 2, partSeconds: 1))
        case 2: take(.mitigated(id, fence))
        default: take(.attemptFailed(id, fence, .permanent))
        }
    }

    /// Everything gets well, and every job must come to its end.
    mutating func settle() {
        for device in kernel.book.devices.indices { take(.setAvailable(DeviceIndex(device), true)) }
        for account in kernel.book.accounts.indices { take(.setBudget(AccountIndex(account), seconds: .infinity)) }
        for reservation in reservations { take(.endReservation(reservation)) }
        for session in kernel.book.sessions.indices { take(.closeSession(SessionIndex(session))) }
        for _ in 0..<20_000 where kernel.book.jobs.count > 0 && broken == nil {
            now += 1
            for slot in kernel.book.jobs.slots where kernel.book.jobs[slot].state == .paused {
                // Its own budget is used up: only its owner can end that.
                let id = kernel.book.jobs[slot].id
                if kernel.book.jobs[slot].charged >= Double(kernel.book.jobs[slot].card.budget) {
                    take(.cancel(id))
                } else {
                    take(.resume(id))
                }
            }
            work()
            if random.below(10) == 0 { take(.tick) }
            if orders.isEmpty {
                now += 30
                for slot in kernel.book.jobs.slots where kernel.book.jobs[slot].state == .created {
                    orders.append(.validate(kernel.book.jobs[slot].id))
                }
            }
        }
        if kernel.book.jobs.count > 0, broken == nil {
            let left = kernel.book.jobs.slots.prefix(3).map {
                "\(kernel.book.jobs[$0].id) is \(kernel.book.jobs[$0].state)"
            }
            broken = "\(kernel.book.jobs.count) jobs never ended: \(left.joined(separator: ", "))"
        }
    }

    /// State × disturbance that never met. A validated job is in the queue within the same event; what workers say of a job
    /// is about one that they hold.
    var missing: [String] {
        let anywhere: [JobState] = [.created, .queued, .compiling, .running, .mitigating, .paused]
        var cells = [
            "cancel", "pause", "resume", "recalibrate", "device", "reserve", "share", "clock jump", "worker crash",
        ]
        .flatMap {
            name in anywhere.map { "\($0) × \(name)" }
        }
        cells += [JobState.compiling, .running, .mitigating].map { "\($0) × fail" }
        if stepCount >= 100_000 { cells += anywhere.map { "\($0) × kernel crash" } }
        return cells.filter { coverage[$0] == nil }
    }

    var report: String {
        let states = JobState.allCases.filter { !$0.isFinal }
        let names = Set(coverage.keys.compactMap { $0.split(separator: " × ", maxSplits: 1).last.map(String.init) })
            .sorted()
        var lines = [
            "chaos under \(Policy.self), seed \(seed): \(stepCount) steps, \(submitted) jobs, \(journal.count) facts, "
                + "\(sharedPlacements) places beside others, \(moves) moves; state × disturbance met:"
        ]
        for name in names {
            let cells = states.map { "\($0) \(coverage["\($0) × \(name)"] ?? 0)" }
            lines.append("  \(name): \(cells.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }

    private mutating func anyJob() -> JobID? {
        kernel.book.jobs.slots.randomElement(&random).map { kernel.book.jobs[$0].id }
    }
    private mutating func anyDevice() -> DeviceIndex { DeviceIndex(random.below(kernel.book.devices.count)) }
    private mutating func anyAccount() -> AccountIndex {
        AccountIndex(1 + random.below(kernel.book.accounts.count - 1))
    }
}

extension Array {
    fileprivate func randomElement(_ random: inout SplitMix) -> Element? { isEmpty ? nil : self[random.below(count)] }
}

extension KernelBook {
    /// What two books must agree in: live jobs, machines, what was used. Promises and leases follow from them.
    fileprivate var digest: String {
        let jobs = jobs.slots.map { slot -> String in
            let job = self.jobs[slot]
            return
                "\(job.id) \(job.state) \(job.fence) \(job.finishedParts)/\(job.parts) \(job.marks.rawValue) \(job.failures)"
        }
        let machines = devices.map { "\($0.name) \($0.occupied.words) \($0.runs) \($0.calibration) \($0.isAvailable)" }
        let used = accounts.map { "\(($0.used * 1e6).rounded()) \($0.running) \($0.budget)" }
        return (jobs + machines + used).joined(separator: "\n")
    }
}
