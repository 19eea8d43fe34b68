/// A classical variable that is no bit register.
public struct Variable: Hashable, Sendable {
    public enum Role: Hashable, Sendable {
        case local
        /// Set from outside before the program starts (`input` of OpenQASM 3).
        case input
        /// Reported with the result (`output`).
        case output
        /// A duration that the schedule of the machine sets, as long as it must be and not negative (`stretch`).
        case stretch
    }

    public var name: String
    public var type: ClassicalType
    public var role: Role

    public init(name: String, type: ClassicalType, role: Role = .local) {
        self.name = name
        self.type = type
        self.role = role
    }
}
