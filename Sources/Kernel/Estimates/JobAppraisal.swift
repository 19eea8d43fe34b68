#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a job may expect before it is submitted: a dry run by the checks that decide its placement later.
public struct JobAppraisal: Hashable, Sendable {
    /// One machine that takes the job.
    public struct Offer: Hashable, Sendable {
        public var device: DeviceIndex
        /// Estimated chance that one shot goes through without an error.
        public var success: Double
        /// Machine time, seconds.
        public var seconds: Double
        public var price: Double
        /// Time a site is kept busy in units of the least T2 of the region.
        public var coherenceUse: Double
        /// Planned wait, seconds.
        public var wait: Double
    }

    /// Best first, by the scheduler's own sum of wait, success and price.
    public var offers: [Offer]
    /// Why each of the others does not take it.
    public var refusals: [DeviceRefusal]
    /// Jobs that would start before it.
    public var position: Int

    public struct DeviceRefusal: Hashable, Sendable {
        public var device: DeviceIndex
        /// With the figure that stands in the way.
        public var reason: String
        public var cure: String
        /// Whether waiting would not help: the program itself is too wide or too deep for the machine as calibrated.
        public var isOfProgram = false
    }

    /// The error that a submission would meet; nil if some machine takes the job.
    public var refusal: KernelError? {
        guard offers.isEmpty else { return nil }
        guard let first = refusals.first else {
            return KernelError(.system, code: "appraisal.fleet", "there is no machine", cure: "add a device")
        }
        let message =
            Set(refusals.map(\.reason)).count == 1
            ? first.reason : refusals.map(\.reason).joined(separator: "; ")
        return KernelError(.program, code: "appraisal.refused", message, cure: first.cure)
    }
}

extension FleetScheduler {
    /// Appraises a job that is not submitted.
    ///
    /// - Parameter profile: of its program; a job without is judged by its width.
    public func appraise(
        _ card: JobCard, _ profile: ProgramProfile? = nil, in book: KernelBook, at now: Double
    ) -> JobAppraisal {
        var copy = self
        copy.catchUp(book)
        for d in copy.machines.indices { copy.reconcile(d, book) }
        var appraisal = JobAppraisal(offers: [], refusals: [], position: copy.ahead(of: card))
        let delays = copy.delays(for: card, in: book, at: now)
        copy.collect(&appraisal, card, profile, book, now, delays)
        let weights = card.weights.resolved(rules)
        appraisal.offers.sort { ($0.merit(weights), $0.device) < ($1.merit(weights), $1.device) }
        return appraisal
    }

    /// Why no machine can ever take a program as things are calibrated: too wide or too deep for each, with the figure.
    /// Nil as long as one of them might.
    public func impossibility(of card: JobCard, _ profile: ProgramProfile, in book: KernelBook) -> KernelError? {
        var appraisal = JobAppraisal(offers: [], refusals: [], position: 0), card = card
        (card.deadline, card.budget) = (.infinity, .infinity)
        collect(&appraisal, card, profile, book, 0, Array(repeating: 0, count: machines.count))
        guard appraisal.refusals.allSatisfy(\.isOfProgram) else { return nil }
        return appraisal.refusals.isEmpty ? nil : appraisal.refusal
    }

    private func collect(
        _ appraisal: inout JobAppraisal, _ card: JobCard, _ profile: ProgramProfile?, _ book: KernelBook, _ now: Double,
        _ delays: [Double]
    ) {
        let program = profile ?? ProgramProfile(width: Int(card.width))
        for d in machines.indices where d < book.devices.count && card.admits(DeviceIndex(d)) {
            switch offer(card, program, d, book, now, delays[d]) {
            case .success(let offer): appraisal.offers.append(offer)
            case .failure(let refusal): appraisal.refusals.append(refusal.value)
            }
        }
    }

    private struct Refused: Error { var value: JobAppraisal.DeviceRefusal }

    private func offer(
        _ card: JobCard, _ program: ProgramProfile, _ d: Int, _ book: KernelBook, _ now: Double, _ wait: Double
    ) -> Swift.Result<JobAppraisal.Offer, Refused> {
        let device = DeviceIndex(d), name = book.devices[d].name
        func refuse(
            _ reason: String, _ cure: String, isOfProgram: Bool = false
        ) -> Swift.Result<JobAppraisal.Offer, Refused> {
            var refusal = JobAppraisal.DeviceRefusal(device: device, reason: "\(name): \(reason)", cure: cure)
            refusal.isOfProgram = isOfProgram
            return .failure(Refused(value: refusal))
        }
        guard book.devices[d].isAvailable else { return refuse("takes no jobs", "wait, or choose another machine") }
        guard let library = machines[d].library else {
            guard program.width <= book.devices[d].siteCount else {
                return refuse(
                    "needs \(program.width) sites of \(book.devices[d].siteCount)",
                    "use fewer qubits or a wider machine", isOfProgram: true)
            }
            return .success(
                JobAppraisal.Offer(
                    device: device, success: 1, seconds: Double(card.seconds), price: 0, coherenceUse: 0, wait: wait))
        }
        let found: FoundRegion
        switch library.region(for: program, within: library.map.live, coherenceBudget: rules.coherenceBudget) {
        case .success(let region): found = region
        case .failure(.tooWide(let needed, let available)):
            return refuse(
                "the program needs \(needed) connected sites, \(available) work", "use fewer qubits or a wider machine",
                isOfProgram: true)
        case .failure(.tooDeep(let use, let budget)):
            return refuse(
                "the program takes \(rounded(use)) times the least T2 of its best region, \(rounded(budget)) are allowed",
                "make it shallower, or cut it", isOfProgram: true)
        case .failure(.noRoom): return refuse("no region is free", "wait")
        }
        let shot = Double(found.estimate.shotSeconds) + library.map.timing.repetitionDelay
        let seconds =
            card.seconds > 0 ? Double(card.seconds) : Double(card.shots) * shot * Double(machines[d].runtimeFactor)
        if seconds > Double(card.budget) {
            return refuse(
                "takes \(rounded(Float(seconds))) s of machine time, the job's budget is \(rounded(card.budget)) s",
                "ask for fewer shots, or raise the budget")
        }
        if now + wait + seconds > card.deadline {
            return refuse(
                "would end \(rounded(Float(now + wait + seconds - card.deadline))) s after its deadline",
                "move the deadline, or raise the priority")
        }
        return .success(
            JobAppraisal.Offer(
                device: device, success: found.estimate.success, seconds: seconds,
                price: seconds * machines[d].pricePerSecond, coherenceUse: Double(found.estimate.coherenceUse),
                wait: wait))
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
        var ends = machines.map { machine in
            machine.tenants.count < rules.sharing.maximumPrograms && !machine.tenants.contains { $0.isAlone }
                && !card.wantsMachineAlone ? 0 : max(0, (machine.tenants.map(\.end).max() ?? now) - now)
        }
        for start in plan(in: book, at: now) {
            let other = book.jobs[start.job].card
            guard other.priority >= card.priority else { continue }
            ends[start.device.place] = max(ends[start.device.place], start.start - now + start.seconds)
        }
        return ends
    }
}

extension JobAppraisal.Offer {
    /// What the scheduler minimises, in seconds of waiting.
    fileprivate func merit(_ weights: (nat: Float, price: Float)) -> Double {
        let error = success > 0 ? -log(success) : 1e9
        return wait + Double(weights.nat) * error + Double(weights.price) * price
    }
}
