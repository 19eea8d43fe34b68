import Circuits
import Hardware

/// IonQ's interface, version 0.4. Programs travel as `ionq.circuit.v1` in the gate set `qis`, which IonQ compiles for its
/// machines; all qubits are measured at the end.
struct IonQService: RemoteService {
    let endpoint: RemoteEndpoint
    private let target: String
    private let hasToken: Bool

    init(_ attachment: Attachment, patience: RemoteEndpoint.Patience = .init()) throws(DeviceError) {
        endpoint = try RemoteEndpoint(attachment, scheme: "apiKey", patience: patience)
        target = try attachment.pathComponent(attachment.target ?? "simulator")
        hasToken = attachment.token != nil
    }

    func describe() throws(DeviceError) -> RemoteDescription {
        let backend = try endpoint.json("GET", "/backends/\(target)")
        var documents = [("GET /backends/\(target)", backend)]
        // A simulator is characterised by nobody; a machine may not have been yet.
        if !target.hasPrefix("simulator"), hasToken {
            do throws(DeviceError) {
                documents.append(
                    (
                        "GET /backends/\(target)/characterizations",
                        try endpoint.json("GET", "/backends/\(target)/characterizations?limit=1")
                    ))
            } catch  where error.message.contains("not found") {}
        }
        let imported = try DeviceImport(documents, format: .ionq, id: "ionq")
        var file = imported.file
        file.description.isEmulated = target.hasPrefix("simulator")
        return RemoteDescription(
            file: file, status: Self.status(backend), warnings: imported.warnings, original: backend)
    }

    private static func status(_ backend: JSONNode) -> DeviceStatus {
        switch backend.string("status") {
        case "available", "running", nil: .online
        case "calibrating": .calibrating
        case "reserved": .busy
        case let other?: .offline(reason: "IonQ reports \"\(other.prefix(40))\"")
        }
    }

    func submission(
        of executable: Executable, shots: Int, seed: UInt64, on device: RemoteDescription
    ) throws(DeviceError) -> RemoteSubmission {
        let program = try FlatProgram(executable, for: endpoint.name)
        _ = try program.finalMeasurements(for: endpoint.name)
        let sites = program.usedSites
        guard sites.count <= 53 else {
            throw DeviceError(
                .tooLarge, "\(sites.count) qubits; outcomes of more than 53 do not fit the numbers of IonQ's answers",
                cure: "use fewer qubits")
        }
        let place = Dictionary(uniqueKeysWithValues: sites.enumerated().map { ($1, $0) })
        var circuit: [JSONNode] = []
        for case .gate(let gate, let angles, let operands) in program.steps {
            circuit.append(try Self.gate(gate, angles, operands.map { place[$0] ?? 0 }))
        }
        let body = JSONNode.object([
            ("type", .text("ionq.circuit.v1")), ("backend", .text(target)), ("shots", .integer(shots)),
            ("name", .text(executable.circuit.name)),
            (
                "input",
                .object([
                    ("gateset", .text("qis")), ("qubits", .integer(sites.count)), ("circuit", .list(circuit)),
                ])
            ),
        ])
        return RemoteSubmission(body: body, program: program, bitCount: executable.circuit.bitCount, shots: shots)
    }

    private static let names: [StandardGate: String] = [
        .x: "x", .y: "y", .z: "z", .h: "h", .s: "s", .sdg: "si", .t: "t", .tdg: "ti", .sx: "v", .sxdg: "vi", .rx: "rx",
        .ry: "ry", .rz: "rz", .rxx: "xx", .ryy: "yy", .rzz: "zz",
    ]

    private static func gate(
        _ gate: StandardGate, _ angles: [Double], _ qubits: [Int]
    ) throws(DeviceError) -> JSONNode {
        if gate == .cx {
            return .object([
                ("gate", .text("x")), ("targets", .list([.integer(qubits[1])])),
                ("controls", .list([.integer(qubits[0])])),
            ])
        }
        guard let name = names[gate] else {
            throw DeviceError(.unsupported, "\(gate.name) is no gate of IonQ's interface", cure: "compile the program")
        }
        var members: [(String, JSONNode)] = [
            ("gate", .text(name)), ("targets", .list(qubits.map { .integer($0) })),
        ]
        if let angle = angles.first { members.append(("rotation", .number(angle))) }
        return .object(members)
    }

    func submit(_ submission: RemoteSubmission, isCancelled: @escaping () -> Bool) throws(DeviceError) -> String {
        try RemoteAnswer.jobID(
            try endpoint.json("POST", "/jobs", body: submission.body, isCancelled: isCancelled))
    }

