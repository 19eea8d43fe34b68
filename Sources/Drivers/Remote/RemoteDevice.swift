public import Hardware
import Circuits

/// A machine at somebody else's server. It is asked for its description and calibration when it is opened.
public struct RemoteDevice: Device {
    public let description: DeviceDescription
    /// What the import of the description had to leave out or assume.
    public let warnings: [String]
    private let remote: RemoteDescription
    private let record: Calibration
    private let service: any RemoteService

    init(_ attachment: Attachment, service: any RemoteService) throws(DeviceError) {
        self.service = service
        remote = try service.describe()
        var description = remote.file.description
        description.id = attachment.id
        self.description = description
        let figures = remote.file.calibration
        record = figures.adopted(by: attachment.id)
        warnings = remote.warnings
    }

    public func calibration() throws(DeviceError) -> Calibration { record }

    public func status() -> DeviceStatus { remote.status }

    public func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
        _ = try submission(executable, shots: shots, seed: 0)
    }

    private func submission(
        _ executable: Executable, shots: Int, seed: UInt64
    ) throws(DeviceError) -> RemoteSubmission {
        var check = ExecutableCheck(description: description, calibration: record)
        try check.check(executable, shots: shots)
        return try service.submission(of: executable, shots: shots, seed: seed, on: remote)
    }

    public func run(
        _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
    ) async throws(DeviceError) -> RawResult {
        let submission = try submission(executable, shots: shots, seed: seed)
        let service = service
        let result = try await BlockingWork.run { cancellation throws(DeviceError) in
            try Self.conduct(submission, service, cancellation, progress)
        }
        guard result.shots.count == shots, result.shots.allSatisfy({ $0.count == executable.circuit.bitCount }) else {
            throw DeviceError(
                .failed,
                "\(description.id) returned \(result.shots.count) outcomes where \(shots) shots were asked for",
                cure: "the fault is the server's; ask its operator")
        }
        return result
    }

    /// Submits and looks after the job to its end; a cancelled task cancels the job at the server.
    private static func conduct(
        _ submission: RemoteSubmission, _ service: any RemoteService, _ cancellation: BlockingWork.Cancellation,
        _ progress: (@Sendable (Double) -> Void)?
    ) throws(DeviceError) -> RawResult {
        let isCancelled: @Sendable () -> Bool = { cancellation.isCancelled }
        let job = try service.submit(submission, isCancelled: isCancelled)
        do throws(DeviceError) {
            var pause = service.endpoint.patience.firstPoll
            while true {
                switch try service.state(of: job, isCancelled: isCancelled) {
                case .done: return try service.result(of: job, submission, isCancelled: isCancelled)
                case .cancelled:
                    throw DeviceError(
                        .failed, "job \(job): the server cancelled it", cure: "ask its operator, or try again")
                case .failed(let reason):
                    throw DeviceError(
                        .failed, "job \(job) failed at the server: \(service.endpoint.cleaned(reason))",
                        cure: "the reason is the server's")
                case .running(let fraction?): progress?(min(1, max(0, fraction)))
                case .running, .waiting: break
                }
                try service.endpoint.sleep(pause, isCancelled)
                pause = min(pause * 1.5, service.endpoint.patience.longestPoll)
            }
        } catch {
            // The job would go on, and cost, without anybody waiting for it.
            if error.code == .cancelled { try? service.cancel(job) }
            throw error
        }
    }
}
