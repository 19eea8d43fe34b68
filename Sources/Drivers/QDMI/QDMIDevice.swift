public import Hardware
import Circuits
import Dispatch
import Synchronization

/// A machine behind a QDMI 1.4 device library. The library lives in a process of its own (`QDMIHost`): if it crashes or
/// hangs, that process ends, this device reports it, and everything else goes on; the next job starts a new one.
public final class QDMIDevice: Device {
    public let description: DeviceDescription
    /// What the import of the library's description had to leave out or assume.
    public let warnings: [String]
    private let record: Calibration
    private let attachment: Attachment
    private let names: [StandardGate: String]
    private let formats: [Int32]
    private let reportedStatus: DeviceStatus
    /// A device on which every place is like every other is given a register of only the qubits in use.
    private let isUniform: Bool
    private let host: Mutex<QDMIHostProcess?>
    /// One job after the other: a session is not asked from two threads.
    private let queue: DispatchQueue
    private let executable: String

    /// Loads the library and asks it for everything it knows.
    ///
    /// - Parameter hostExecutable: `kelvin`, beside the running executable if nil.
    public init(_ attachment: Attachment, hostExecutable: String? = nil) throws(DeviceError) {
        guard let executable = hostExecutable ?? QDMIHostProcess.defaultExecutable else {
            throw DeviceError(
                .unavailable, "the QDMI library cannot be isolated: there is no kelvin executable beside this program",
                cure: "keep the kelvin executable there; device libraries are never loaded into the process itself")
        }
        let (process, snapshot) = try Self.start(attachment, executable)
        self.executable = executable
        self.attachment = attachment
        let imported = try DeviceImport([(attachment.library ?? attachment.id, snapshot)], format: .qdmi, id: "qdmi")
        var description = imported.file.description
        description.id = attachment.id
        description.isEmulated = description.connectivity == .all
        let figures = imported.file.calibration
        self.description = description
        warnings = imported.warnings
        record = figures.adopted(by: attachment.id)
        names = QDMIImporter.names(in: snapshot)
        formats = (snapshot.list("programFormats") ?? []).compactMap {
            if case .number(let value) = $0.kind { Int32(exactly: value) } else { nil }
        }
        isUniform = description.connectivity == .all && figures.gates.isEmpty
        reportedStatus = Self.status(snapshot.integer("status").map { Int32(truncatingIfNeeded: $0) })
        host = Mutex(process)
        queue = DispatchQueue(label: "kelvin.qdmi.\(attachment.id)")
    }

    private static func start(
        _ attachment: Attachment, _ executable: String
    ) throws(DeviceError) -> (QDMIHostProcess, JSONNode) {
        do {
            let process = try QDMIHostProcess(executable: executable)
            var parameters = attachment.session
            if let token = try attachment.readToken() { parameters.append(("token", token)) }
            let request = JSONNode.object([
                ("do", .text("open")), ("library", .text(attachment.library ?? "")),
                ("prefix", .text(attachment.prefix ?? "")),
                ("parameters", .object(parameters.map { ($0.name, .text($0.value)) })),
                ("siteLimit", .integer(attachment.siteLimit)),
            ])
            let answer = try process.ask(request, activity: "it was opened", within: attachment.timeout.value)
            guard let snapshot = answer.member("snapshot") else { throw QDMIFault("gave no description") }
            return (process, snapshot)
        } catch let fault as QDMIFault {
            throw error(fault, attachment, .unavailable)
        } catch let error as DeviceError {
            throw error
        } catch {
            throw DeviceError(.unavailable, "\(error)")
        }
    }

    private static func error(_ fault: QDMIFault, _ attachment: Attachment, _ code: DeviceError.Code) -> DeviceError {
        if fault.isCancelled { return .cancelled }
        return DeviceError(
            code, "\(attachment.id): the QDMI library \(attachment.library ?? "") \(fault.message)", cure: fault.cure)
    }

    private static func status(_ number: Int32?) -> DeviceStatus {
        switch number {
        case QDMI.DeviceStatus.offline: .offline(reason: "the library reports the device as offline")
        case QDMI.DeviceStatus.error: .offline(reason: "the library reports an error of the device")
        case QDMI.DeviceStatus.maintenance: .maintenance(reason: "the library reports maintenance")
        case QDMI.DeviceStatus.calibration: .calibrating
        case QDMI.DeviceStatus.busy: .busy
        default: .online
        }
    }