    func state(of job: String, isCancelled: @escaping () -> Bool) throws(DeviceError) -> RemoteJobState {
        let answer = try endpoint.json("GET", "/jobs/\(job)", isCancelled: isCancelled)
        switch answer.string("status") {
        case "submitted", "ready": return .waiting(position: nil)
        case "running", "started": return .running(fraction: nil)
        case "completed": return .done
        case "canceled", "cancelled": return .cancelled
        case "failed":
            let failure = answer.member("failure")
            return .failed(
                reason: failure?.string("error") ?? failure?.string("message") ?? answer.string("error")
                    ?? "no reason given")
        case let other: throw RemoteAnswer.unknownStatus(other)
        }
    }

    func cancel(_ job: String) throws(DeviceError) { _ = try endpoint.json("PUT", "/jobs/\(job)/status/cancel") }

    func result(
        of job: String, _ submission: RemoteSubmission, isCancelled: @escaping () -> Bool
    ) throws(DeviceError) -> RawResult {
        guard let program = submission.program else { preconditionFailure("an IonQ job has a flat program") }
        let answer = try endpoint.json("GET", "/jobs/\(job)", isCancelled: isCancelled)
        let hasShots = answer.member("results")?.has("shots") == true
        let sites = program.usedSites
        let place = Dictionary(uniqueKeysWithValues: sites.enumerated().map { ($1, $0) })
        let measurements = try program.finalMeasurements(for: endpoint.name)
        func bits(_ outcome: UInt64) throws(DeviceError) -> BitString {
            guard sites.count == 64 || outcome >> UInt64(sites.count) == 0 else {
                throw DeviceError(
                    .failed, "IonQ's answer has the outcome \(outcome) for \(sites.count) qubits", cure: "ask IonQ")
            }
            var result = BitString(zeros: program.bitCount)
            for (site, bit) in measurements where outcome >> UInt64(place[site] ?? 0) & 1 == 1 { result[bit] = true }
            return result
        }
        var shots: [BitString] = []
        var notes: [String] = []
        if hasShots {
            let list = try endpoint.json("GET", "/jobs/\(job)/results/shots", isCancelled: isCancelled).items ?? []
            for entry in list {
                guard let outcome = Self.outcome(entry) else { throw RemoteAnswer.malformed("a shot", entry) }
                shots.append(try bits(outcome))
            }
        } else {
            let table = try endpoint.json("GET", "/jobs/\(job)/results/probabilities", isCancelled: isCancelled)
            var entries: [(outcome: UInt64, probability: Double)] = []
            for (key, value) in table.pairs ?? [] {
                guard let outcome = UInt64(key), case .number(let probability) = value.kind, probability >= 0,
                    probability <= 1.000_001
                else { throw RemoteAnswer.malformed("a probability", value) }
                entries.append((outcome, probability))
            }
            for (outcome, count) in Apportionment.counts(entries, total: submission.shots) {
                shots += Array(repeating: try bits(outcome), count: count)
            }
            notes.append(
                "IonQ gave probabilities alone: the shots are the nearest whole numbers, in no particular order")
        }
        let milliseconds = answer.double("execution_duration_ms") ?? 0
        return RawResult(
            shots: shots, method: "run by IonQ on \(target)", isEmulated: target.hasPrefix("simulator"), notes: notes,
            deviceTime: Seconds(max(0, milliseconds / 1_000)))
    }

    private static func outcome(_ node: JSONNode) -> UInt64? {
        switch node.kind {
        case .number(let value): UInt64(exactly: value)
        case .string(let text): UInt64(text)
        default: nil
        }
    }
}

extension RemoteAnswer {
    static func malformed(_ what: String, _ node: JSONNode) -> DeviceError {
        DeviceError(
            .failed, "the server's answer has \(node.compactText.prefix(60)) where \(what) belongs",
            cure: "ask its operator")
    }
}

/// Whole numbers nearest to shares, with a given sum: the method of largest remainders.
enum Apportionment {
    static func counts(
        _ shares: [(outcome: UInt64, probability: Double)], total: Int
    ) -> [(outcome: UInt64, count: Int)] {
        let sum = shares.reduce(0) { $0 + $1.probability }
        guard sum > 0 else { return [] }
        let exact = shares.sorted { $0.outcome < $1.outcome }.map {
            (outcome: $0.outcome, quota: $0.probability / sum * Double(total))
        }
        var counts = exact.map { (outcome: $0.outcome, count: Int($0.quota)) }
        let missing = total - counts.reduce(0) { $0 + $1.count }
        let order = exact.indices.sorted {
            let a = exact[$0].quota - exact[$0].quota.rounded(.down)
            let b = exact[$1].quota - exact[$1].quota.rounded(.down)
            return a != b ? a > b : $0 < $1
        }
        for k in order.prefix(max(0, missing)) { counts[k].count += 1 }
        return counts
    }
}
