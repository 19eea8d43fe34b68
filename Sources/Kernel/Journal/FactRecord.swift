/// A fact as a flat row, for stores and for people who read them: every field but the kind is there only where the fact
/// has it. Fields may be added; readers ignore those that they do not know.
public struct FactRecord: Hashable, Sendable, Codable {
    public var kind: String
    public var job: UInt64?
    public var state: JobState?
    public var device: Int32?
    public var account: Int32?
    public var session: Int32?
    public var fence: UInt32?
    public var worker: UInt64?
    public var sites: [UInt64]?
    public var name: String?
    public var count: Int?
    public var seconds: Double?
    public var start: Double?
    public var end: Double?
    public var last: Double?
    public var code: UInt8?
    public var flag: Bool?
    public var card: CardRecord?
    public var profile: ProgramProfile?

    /// A job card or session card.
    public struct CardRecord: Hashable, Sendable, Codable {
        var account: Int32
        var session: Int32?
        var device: Int32?
        var choices: [Int32]?
        var kind: UInt8
        var priority: UInt8?
        var alone: Bool?
        var width: UInt16?
        var shots: UInt32?
        var seconds: Float?
        var maximal: Double?
        /// Nil for none: JSON has no infinity.
        var budget: Double?
        var deadline: Double?
        var tag: UInt32?
        var secondsPerNat: Double?
        var secondsPerPrice: Double?
    }

    init(_ kind: String, _ job: JobID? = nil) {
        self.kind = kind
        self.job = job?.rawValue
    }
}

private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

extension FactRecord.CardRecord {
    init(_ card: JobCard) {
        account = card.account.rawValue
        session = card.session?.rawValue
        device = card.device?.rawValue
        choices = card.choices.isEmpty ? nil : card.choices.map(\.rawValue)
        kind = card.onRecalibration.rawValue
        priority = card.priority.rawValue
        alone = card.wantsMachineAlone
        width = card.width
        shots = card.shots
        seconds = card.seconds
        budget = finite(Double(card.budget))
        deadline = finite(card.deadline)
        tag = card.tag
        // A weight without bound is one beyond all waits.
        secondsPerNat = card.weights.secondsPerNat.map { min($0, 1e12) }
        secondsPerPrice = card.weights.secondsPerPrice.map { min($0, 1e12) }
    }

    init(_ card: SessionCard) {
        account = card.account.rawValue
        device = card.device.rawValue
        kind = card.kind.rawValue
        seconds = Float(card.interactiveSeconds)
        maximal = finite(card.maximalSeconds)
        budget = finite(card.budget)
    }

    var jobCard: JobCard? {
        guard let policy = RecalibrationPolicy(rawValue: kind), let priority = priority.flatMap(Priority.init)
        else { return nil }
        var card = JobCard(
            account: AccountIndex(rawValue: account), session: session.map { SessionIndex(rawValue: $0) },
            device: device.map { DeviceIndex(rawValue: $0) },
            choices: (choices ?? []).map { DeviceIndex(rawValue: $0) }, priority: priority, onRecalibration: policy,
            wantsMachineAlone: alone ?? true, width: Int(width ?? 1), shots: Int(shots ?? 1),
            seconds: Double(seconds ?? 0), budget: budget ?? .infinity, deadline: deadline ?? .infinity, tag: tag ?? 0)
        card.weights = PlacementWeights(secondsPerNat: secondsPerNat, secondsPerPrice: secondsPerPrice)
        return card
    }

    var sessionCard: SessionCard? {
        guard let kind = SessionCard.Kind(rawValue: kind), let device else { return nil }
        return SessionCard(
            kind: kind, account: AccountIndex(rawValue: account), device: DeviceIndex(rawValue: device),
            interactiveSeconds: Double(seconds ?? .infinity), maximalSeconds: maximal ?? .infinity,
            budget: budget ?? .infinity)
    }
}

