import Circuits
import Foundation
import Hardware
import Kernel
import Languages
import Storage

extension IBM {
    /// A job as the door keeps it, beside what the kernel knows.
    struct Job: Codable {
        var program: String
        var backend: String
        var tags: [String]
        var session: String?
        var runtime: String?
        /// The longest that it may take of the machine, seconds.
        var cost: Int?
        var isPrivate: Bool
        var calibration: String?
        var blocks: [Block]
        /// Whether results are Qiskit's objects; else they are plain.
        var isForQiskit: Bool
        /// Of the executor: JSON that goes back as it came.
        var passthrough: String?
        var role: String?
    }

    /// What of a program is needed to answer.
    struct Block: Codable {
        var registers: [Register]
        var looseBits: Int
        var shape: [Int]
        var shots: Int
        var precision: Double?
        /// JSON.
        var metadata: String
    }

    /// The programs of a request, translated.
    struct Translation {
        var blocks: [Block] = []
        var documents: [SubmissionDocument.Block] = []
        var isForQiskit = true
        var passthrough: String?
        var role: String?
        var options = Options()
        /// Whether every program consists of the machine's own gates on its sites.
        var isNative: Bool

        let machine: OfferedMachine

        init(for machine: OfferedMachine) {
            self.machine = machine
            isNative = !machine.isSimulator
        }

        mutating func add(
            _ program: Program, _ parameters: ParameterTable, observables: Observables? = nil,
            shots: Int, precision: Double? = nil, _ path: String
        ) throws {
            guard program.circuit.qubitCount <= machine.description.siteCount else {
                throw WireObject.wrong(
                    path,
                    "the circuit has \(program.circuit.qubitCount) qubits, \(machine.id) has \(machine.description.siteCount)"
                )
            }
            guard observables != nil || program.circuit.bitCount > 0 else {
                throw WireObject.wrong(path, "the circuit measures nothing", cure: "circuit.measure_all()")
            }
            var shape = parameters.shape
            if let observables {
                do throws(ShapeError) { shape = try observables.shape.broadcast(with: shape) } catch {
                    throw WireObject.wrong(
                        path,
                        "observables of shape \(error.first.dimensions) and values of shape \(error.second.dimensions) do not go together"
                    )
                }
            }
            isNative = isNative && machine.description.performsForIBM(program.circuit)
            blocks.append(
                Block(
                    registers: program.registers, looseBits: program.looseBits, shape: shape.dimensions, shots: shots,
                    precision: precision, metadata: program.metadata))
            documents.append(
                SubmissionDocument.Block(
                    file: "\(path).qasm",
                    text: try program.text(onSites: !machine.isSimulator, naming: observables?.support ?? [], path),
                    parameters: parameters, observables: observables?.texts,
                    observableShape: observables?.shape.dimensions, shots: shots))
        }
    }

    /// What IBM takes where nobody says anything.
    private static let defaultShots = 4096
    private static let defaultPrecision = 1.0 / 64

    /// Primitive unified blocks of `sampler` and `estimator`.
    static func primitive(
        _ program: String, _ params: inout WireObject, for machine: OfferedMachine
    ) throws -> Translation {
        var result = Translation(for: machine), allowance = Allowance()
        let isEstimator = program == "estimator"
        result.options = try isEstimator ? estimatorOptions(&params) : samplerOptions(&params)
        if let version = try params.integer("version", in: 1...99), version != 2 {
            throw WireObject.missing(params.place("version"), "only version 2 of the primitives is there")
        }
        result.isForQiskit = try params.flag("support_qiskit") ?? true
        let shots = try params.integer("shots", in: 1...mostShots)
        let precision = try params.number("precision") ?? result.options.precision
        guard let pubs = try params.list("pubs"), !pubs.isEmpty else {
            throw WireObject.wrong(params.place("pubs"), "expected at least one")
        }
        try params.end()
        for (place, node) in pubs.enumerated() {
            let path = "\(params.path).pubs[\(place)]"
            let parts = try WireObject.list(node, path)
            guard (isEstimator ? 2...4 : 1...3).contains(parts.count) else {
                throw WireObject.wrong(path, "a block of \(parts.count) parts is none of the \(program)'s")
            }
            func part(_ index: Int) -> JSONNode? {
                guard index < parts.count else { return nil }
                if case .null = parts[index].kind { return nil }
                return parts[index]
            }
            let program = try self.program(parts[0], path, &allowance)
            let values = try self.values(part(isEstimator ? 2 : 1), of: program, path, &allowance)
            guard isEstimator else {
                let own = try part(2).map { try WireObject.integer($0, in: 1...mostShots, path) }
                let count = own ?? shots ?? result.options.shots ?? defaultShots
                try result.add(program, values, shots: count, path)
                continue
            }
            guard let observables = part(1) else { throw WireObject.wrong(path, "there are no observables") }
            var aim = precision ?? defaultPrecision
            if case .number(let own)? = part(3)?.kind { aim = own }
            guard aim > 0, aim.isFinite, 1 / (aim * aim) <= Double(mostShots) else {
                throw WireObject.wrong(path, "no number of shots has precision \(aim)")
            }
            // A text on sites tells of those alone that it uses, its observables of all.
            let isOnSites = !machine.isSimulator && program.circuit.namesPhysicalQubits
            let width = isOnSites ? machine.description.siteCount : program.circuit.qubitCount
            try result.add(
                program, values, observables: try self.observables(observables, width: width, path),
                shots: result.options.shots ?? Int((1 / (aim * aim)).rounded(.up)), precision: aim, path)
        }
        return result
    }
}

