import Circuits
import Hardware

/// What differs between servers: how a machine is described, how a job is written, and what its answers mean. Each
/// function is one conversation over the endpoint; none keeps anything.
protocol RemoteService: Sendable {
    var endpoint: RemoteEndpoint { get }

    /// Description and calibration as they are now.
    func describe() throws(DeviceError) -> RemoteDescription

    /// The job's body, made before anything is sent: what cannot be said is refused here.
    func submission(
        of executable: Executable, shots: Int, seed: UInt64, on device: RemoteDescription
    ) throws(DeviceError) -> RemoteSubmission

    /// Hands the job in and gives its name at the server.
    func submit(_ submission: RemoteSubmission, isCancelled: @escaping () -> Bool) throws(DeviceError) -> String

    /// Where the job stands.
    func state(of job: String, isCancelled: @escaping () -> Bool) throws(DeviceError) -> RemoteJobState

    func cancel(_ job: String) throws(DeviceError)

    /// The outcomes of a finished job.
    func result(
        of job: String, _ submission: RemoteSubmission, isCancelled: @escaping () -> Bool
    ) throws(DeviceError) -> RawResult
}

struct RemoteDescription: Sendable {
    var file: DeviceFile
    var status: DeviceStatus
    var warnings: [String] = []
    /// What the service needs to know of the machine beyond the device model.
    var original: JSONNode
}

struct RemoteSubmission: Sendable {
    var body: JSONNode
    var program: FlatProgram?
    var bitCount: Int
    var shots: Int
    /// Classical registers of the program.
    var registers: [BitRegister] = []
    /// The same for every attempt at one job, so that a server can tell a repeated request from a second job.
    let nonce: String

    init(
        body: JSONNode, program: FlatProgram?, bitCount: Int, shots: Int, registers: [BitRegister] = []
    ) {
        self.body = body
        self.program = program
        self.bitCount = bitCount
        self.shots = shots
        self.registers = registers
        // A name, not a number that anything depends on.
        var generator = SystemRandomNumberGenerator()
        nonce = String(generator.next(), radix: 16) + String(generator.next(), radix: 16)
    }
}

enum RemoteJobState: Sendable {
    case waiting(position: Int?)
    case running(fraction: Double?)
    case done
    case cancelled
    case failed(reason: String)
}
