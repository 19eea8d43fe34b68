#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// What a job may expect of each machine: found by the code that decides later.
extension FleetScheduler {
    /// Appraises a job that is not submitted.
    ///
    /// - Parameter profile: of its program; a job without is judged by its width.
    public func appraise(
        _ card: JobCard, _ profile: ProgramProfile? = nil, in book: KernelBook, at now: Double
    ) -> JobAppraisal {
        let start = beginning(of: card, in: book, at: now)
        var appraisal = start.appraisal
        start.scheduler.collect(&appraisal, card, profile, book, now, start.delays)
        let weights = card.weights.resolved(rules)
        appraisal.offers.sort { ($0.merit(weights), $0.device) < ($1.merit(weights), $1.device) }
        appraisal.shortage = book.shortage(of: card, seconds: appraisal.offers.first?.seconds ?? 0)
        return appraisal
    }

    /// Appraises a job whose program names its sites itself: nothing is chosen for it, yet whoever has the machine keeps it
    /// from this job too.
    ///
    /// - Parameter seconds: machine time by estimate.
    public func appraisePlaced(
        _ card: JobCard, seconds: Double, in book: KernelBook, at now: Double
    ) -> JobAppraisal {
        let start = beginning(of: card, in: book, at: now)
        var appraisal = start.appraisal
        for d in start.scheduler.machines.indices where d < book.devices.count && card.admits(DeviceIndex(d)) {
            switch start.scheduler.opening(card, d, book, now, start.delays[d], seconds: seconds) {
            case .success(let opening):
                let wait = opening.start - now
                if wait < appraisal.placed?.wait ?? .infinity {
                    appraisal.placed = .init(device: DeviceIndex(d), wait: wait, hindrance: opening.hindrance)
                }
            case .failure(let refusal): appraisal.refusals.append(refusal.value)
            }
        }
        appraisal.shortage = book.shortage(of: card, seconds: seconds)
        return appraisal
    }

    /// The place in the queue, the scheduler as the book says that things are, and the delays of its machines.
    private func beginning(
        of card: JobCard, in book: KernelBook, at now: Double
    ) -> (appraisal: JobAppraisal, scheduler: FleetScheduler, delays: [Double]) {
        var scheduler = self
        scheduler.catchUp(book)
        for d in scheduler.machines.indices { scheduler.reconcile(d, book) }
        let appraisal = JobAppraisal(offers: [], refusals: [], position: scheduler.ahead(of: card))
        return (appraisal, scheduler, scheduler.delays(for: card, in: book, at: now))
    }

    /// Why no machine can ever take a program as things are calibrated: too wide or too deep for each, with the figure.
    /// Nil as long as one of them might.
    public func impossibility(of card: JobCard, _ profile: ProgramProfile, in book: KernelBook) -> KernelError? {
        var appraisal = JobAppraisal(offers: [], refusals: [], position: 0), card = card
        (card.deadline, card.budget) = (.infinity, .infinity)
        collect(&appraisal, card, profile, book, 0, nil)
        guard appraisal.refusals.allSatisfy(\.isOfProgram) else { return nil }
        return appraisal.refusals.isEmpty ? nil : appraisal.refusal
    }

    /// - Parameter delays: of the machines' queues, seconds; nil to leave out who waits and who keeps a machine from whom.
    private func collect(
        _ appraisal: inout JobAppraisal, _ card: JobCard, _ profile: ProgramProfile?, _ book: KernelBook, _ now: Double,
        _ delays: [Double]?
    ) {
        let program = profile ?? ProgramProfile(width: Int(card.width))
        for d in machines.indices where d < book.devices.count && card.admits(DeviceIndex(d)) {
            switch offer(card, program, d, book, now, delays?[d]) {
            case .success(let offer): appraisal.offers.append(offer)
            case .failure(let refusal): appraisal.refusals.append(refusal.value)
            }
        }
    }

    private struct Refused: Error { var value: JobAppraisal.DeviceRefusal }

    private func refused(
        _ d: Int, _ book: KernelBook, _ reason: String, _ cure: String, isOfProgram: Bool = false
    ) -> Refused {
        Refused(
            value: JobAppraisal.DeviceRefusal(
                device: DeviceIndex(d), reason: "\(book.devices[d].name): \(reason)", cure: cure,
                isOfProgram: isOfProgram))
    }

