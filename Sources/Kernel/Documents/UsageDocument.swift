/// What an account has used of what it may.
public struct UsageDocument: Codable, Sendable {
    /// A project of a service, or any account without one.
    public var project: String
    /// Machine time, seconds.
    public var usedSeconds: Double
    /// Nil where there is no limit.
    public var budgetSeconds: Double?

    public init(project: String, _ usage: (used: Double, budget: Double)) {
        self.project = project
        usedSeconds = usage.used
        budgetSeconds = usage.budget.isFinite ? usage.budget : nil
    }
}