extension Call {
    /// Takes in a job of one of IBM's programs.
    func submitForIBM() async throws -> Answer {
        try checkQuery()
        let root = try JSONNode.body(body)
        var fields = try WireObject(root, "")
        guard let program = try fields.text("program_id") else { throw WireObject.wrong("program_id", "missing") }
        guard let backend = try fields.text("backend") else { throw WireObject.wrong("backend", "missing") }
        let machine = try offered(backend)
        guard var params = try fields.object("params") else { throw WireObject.wrong("params", "missing") }
        let translation: IBM.Translation
        switch program {
        case "sampler", "estimator": translation = try IBM.primitive(program, &params, for: machine)
        case "executor": translation = try IBM.execution(&params, for: machine, body)
        default:
            throw Problem(
                .badField, "program_id: there is no program '\(program.clipped)'",
                cure: "sampler, estimator and executor are there")
        }
        var job = IBM.Job(
            program: program, backend: backend, tags: try fields.texts("tags") ?? [],
            session: try fields.text("session_id"), runtime: try fields.text("runtime"),
            cost: try fields.integer("cost", in: 1...10_000_000), isPrivate: try fields.flag("private") ?? false,
            calibration: try fields.text("calibration_id"), blocks: translation.blocks,
            isForQiskit: translation.isForQiskit, passthrough: translation.passthrough, role: translation.role)
        // Says how much a log holds; here it always holds everything.
        _ = try fields.text("log_level")
        if let seconds = try startedSession(&fields) {
            let session = try await openedSession(
                SessionBody(
                    project: try instance(), kind: .dedicated, device: backend, idleSeconds: min(600, seconds),
                    maximalSeconds: seconds))
            job.session = session.index.name
        }
        try fields.end()
        if let wanted = job.calibration, wanted != machine.calibration.id {
            throw Problem(
                .calibrationChanged, "\(backend) works under \(machine.calibration.id), not \(wanted.clipped)")
        }
        let blocks = translation.documents
        var document = SubmissionDocument(
            name: program, device: backend, blocks: blocks, shots: blocks.compactMap(\.shots).max() ?? 1,
            seed: translation.options.seed.map(UInt64.init) ?? seed(), mitigation: translation.options.mitigation)
        document.isCompiled = translation.isNative ? true : nil
        document.budget = job.cost.map(Double.init)
        document.isReadOnce = job.isPrivate ? true : nil
        let summary = try await submit(document, session: job.session, tags: job.tags, project: try instance())
        let name = "\(summary.job)"
        do {
            try keep(newRecord(IBM.door, "job", name, job: summary, bytes: DocumentCoding.encode(job)))
            if !job.isPrivate, case .object(let members) = root.kind,
                let node = members.first(where: { $0.key == "params" })
            {
                let text = node.value.source(in: body)
                try keep(newRecord(IBM.door, "params", name, job: summary, bytes: Array(text.utf8)))
            }
        } catch {
            // The client sends the same again after a fault of ours, with nothing that tells it from a second job.
            try? await service.runtime.cancel(summary.job)
            throw error
        }
        return .node(
            .object([
                ("id", .text(name)), ("backend", .text(backend)),
                ("session_id", job.session.map { .text($0) } ?? .null), ("private", .flag(job.isPrivate)),
            ]))
    }

    /// The length of a session that begins with this job, seconds; nil for none.
    private func startedSession(_ fields: inout WireObject) throws -> Double? {
        let seconds = try fields.integer("session_time", in: 1...86_400)
        return try fields.flag("start_session") == true ? Double(seconds ?? 28_800) : nil
    }
}
