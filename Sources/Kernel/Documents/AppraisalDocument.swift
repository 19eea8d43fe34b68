/// What a job may expect, told without submitting it.
public struct AppraisalDocument: Codable, Sendable {
    /// Whether the program names its sites itself, so that nothing is chosen.
    public var isPlaced: Bool
    /// Best first.
    public var offers: [Offer]
    public var refusals: [Refusal]
    /// Jobs that would start before it.
    public var position: Int

    public struct Offer: Codable, Sendable {
        public var device: String
        /// Estimated chance that one shot goes through without an error.
        public var successProbability: Double
        public var machineSeconds: Double
        public var price: Double
        public var waitSeconds: Double
        /// In units of the least T2.
        public var coherenceUse: Double
    }

    public struct Refusal: Codable, Sendable {
        public var device: String
        public var reason: String
        public var cure: String
    }

    /// - Parameters:
    ///   - appraisal: nil where the program names its sites itself.
    ///   - names: of the machines.
    public init(_ appraisal: JobAppraisal?, _ names: [DeviceIndex: String]) {
        isPlaced = appraisal == nil
        position = appraisal?.position ?? 0
        offers = (appraisal?.offers ?? []).map {
            Offer(
                device: names[$0.device] ?? "", successProbability: $0.success, machineSeconds: $0.seconds,
                price: $0.price, waitSeconds: $0.wait, coherenceUse: $0.coherenceUse)
        }
        refusals = (appraisal?.refusals ?? []).map {
            Refusal(device: names[$0.device] ?? "", reason: $0.reason, cure: $0.cure)
        }
    }
}
