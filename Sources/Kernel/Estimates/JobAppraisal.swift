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
        /// What keeps the machine from it until then, where that is not the queue.
        public var hindrance: Hindrance?
    }

    /// Best first, by the scheduler's own sum of wait, success and price.
    public var offers: [Offer]
    /// Of a program that names its sites itself, for which nothing is chosen: when its machine would be free for it.
    public var placed: Placed?
    /// Why each of the others does not take it.
    public var refusals: [DeviceRefusal]
    /// Jobs that would start before it.
    public var position: Int
    /// Of the budgets that it draws on, one that does not have what it takes; one that is used up before others.
    public var shortage: Shortage?

    public struct Placed: Hashable, Sendable {
        public var device: DeviceIndex
        /// Planned wait, seconds.
        public var wait: Double
        public var hindrance: Hindrance?
    }

    /// A budget that does not have what a job takes.
    public struct Shortage: Hashable, Sendable {
        public var purse: Purse
        /// Machine time that the job takes by estimate, seconds.
        public var seconds: Double

        /// What becomes of the job.
        public var message: String {
            let takes = "the job takes \(Purse.figure(seconds)) s"
            if purse.isSpent { return "\(purse.figures), \(takes): it would stand aside before it starts" }
            let left = max(0, purse.budget - purse.used - purse.promised)
            return
                "\(purse.name) has \(Purse.figure(left)) of \(Purse.figure(purse.budget)) s left, \(takes): "
                + "it would be paused on its way"
        }
    }

    public struct DeviceRefusal: Hashable, Sendable {
        public var device: DeviceIndex
        /// With the figure that stands in the way.
        public var reason: String
        public var cure: String
        /// Whether waiting would not help: the program itself is too wide or too deep for the machine as calibrated.
        public var isOfProgram = false
    }

    /// What the job would wait for that is no queue.
    public var hindrance: Hindrance? {
        if let purse = shortage?.purse, purse.isSpent { return Hindrance(.budget, purse.figures, cure: purse.cure) }
        return placed?.hindrance ?? offers.first?.hindrance
    }

    /// The error of a job that would stand aside before it starts: nobody pays for it.
    public var unpaid: KernelError? {
        guard let shortage, shortage.purse.isSpent else { return nil }
        return KernelError(.program, code: "budget.spent", shortage.message, cure: shortage.purse.cure)
    }

    /// The error that a submission would meet; nil if some machine takes the job.
    public var refusal: KernelError? {
        guard offers.isEmpty, placed == nil else { return nil }
        guard let first = refusals.first else {
            return KernelError(.system, code: "appraisal.fleet", "there is no machine", cure: "add a device")
        }
        let message =
            Set(refusals.map(\.reason)).count == 1
            ? first.reason : refusals.map(\.reason).joined(separator: "; ")
        return KernelError(.program, code: "appraisal.refused", message, cure: first.cure)
    }
}