    private func offer(
        _ card: JobCard, _ program: ProgramProfile, _ d: Int, _ book: KernelBook, _ now: Double, _ delay: Double?
    ) -> Swift.Result<JobAppraisal.Offer, Refused> {
        func refuse(
            _ reason: String, _ cure: String, isOfProgram: Bool = false
        ) -> Swift.Result<JobAppraisal.Offer, Refused> {
            .failure(refused(d, book, reason, cure, isOfProgram: isOfProgram))
        }
        var offer = JobAppraisal.Offer(
            device: DeviceIndex(d), success: 1, seconds: Double(card.seconds), price: 0, coherenceUse: 0, wait: 0)
        guard book.devices[d].isAvailable else { return refuse("takes no jobs", "wait, or choose another machine") }
        if let library = machines[d].library {
            let found: FoundRegion
            switch library.region(for: program, within: library.map.live, coherenceBudget: rules.coherenceBudget) {
            case .success(let region): found = region
            case .failure(.tooWide(let needed, let available)):
                return refuse(
                    "the program needs \(needed) connected sites, \(available) work",
                    "use fewer qubits or a wider machine", isOfProgram: true)
            case .failure(.tooDeep(let use, let budget)):
                return refuse(
                    "the program takes \(rounded(use)) times the least T2 of its best region, \(rounded(budget)) are allowed",
                    "make it shallower, or cut it", isOfProgram: true)
            case .failure(.noRoom): return refuse("no region is free", "wait")
            }
            let shot = Double(found.estimate.shotSeconds) + library.map.timing.repetitionDelay
            if card.seconds <= 0 { offer.seconds = Double(card.shots) * shot * Double(machines[d].runtimeFactor) }
            offer.success = found.estimate.success
            offer.price = offer.seconds * machines[d].pricePerSecond
            offer.coherenceUse = Double(found.estimate.coherenceUse)
        } else if program.width > book.devices[d].siteCount {
            return refuse(
                "needs \(program.width) sites of \(book.devices[d].siteCount)", "use fewer qubits or a wider machine",
                isOfProgram: true)
        }
        if offer.seconds > Double(card.budget) {
            return refuse(
                "takes \(rounded(Float(offer.seconds))) s of machine time, the job's budget is \(rounded(card.budget)) s",
                "ask for fewer shots, or raise the budget")
        }
        guard let delay else { return .success(offer) }
        return opening(card, d, book, now, delay, seconds: offer.seconds).map { opening in
            offer.wait = opening.start - now
            offer.hindrance = opening.hindrance
            return offer
        }
    }

    /// When a machine whose queue keeps a job waiting is its own to use: after sessions and reservations of others.
    private func opening(
        _ card: JobCard, _ d: Int, _ book: KernelBook, _ now: Double, _ delay: Double, seconds: Double
    ) -> Swift.Result<Opening, Refused> {
        let opening = book.opening(
            for: card, on: DeviceIndex(d), from: now + delay, seconds: seconds, part: min(seconds, rules.batchSeconds),
            at: now)
        if opening.start == .infinity, let hindrance = opening.hindrance {
            return .failure(
                Refused(
                    value: JobAppraisal.DeviceRefusal(
                        device: DeviceIndex(d), reason: hindrance.reason, cure: hindrance.cure ?? "wait")))
        }
        guard opening.end > card.deadline else { return .success(opening) }
        let late = "would end \(rounded(Float(opening.end - card.deadline))) s after its deadline"
        guard let hindrance = opening.hindrance else {
            return .failure(refused(d, book, late, "move the deadline, or raise the priority"))
        }
        return .failure(
            refused(d, book, "\(late): \(hindrance.reason)", "move the deadline, or choose another machine"))
    }

    private func rounded(_ value: Float) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
        let text = (Double(value) * 100).rounded() / 100
        return text == text.rounded() ? "\(Int(text))" : "\(text)"
    }

    /// Waiting jobs that a new one would find before it.
    private mutating func ahead(of card: JobCard) -> Int {
        let classes = queue.lines.indices.filter { $0 > Int(card.priority.rawValue) }
        return classes.reduce(queue.lines[Int(card.priority.rawValue)].count) { $0 + queue.lines[$1].count }
    }

    /// When each machine would have room for one more job of this class, seconds from now.
    private func delays(for card: JobCard, in book: KernelBook, at now: Double) -> [Double] {
        // A session that will have the machine to itself begins on an empty one.
        let opensAlone = card.session.map { index in
            let session = book.sessions[index.place]
            return session.activated == nil && session.card.kind != .shared
        }
        let wantsMachineAlone = card.wantsMachineAlone || opensAlone == true
        var ends = machines.map { machine in
            machine.tenants.count < rules.sharing.maximumPrograms && !machine.tenants.contains { $0.isAlone }
                && !wantsMachineAlone ? 0 : max(0, (machine.tenants.map(\.end).max() ?? now) - now)
        }
        for start in plan(in: book, at: now) {
            let other = book.jobs[start.job].card
            guard other.priority >= card.priority else { continue }
            ends[start.device.place] = max(ends[start.device.place], start.start - now + start.seconds)
        }
        return ends
    }
}

extension KernelBook {
    /// The budget that a job of a card would find wanting.
    func shortage(of card: JobCard, seconds: Double) -> JobAppraisal.Shortage? {
        let purses = purses(card.account, card.session)
        let short =
            purses.first(where: \.isSpent) ?? purses.first { $0.used + $0.promised + seconds > $0.budget }
        return short.map { JobAppraisal.Shortage(purse: $0, seconds: seconds) }
    }
}

extension JobAppraisal.Offer {
    /// What the scheduler minimises, in seconds of waiting.
    fileprivate func merit(_ weights: (nat: Float, price: Float)) -> Double {
        let error = success > 0 ? -log(success) : 1e9
        return wait + Double(weights.nat) * error + Double(weights.price) * price
    }
}
