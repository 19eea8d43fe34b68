import Circuits
import Hardware
internal import Languages

/// Another Kelvin: federation. The interface is written down in `Docs/federation.md`.
struct KelvinService: RemoteService {
    let endpoint: RemoteEndpoint
    private let target: String

    init(_ attachment: Attachment, patience: RemoteEndpoint.Patience = .init()) throws(DeviceError) {
        endpoint = try RemoteEndpoint(attachment, scheme: "Bearer", patience: patience)
        target = try attachment.pathComponent(attachment.target ?? attachment.id)
    }

    func describe() throws(DeviceError) -> RemoteDescription {
        let answer = try endpoint.json("GET", "/v1/devices/\(target)")
        guard let device = answer.member("device") else {
            throw DeviceError(
                .failed, "the server's answer holds no device", cure: "check that \"url\" names a Kelvin server")
        }
        return RemoteDescription(
            file: try DeviceFile(text: device.compactText, name: "the server's description of \(target)"),
            status: Self.status(answer), original: device)
    }

    private static func status(_ node: JSONNode) -> DeviceStatus {
        let reason = node.string("reason") ?? "the server gives no reason"
        switch node.string("status") {
        case "busy": return .busy
        case "calibrating": return .calibrating
        case "maintenance": return .maintenance(reason: reason)
        case "offline", "error": return .offline(reason: reason)
        default: return .online
        }
    }

    func submission(
        of executable: Executable, shots: Int, seed: UInt64, on device: RemoteDescription
    ) throws(DeviceError) -> RemoteSubmission {
        let text: String
        do { text = try OpenQASMWriter(version: .version3, qubits: .physical).write(executable.circuit) } catch {
            throw DeviceError(.unsupported, "\(error)", cure: "write the program without it", location: error.location)
        }
        let record = device.file.calibration.id
        let body = JSONNode.object([
            ("device", .text(device.file.description.id)), ("calibration", .text(record)),
            ("language", .text("openqasm3")), ("program", .text(text)), ("compiled", .flag(true)),
            ("shots", .integer(shots)),
            // A seed has 64 bits; a JSON number holds 53.
            ("seed", .text("\(seed)")),
        ])
        return RemoteSubmission(
            body: body, program: nil, bitCount: executable.circuit.bitCount, shots: shots,
            registers: executable.circuit.bitRegisters)
    }

    func submit(_ submission: RemoteSubmission, isCancelled: @escaping () -> Bool) throws(DeviceError) -> String {
        let answer = try endpoint.json(
            "POST", "/v1/jobs", body: submission.body, headers: [("Idempotency-Key", submission.nonce)],
            isRepeatable: true, isCancelled: isCancelled)
        return try RemoteAnswer.jobID(answer)
    }

    func state(of job: String, isCancelled: @escaping () -> Bool) throws(DeviceError) -> RemoteJobState {
        let answer = try endpoint.json("GET", "/v1/jobs/\(job)", isCancelled: isCancelled)
        switch answer.string("status") {
        case "created", "validated", "queued", "scheduled", "waiting":
            return .waiting(position: answer.integer("position"))
        case "compiling", "compiled", "running", "mitigating": return .running(fraction: answer.double("progress"))
        case "done", "completed": return .done
        case "cancelled": return .cancelled
        case "failed": return .failed(reason: answer.string("reason") ?? "no reason given")
        case let other: throw RemoteAnswer.unknownStatus(other)
        }
    }

    func cancel(_ job: String) throws(DeviceError) { _ = try endpoint.json("DELETE", "/v1/jobs/\(job)") }

    func result(
        of job: String, _ submission: RemoteSubmission, isCancelled: @escaping () -> Bool
    ) throws(DeviceError) -> RawResult {
        let document = try endpoint.json("GET", "/v1/jobs/\(job)/result", isCancelled: isCancelled)
        func fault(_ message: String) -> DeviceError {
            DeviceError(.failed, "the server's result \(message)", cure: "ask its operator")
        }
        guard document.string("format") == "kelvin-result/1" else { throw fault("is no kelvin-result/1") }
        guard let sample = document.list("results")?.first?.list("samples")?.first,
            let counts = sample.member("counts")?.pairs, let registers = sample.list("registers")
        else { throw fault("holds no samples") }
        let names = registers.compactMap { $0.string("name") }
        let places = names.compactMap { name in submission.registers.first { $0.name == name } }
        guard places.count == registers.count else { throw fault("names registers that the program does not have") }
        var shots: [BitString] = []
        shots.reserveCapacity(submission.shots)
        for (outcome, count) in counts.sorted(by: { $0.key < $1.key }) {
            let words = outcome.split(separator: " ")
            guard words.count == places.count, case .number(let number) = count.kind, let times = Int(exactly: number),
                times >= 0, times <= submission.shots
            else { throw fault("has the outcome \"\(outcome.prefix(80))\", which does not fit the program") }
            var bits = BitString(zeros: submission.bitCount)
            for (word, register) in zip(words, places) {
                guard let value = BitString(word), value.count == register.count else {
                    throw fault("has the outcome \"\(outcome.prefix(80))\", which does not fit the program")
                }
                for k in 0..<value.count where value[k] { bits[register.start + k] = true }
            }
            shots += Array(repeating: bits, count: times)
        }
        let program = document.list("programs")?.first
        return RawResult(
            shots: shots, method: "at \(endpoint.name): \(program?.string("method") ?? "no method given")",
            isEmulated: program?.flag("emulated") ?? document.member("device")?.flag("emulated") ?? false,
            notes: ["the server returns counts: the order of the shots is not kept"]
                + (program?.list("notes") ?? []).compactMap {
                    if case .string(let text) = $0.kind { text } else { nil }
                },
            deviceTime: Seconds(max(0, program?.double("deviceSeconds") ?? 0)))
    }
}
