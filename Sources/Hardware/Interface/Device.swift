public import Circuits

/// A machine that Kelvin drives. A device is a function of (executable, shots, seed).
public protocol Device: Sendable {
    var description: DeviceDescription { get }

    /// The record in force now. Callers compile against it and pass its id along in the executable.
    func calibration() throws(DeviceError) -> Calibration

    func status() -> DeviceStatus

    /// Refuses, before anything runs, what the device cannot run; says which figure stands in the way.
    func validate(_ executable: Executable, shots: Int) throws(DeviceError)

    /// Runs the program. The same executable, shots and seed give the same result on emulated devices.
    ///
    /// - Parameter progress: called now and then with the finished fraction, 0...1, from any thread. Cancelling the
    ///   surrounding task stops the run with `DeviceError.cancelled`.
    func run(
        _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
    ) async throws(DeviceError) -> RawResult
}

/// Why a device refused or failed.
public struct DeviceError: Error, Hashable, Sendable {
    /// An open set of causes.
    public struct Code: Hashable, Sendable {
        private enum Backing: String {
            case unsupported, tooLarge, unavailable, invalidFile, cancelled, programFault, failed
        }
        private let backing: Backing

        /// The program needs an instruction or ability that the device lacks.
        public static let unsupported = Code(backing: .unsupported)
        /// The program exceeds a figure of the device (sites, shots, memory of an emulator).
        public static let tooLarge = Code(backing: .tooLarge)
        /// The device is not there or not online.
        public static let unavailable = Code(backing: .unavailable)
        /// Its description or calibration cannot be used.
        public static let invalidFile = Code(backing: .invalidFile)
        public static let cancelled = Code(backing: .cancelled)
        /// The program failed while it ran: a division by zero, an index out of range, a loop without end.
        public static let programFault = Code(backing: .programFault)
        /// The run failed on the machine's side.
        public static let failed = Code(backing: .failed)

        public var name: String { backing.rawValue }
    }

    public var code: Code
    /// What happened, with the figures.
    public var message: String
    /// What the user can do.
    public var cure: String?
    /// The instruction at fault, if one is.
    public var location: SourceLocation
    /// What kind of fault a `programFault` is: "division-by-zero", "index-out-of-range", "loop-limit", …
    public var fault: String?

    public init(_ code: Code, _ message: String, cure: String? = nil, location: SourceLocation = .none) {
        self.code = code
        self.message = message
        self.cure = cure
        self.location = location
    }
}
