/// What a job may expect, told without submitting it.
public struct AppraisalDocument: Codable, Sendable {
    /// Whether the program names its sites itself, so that nothing is chosen.
    public var isPlaced: Bool
    /// Best first.
    public var offers: [Offer]
    public var refusals: [Refusal]
    /// Jobs that would start before it.
    public var position: Int
    /// Of a program that names its sites itself: seconds until its machine is free for it.
    public var waitSeconds: Double?
    /// What it would wait for, where that is not the queue.
    public var hindrance: String?
    /// Which of its budgets does not have what it takes, with the figures.
    public var shortage: String?

    public struct Offer: Codable, Sendable {
        public var device: String
        /// Estimated chance that one shot goes through without an error.
        public var successProbability: Double
        public var machineSeconds: Double
        public var price: Double
        public var waitSeconds: Double
        /// In units of the least T2.
        public var coherenceUse: Double
        /// What keeps the machine from it until then, where that is not the queue.
        public var hindrance: String?
    }

    public struct Refusal: Codable, Sendable {
        public var device: String
        public var reason: String
        public var cure: String
    }

    /// - Parameter names: of the machines.
    public init(_ appraisal: JobAppraisal, _ names: [DeviceIndex: String]) {
        isPlaced = appraisal.placed != nil
        position = appraisal.position
        waitSeconds = appraisal.placed?.wait
        hindrance = appraisal.placed?.hindrance?.reason
        shortage = appraisal.shortage?.message
        offers = appraisal.offers.map {
            Offer(
                device: names[$0.device] ?? "", successProbability: $0.success, machineSeconds: $0.seconds,
                price: $0.price, waitSeconds: $0.wait, coherenceUse: $0.coherenceUse, hindrance: $0.hindrance?.reason)
        }
        refusals = appraisal.refusals.map {
            Refusal(device: names[$0.device] ?? "", reason: $0.reason, cure: $0.cure)
        }
    }
}
