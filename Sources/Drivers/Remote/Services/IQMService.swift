import Circuits
import Hardware

/// IQM's interface (`/api/v1`, as iqm-client 36 speaks it). Programs travel as native `prx`, `cz` and `measure`.
struct IQMService: RemoteService {
    let endpoint: RemoteEndpoint
    private let target: String?

    init(_ attachment: Attachment, patience: RemoteEndpoint.Patience = .init()) throws(DeviceError) {
        endpoint = try RemoteEndpoint(attachment, scheme: "Bearer", patience: patience)
        target = try attachment.target.map { target throws(DeviceError) in try attachment.pathComponent(target) }
    }

    func describe() throws(DeviceError) -> RemoteDescription {
        let machine = try machine()
        let set = "/api/v1/calibration-sets/\(machine)/default"
        let architecture = try endpoint.json("GET", "\(set)/dynamic-quantum-architecture")
        var documents = [(machine, architecture)]
        do throws(DeviceError) {
            documents.append(("\(set)/metrics", try endpoint.json("GET", "\(set)/metrics")))
        } catch  where error.message.contains("not found") {}
        let health = try? endpoint.json("GET", "/api/v1/quantum-computers/\(machine)/health")
        let imported = try DeviceImport(documents, format: .iqm, id: "iqm")
        var file = imported.file
        file.description.isEmulated = false
        let isWell = ["ok", "healthy", "operational", nil].contains(health?.string("status"))
        return RemoteDescription(
            file: file,
            status: isWell
                ? .online : .offline(reason: "IQM reports \"\((health?.string("status") ?? "").prefix(40))\""),
            warnings: imported.warnings,
            original: .object([("machine", .text(machine)), ("architecture", architecture)]))
    }

    /// The machine meant: the one named, or the only one.
    private func machine() throws(DeviceError) -> String {
        let answer = try endpoint.json("GET", "/api/v1/quantum-computers")
        let machines = (answer.list("quantum_computers") ?? []).compactMap { $0.string("alias") ?? $0.string("id") }
        if let target {
            let isListed = (answer.list("quantum_computers") ?? []).contains {
                $0.string("alias") == target || $0.string("id") == target
            }
            if isListed { return target }
        } else if machines.count == 1, RemoteAnswer.isPathComponent(machines[0]) {
            return machines[0]
        }
        throw DeviceError(
            .unavailable,
            target.map { "the server has no machine \"\($0)\"" } ?? "the server has \(machines.count) machines",
            cure: "set \"target\" to one of: \(machines.map { endpoint.cleaned($0) }.joined(separator: ", "))")
    }

    func submission(
        of executable: Executable, shots: Int, seed: UInt64, on device: RemoteDescription
    ) throws(DeviceError) -> RemoteSubmission {
        let program = try FlatProgram(executable, for: endpoint.name)
        _ = try program.finalMeasurements(for: endpoint.name)
        let architecture = device.original.member("architecture") ?? .null
        let names = (architecture.list("qubits") ?? []).compactMap { node -> String? in
            if case .string(let name) = node.kind { name } else { nil }
        }
        let loci = Self.entanglerLoci(architecture)
        var instructions: [JSONNode] = []
        func add(_ name: String, _ locus: [String], _ arguments: [(String, JSONNode)]) {
            instructions.append(
                .object([
                    ("name", .text(name)), ("locus", .list(locus.map { .text($0) })), ("args", .object(arguments)),
                ]))
        }
        for step in program.steps {
            switch step {
            case .gate(.r, let angles, let sites):
                add("prx", [names[sites[0]]], [("angle", .number(angles[0])), ("phase", .number(angles[1]))])
            case .gate(.cz, _, let sites):
                let locus = sites.map { names[$0] }
                // A locus is given in the order in which the machine publishes it.
                add("cz", loci.contains(locus) ? locus : locus.reversed(), [])
            case .gate(let gate, _, _):
                throw DeviceError(
                    .unsupported, "\(gate.name) is no native gate of \(endpoint.name)", cure: "compile the program")
            case .measure(let site, let bit): add("measure", [names[site]], [("key", .text("bit_\(bit)"))])
            case .reset, .barrier: break
            }
        }
        let body = JSONNode.object([
            (
                "circuits",
                .list([
                    .object([("name", .text(executable.circuit.name)), ("instructions", .list(instructions))])
                ])
            ), ("shots", .integer(shots)),
            ("calibration_set_id", architecture.member("calibration_set_id") ?? .null),
            ("machine", device.original.member("machine") ?? .null),
        ])
        return RemoteSubmission(body: body, program: program, bitCount: executable.circuit.bitCount, shots: shots)
    }

