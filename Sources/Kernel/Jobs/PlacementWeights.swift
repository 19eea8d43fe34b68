/// What a good machine and a cheap one are worth to a job, in seconds of waiting; what is nil is as the fleet has it.
public struct PlacementWeights: Hashable, Sendable {
    /// Seconds of waiting that a factor e of success probability is worth: 0 takes what is free first, and of machines that
    /// are free alike the better one; infinity always the best machine.
    public var secondsPerNat: Double?
    /// Seconds of waiting that a unit of price is worth; 0 leaves price out.
    public var secondsPerPrice: Double?

    public init(secondsPerNat: Double? = nil, secondsPerPrice: Double? = nil) {
        (self.secondsPerNat, self.secondsPerPrice) = (secondsPerNat, secondsPerPrice)
    }

    /// Who waits for nothing still has a choice where several machines are free.
    private static let least = 1.0

    /// As the choice of a machine computes with them: infinity stands for more than any wait.
    func resolved(_ rules: SchedulingRules) -> (nat: Float, price: Float) {
        let nat = secondsPerNat ?? rules.secondsPerNat, price = secondsPerPrice ?? rules.secondsPerPrice
        return (
            nat.isFinite ? Float(min(1e12, max(Self.least, nat))) : 1e12,
            price.isFinite ? Float(min(1e12, price)) : 1e12
        )
    }

    /// Why a job cannot have them; nil for sound ones.
    var refusal: KernelError? {
        for (name, value) in [("success", secondsPerNat), ("price", secondsPerPrice)] {
            guard let value, value.isNaN || value < 0 else { continue }
            return KernelError(
                .program, code: "weights", "\(value) seconds of waiting cannot be what \(name) is worth",
                cure: "give zero or more seconds")
        }
        return nil
    }
}
