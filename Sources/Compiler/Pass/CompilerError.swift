public import Circuits

/// Why a program cannot be compiled for a device.
public struct CompilerError: Error, Hashable, Sendable {
    /// An open set of causes.
    public struct Code: Hashable, Sendable {
        private enum Backing: String {
            case tooWide, disconnected, unsupportedGate, unsupportedInstruction, tooLong, invalidOption, mismatch,
                boxTooShort
        }
        private let backing: Backing

        /// The program needs more qubits than the device has working sites.
        public static let tooWide = Code(backing: .tooWide)
        /// The working couplers fall apart into pieces too small for the program.
        public static let disconnected = Code(backing: .disconnected)
        /// No gate of the device can make this gate.
        public static let unsupportedGate = Code(backing: .unsupportedGate)
        /// The device lacks an ability: mid-circuit measurement, feed-forward, reset.
        public static let unsupportedInstruction = Code(backing: .unsupportedInstruction)
        /// The compiled program has more instructions than the device accepts.
        public static let tooLong = Code(backing: .tooLong)
        /// An option that contradicts the program or the device.
        public static let invalidOption = Code(backing: .invalidOption)
        /// A box takes longer than the time that the program gives it.
        public static let boxTooShort = Code(backing: .boxTooShort)
        /// The calibration does not fit the description.
        public static let mismatch = Code(backing: .mismatch)

        public var name: String { backing.rawValue }
    }

    public var code: Code
    /// What stands in the way, with the figures.
    public var message: String
    /// What the user can do.
    public var cure: String?
    /// The instruction at fault, if one is.
    public var location: SourceLocation

    public init(_ code: Code, _ message: String, cure: String? = nil, location: SourceLocation = .none) {
        self.code = code
        self.message = message
        self.cure = cure
        self.location = location
    }
}