    public func calibration() throws(DeviceError) -> Calibration { record }

    public func status() -> DeviceStatus { reportedStatus }

    public func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
        _ = try program(executable, shots: shots)
    }

    public func run(
        _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
    ) async throws(DeviceError) -> RawResult {
        let (program, text, format) = try program(executable, shots: shots)
        let request = JSONNode.object([
            ("do", .text("run")), ("program", .text(text)), ("format", .integer(Int(format))),
            ("shots", .integer(shots)),
        ])
        let answer = try await BlockingWork.run(on: queue) { cancellation throws(DeviceError) in
            try self.ask(request, cancellation)
        }
        progress?(1)
        return RawResult(
            shots: try outcomes(answer, of: program, shots: shots),
            method: "run by the QDMI library \(attachment.prefix ?? "") as OpenQASM \(format == 1 ? 3 : 2)",
            isEmulated: description.isEmulated,
            notes: answer.string("shots") == nil
                ? ["the device returns counts: the order of the shots is not kept"] : [],
            deviceTime: .zero)
    }

    private func program(
        _ executable: Executable, shots: Int
    ) throws(DeviceError) -> (FlatProgram, text: String, format: Int32) {
        var check = ExecutableCheck(description: description, calibration: record)
        try check.check(executable, shots: shots)
        let program = try FlatProgram(executable, for: description.id)
        let format = [QDMI.ProgramFormat.openQASM3, QDMI.ProgramFormat.openQASM2].first(where: formats.contains)
        guard let format else {
            throw DeviceError(
                .unsupported, "\(description.id) takes no OpenQASM (its formats: \(formats.map(String.init)))",
                cure: formats.isEmpty ? "it describes a machine and runs nothing" : "use another device")
        }
        let sites = isUniform ? program.usedSites : Array(0..<description.siteCount)
        let places = Dictionary(uniqueKeysWithValues: sites.enumerated().map { ($1, $0) })
        let text = program.openQASM(
            version: format == QDMI.ProgramFormat.openQASM3 ? 3 : 2, qubitCount: sites.count, places: places,
            names: names)
        return (program, text, format)
    }

    /// Asks the host, after a new start if the last one died.
    private func ask(_ request: JSONNode, _ cancellation: BlockingWork.Cancellation) throws(DeviceError) -> JSONNode {
        var process = host.withLock { $0 }
        if process?.isRunning != true {
            process = try Self.start(attachment, executable).0
            let started = process
            host.withLock { $0 = started }
        }
        guard let process else { throw DeviceError(.failed, "no host process") }
        do {
            return try process.ask(request, activity: "it ran a job", within: 24 * 3_600) { cancellation.isCancelled }
        } catch {
            throw Self.error(error, attachment, .failed)
        }
    }

    private func outcomes(_ answer: JSONNode, of program: FlatProgram, shots: Int) throws(DeviceError) -> [BitString] {
        func fault(_ message: String) -> DeviceError {
            DeviceError(
                .failed, "\(attachment.id): the QDMI library \(attachment.library ?? "") \(message)",
                cure: "the fault is the library's")
        }
        let bits = program.measuredBits
        func outcome(_ text: String) throws(DeviceError) -> BitString {
            guard let values = BitString(text), values.count == bits.count else {
                throw fault("returned the outcome \"\(text.prefix(80))\" for \(bits.count) measured bits")
            }
            return program.bits(bits, values)
        }
        var result: [BitString] = []
        result.reserveCapacity(shots)
        if let list = answer.string("shots") {
            for text in list.split(separator: ",", omittingEmptySubsequences: false) {
                result.append(try outcome(String(text)))
            }
        } else {
            let keys = (answer.list("keys") ?? []).compactMap { node -> String? in
                if case .string(let text) = node.kind { text } else { nil }
            }
            let counts = (answer.list("counts") ?? []).compactMap { node -> Int? in
                if case .number(let value) = node.kind { Int(exactly: value) } else { nil }
            }
            guard keys.count == counts.count, counts.reduce(0, { $0 &+ $1 }) == shots else {
                throw fault("returned \(counts.reduce(0, &+)) outcomes where \(shots) shots were asked for")
            }
            for (key, count) in zip(keys, counts).sorted(by: { $0.0 < $1.0 }) {
                result += Array(repeating: try outcome(key), count: count)
            }
        }
        guard result.count == shots else {
            throw fault("returned \(result.count) outcomes where \(shots) shots were asked for")
        }
        return result
    }
}