    private static func entanglerLoci(_ architecture: JSONNode) -> Set<[String]> {
        let implementations = architecture.member("gates")?.member("cz")?.member("implementations")?.pairs ?? []
        let loci = implementations.flatMap { $0.value.list("loci") ?? [] }
        return Set(
            loci.map { ($0.items ?? []).compactMap { if case .string(let name) = $0.kind { name } else { nil } } })
    }

    func submit(_ submission: RemoteSubmission, isCancelled: @escaping () -> Bool) throws(DeviceError) -> String {
        // The machine stands in the path, not in the body.
        let machine = submission.body.string("machine") ?? ""
        let body = JSONNode.object(
            (submission.body.pairs ?? []).filter { $0.key != "machine" }.map { ($0.key, $0.value) })
        return try RemoteAnswer.jobID(
            try endpoint.json(
                "POST", "/api/v1/jobs/\(machine)/circuit?use_timeslot=false", body: body, isCancelled: isCancelled))
    }

    func state(of job: String, isCancelled: @escaping () -> Bool) throws(DeviceError) -> RemoteJobState {
        let answer = try endpoint.json("GET", "/api/v1/jobs/\(job)", isCancelled: isCancelled)
        switch answer.string("status") {
        case "waiting", "received", "pending": return .waiting(position: answer.integer("queue_position"))
        case "processing", "running": return .running(fraction: nil)
        case "completed", "ready": return .done
        case "cancelled", "aborted": return .cancelled
        case "failed":
            let errors = (answer.list("errors") ?? []).compactMap { node -> String? in
                if case .string(let text) = node.kind { text } else { node.string("message") }
            }
            return .failed(reason: errors.isEmpty ? "no reason given" : errors.joined(separator: "; "))
        case let other: throw RemoteAnswer.unknownStatus(other)
        }
    }

    func cancel(_ job: String) throws(DeviceError) { _ = try endpoint.json("POST", "/api/v1/jobs/\(job)/cancel") }

    func result(
        of job: String, _ submission: RemoteSubmission, isCancelled: @escaping () -> Bool
    ) throws(DeviceError) -> RawResult {
        guard let program = submission.program else { preconditionFailure("an IQM job has a flat program") }
        let answer = try endpoint.json(
            "GET", "/api/v1/jobs/\(job)/artifacts/measurements", isCancelled: isCancelled)
        guard let circuit = answer.items?.first else { throw RemoteAnswer.malformed("a list of measurements", answer) }
        var shots = Array(repeating: BitString(zeros: program.bitCount), count: submission.shots)
        for bit in program.measuredBits {
            guard let rows = circuit.list("bit_\(bit)") else {
                throw DeviceError(
                    .failed, "IQM's answer has no measurement \"bit_\(bit)\"", cure: "ask the machine's operator")
            }
            guard rows.count == submission.shots else {
                throw DeviceError(
                    .failed, "IQM returned \(rows.count) outcomes where \(submission.shots) shots were asked for",
                    cure: "ask the machine's operator")
            }
            for (k, row) in rows.enumerated() {
                guard case .number(let value)? = row.items?.first?.kind, value == 0 || value == 1 else {
                    throw RemoteAnswer.malformed("an outcome", row)
                }
                if value == 1 { shots[k][bit] = true }
            }
        }
        return RawResult(
            shots: shots, method: "run by IQM on \(submission.body.string("machine") ?? "its machine")",
            isEmulated: false, deviceTime: .zero)
    }
}