extension FactRecord {
    public init(_ fact: Transition) {
        switch fact {
        case .submitted(let id, let card):
            self.init("submitted", id)
            self.card = CardRecord(card)
        case .validated(let id, let demand):
            self.init("validated", id)
            count = demand.width
            start = Double(demand.shots)
            seconds = demand.seconds
            profile = demand.profile
        case .queued(let id, let reason, let notBefore):
            self.init("queued", id)
            code = reason.rawValue
            start = notBefore
        case .placed(let id, let device, let sites, let fence):
            self.init("placed", id)
            self.device = device.rawValue
            self.sites = sites.words
            self.fence = fence
        case .claimed(let id, let worker, let fence):
            self.init("claimed", id)
            self.worker = worker
            self.fence = fence
        case .unclaimed(let id, let fence): self.init("unclaimed", id, fence)
        case .compiled(let id, let parts, let partSeconds):
            self.init("compiled", id)
            count = Int(parts)
            seconds = Double(partSeconds)
        case .partStarted(let id, let fence): self.init("part started", id, fence)
        case .partFinished(let id, let seconds):
            self.init("part finished", id)
            self.seconds = seconds
        case .recompiling(let id, let discarding, let fence):
            self.init("recompiling", id, fence)
            flag = discarding
        case .flagged(let id): self.init("flagged", id)
        case .mitigating(let id, let fence): self.init("mitigating", id, fence)
        case .paused(let id, let overBudget):
            self.init("paused", id)
            flag = overBudget
        case .ended(let id, let state):
            self.init("ended", id)
            self.state = state
        case .marked(let id, let marks):
            self.init("marked", id)
            code = marks.rawValue
        case .unmarked(let id, let marks):
            self.init("unmarked", id)
            code = marks.rawValue
        case .stopping(let id): self.init("stopping", id)
        case .released(let id, let fence, let seconds):
            self.init("released", id, fence)
            self.seconds = seconds
        case .foretold(let id, let forecast):
            self.init("foretold", id)
            seconds = forecast.planned
            start = forecast.lower
            end = forecast.upper
            code = forecast.priority.rawValue
        default: self.init(ofFleet: fact)
        }
    }

    private init(_ kind: String, _ job: JobID, _ fence: Fence) {
        self.init(kind, job)
        self.fence = fence
    }

    private init(ofFleet fact: Transition) {
        switch fact {
        case .deviceAdded(let name, let siteCount):
            self.init("device added")
            self.name = name
            count = siteCount
        case .deviceChanged(let device, let isAvailable):
            self.init("device changed")
            self.device = device.rawValue
            flag = isAvailable
        case .calibrated(let device, let calibration):
            self.init("calibrated")
            self.device = device.rawValue
            name = calibration
        case .accountAdded(let path, let parent, let share):
            self.init("account added")
            name = path
            account = parent.rawValue
            seconds = share
        case .shareSet(let account, let share):
            self.init("share set")
            self.account = account.rawValue
            seconds = share
        case .budgetSet(let account, let budget):
            self.init("budget set")
            self.account = account.rawValue
            seconds = finite(budget)
        case .used(let account, let session, let seconds):
            self.init("used")
            self.account = account.rawValue
            self.session = session?.rawValue
            self.seconds = seconds
        case .sessionOpened(let card):
            self.init("session opened")
            self.card = CardRecord(card)
        case .sessionActivated(let session): self.init("session activated", session)
        case .sessionClosing(let session): self.init("session closing", session)
        case .sessionClosed(let session): self.init("session closed", session)
        case .reserved(let reservation): self.init("reserved", reservation)
        case .reservationEnded(let reservation): self.init("reservation ended", reservation)
        default: preconditionFailure("a fact of a job came to the fleet")
        }
    }

    private init(_ kind: String, _ session: SessionIndex) {
        self.init(kind)
        self.session = session.rawValue
    }

    private init(_ kind: String, _ reservation: Reservation) {
        self.init(kind)
        device = reservation.device.rawValue
        account = reservation.account.rawValue
        start = reservation.start
        end = reservation.end
        seconds = reservation.period > 0 ? reservation.period : nil
        last = reservation.period > 0 ? finite(reservation.last) : nil
    }
}
