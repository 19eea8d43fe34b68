import HTTPTypes
import Kernel
import Languages
import Storage

/// What is uploaded.
struct OQTOPUSInput: Codable {
    struct Term: Codable {
        var pauli: String
        var coeff: Double?
    }

    var program: [String]?
    var `operator`: [Term]?

    /// The operator as Kelvin writes observables: `0.5*X0 X1 - 2`.
    func observable() throws -> String {
        guard let terms = self.operator, !terms.isEmpty else {
            throw Problem(.badField, "the input has no operator", cure: "estimation needs one")
        }
        return try terms.enumerated().map { place, term in
            let weight = term.coeff ?? 1
            guard weight.isFinite else { throw Problem(.badField, "operator[\(place)].coeff: expected a number") }
            let letters = term.pauli.split(separator: " ").filter { $0 != "I" }.joined(separator: " ")
            let sign = weight < 0 ? "-" : place == 0 ? "" : "+"
            return "\(sign) \(abs(weight))\(letters.isEmpty ? "" : "*\(letters)")"
        }.joined(separator: " ")
    }
}

/// What the door keeps of a job.
struct OQTOPUSRecord: Codable {
    /// What an upload has to bring along; nil once it did.
    var signature: String?
    var input: OQTOPUSInput?
    var asked: OQTOPUSSubmission?

    init(signature: String) { self.signature = signature }

    init(_ record: DoorRecord) throws(KernelError) { self = try DocumentCoding.decode(record.bytes) }

    var bytes: [UInt8] { DocumentCoding.encode(self) }
}

/// What a registered job is submitted with.
struct OQTOPUSSubmission: Codable {
    enum Kind: String, Codable, CaseIterable {
        case sampling, estimation
        case several = "multi_manual"
    }

    var name: String?
    var description: String?
    var device: String
    var kind: Kind
    var shots: Int
    var transpiler: [String: WireValue]
    var simulator: [String: WireValue]
    var mitigation: [String: WireValue]
    /// Whether gates are left as they are.
    var keepsGates = false
    var seed: UInt64?
    var correctsReadout = false
    /// Whether the client asked that nothing is compiled.
    var isVerbatim = false

    init(from decoder: any Decoder) throws {
        // As it is kept.
        if let own = try? decoder.container(keyedBy: AnyKey.self), own.contains(AnyKey("kind")) {
            name = try own.decodeIfPresent(String.self, forKey: AnyKey("name"))
            description = try own.decodeIfPresent(String.self, forKey: AnyKey("description"))
            device = try own.decode(String.self, forKey: AnyKey("device"))
            kind = try own.decode(Kind.self, forKey: AnyKey("kind"))
            shots = try own.decode(Int.self, forKey: AnyKey("shots"))
            transpiler = try own.decode([String: WireValue].self, forKey: AnyKey("transpiler"))
            simulator = try own.decode([String: WireValue].self, forKey: AnyKey("simulator"))
            mitigation = try own.decode([String: WireValue].self, forKey: AnyKey("mitigation"))
            return
        }
        let fields = try Fields(
            decoder,
            known: [
                "name", "description", "device_id", "job_type", "shots", "transpiler_info", "simulator_info",
                "mitigation_info",
            ])
        name = try fields.nullable("name")
        description = try fields.nullable("description")
        device = try fields.required("device_id")
        let type: String = try fields.required("job_type")
        guard let kind = Kind(rawValue: type) else {
            throw fields.wrong(
                "job_type", "'\(type.clipped)' is none of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))",
                cure: "Kelvin runs no Python of its users")
        }
        self.kind = kind
        shots = try fields.required("shots")
        guard shots > 0 else { throw fields.wrong("shots", "expected a whole number above 0") }
        transpiler = try fields.nullable("transpiler_info") ?? [:]
        simulator = try fields.nullable("simulator_info") ?? [:]
        mitigation = try fields.nullable("mitigation_info") ?? [:]
        try readOptions(fields)
    }

    private mutating func readOptions(_ fields: Fields) throws {
        for (name, value) in transpiler.sorted(by: { $0.key < $1.key }) {
            switch (name, value) {
            case ("transpiler_lib", .null): isVerbatim = true
            // Whose compiler it is does not change what a program means: it is Kelvin's.
            case ("transpiler_lib", .text), ("transpiler_options", .null): break
            case ("transpiler_options", .object(let options)):
                for (option, value) in options.sorted(by: { $0.key < $1.key }) where value != .null {
                    guard option == "optimization_level", let level = value.whole, (0...3).contains(level) else {
                        throw fields.wrong(
                            "transpiler_info",
                            "transpiler_options.\(option.clipped) means nothing to Kelvin's compiler",
                            cure: "known: optimization_level, 0 to 3")
                    }
                    keepsGates = level == 0
                }
            default:
                if value.isEmpty { continue }
                throw fields.wrong("transpiler_info", "'\(name.clipped)' is what Kelvin does not have")
            }
        }
        for (name, value) in simulator.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            guard name == "seed" || name == "seed_simulator", let number = value.whole, number >= 0 else {
                throw fields.wrong(
                    "simulator_info", "'\(name.clipped)' is what Kelvin does not have", cure: "known: seed")
            }
            seed = UInt64(number)
        }
        for (name, value) in mitigation.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            guard name == "ro_error_mitigation" || name == "readout" else {
                throw fields.wrong("mitigation_info", "'\(name.clipped)' is what Kelvin does not have")
            }
            guard kind == .estimation else {
                throw fields.wrong(
                    "mitigation_info", "counts are given out as they were read; '\(name)' works with estimation")
            }
            correctsReadout = true
        }
    }
}

extension Call {
    func registerOQTOPUS() throws -> Answer {
        struct Reply: Encodable {
            struct Link: Encodable {
                struct Fields: Encodable {
                    var key: String
                    var AWSAccessKeyId = "kelvin"
                    var policy = "kelvin"
                    var signature: String
                }
                var url: String
                var fields: Fields
            }
            var job_id: String
            var presigned_url: Link
        }
        let id = Self.newUUID(), signature = Self.newUUID() + Self.newUUID()
        try keep(newRecord("oqtopus", "job", id, bytes: OQTOPUSRecord(signature: signature).bytes))
        let host = request.authority ?? ""
        return .json(
            Reply(
                job_id: id,
                presigned_url: .init(
                    url: "\(request.scheme ?? "http")://\(host)/oqtopus/upload",
                    fields: .init(key: "\(id)/input.zip", signature: signature))))
    }

    func uploadOQTOPUS() throws -> Answer {
        let form = try FormParts(body, request)
        let refused = Problem(.forbidden, "the upload is signed by nobody", cure: "register a job and use its link")
        guard let key = form.text("key"), key.hasSuffix("/input.zip"), let signature = form.text("signature"),
            let file = form.parts["file"]
        else { throw refused }
        let id = String(key.dropLast("/input.zip".count))
        let found = try service.accounts.readAccounts { store throws(KernelError) in
            try store.record("oqtopus", "job", id)
        }
        guard var record = found else { throw refused }
        var kept = try OQTOPUSRecord(record)
        guard let wanted = kept.signature,
            Secrets.fingerprint(Array(wanted.utf8)) == Secrets.fingerprint(Array(signature.utf8))
        else { throw refused }
        let text = try ZipArchive.onlyFile(file, limit: OQTOPUSDoor.inputLimit)
        // What is in the archive is JSON whatever the form is.
        var plain = request
        plain.headerFields[.contentType] = nil
        kept.input = try JSONBody.decode(OQTOPUSInput.self, from: text, plain)
        kept.signature = nil
        record.bytes = kept.bytes
        try keep(record)
        return Answer(.noContent)
    }

    func submitOQTOPUS() async throws -> Answer {
        var record = try record
        var kept = try OQTOPUSRecord(record)
        let asked: OQTOPUSSubmission = try decoded()
        guard record.job == nil else { throw Problem(.badRequest, "\(record.name) was submitted already") }
        guard let input = kept.input, let programs = input.program, !programs.isEmpty else {
            throw Problem(.badRequest, "\(record.name) has no programs", cure: "upload its input first")
        }
        let machine = try offered(asked.device)
        if asked.isVerbatim, !machine.isSimulator {
            throw Problem(
                .badField,
                "body.transpiler_info: transpiler_lib is null, and programs for \(machine.id) have to be compiled",
                cure: "leave transpiler_info out")
        }
        guard asked.kind == .several || programs.count == 1 else {
            throw Problem(.badField, "\(asked.kind.rawValue) takes one program, \(programs.count) were uploaded")
        }
        guard programs.count <= 1000 else { throw Problem(.badField, "at most 1000 programs") }
        var observables: [String]?
        if asked.kind == .estimation { observables = [try input.observable()] }
        var document = SubmissionDocument(
            name: asked.name ?? "job", device: machine.id,
            blocks: programs.map {
                SubmissionDocument.Block(file: "program", text: $0, observables: observables, dialect: .oqtopus)
            }, shots: asked.shots, seed: asked.seed ?? seed(), mitigation: asked.correctsReadout ? .readout : .none)
        if asked.keepsGates { document.keepsGates = true }
        let job = try await submit(document)
        kept.asked = asked
        record.job = job.job
        record.bytes = kept.bytes
        try keep(record)
        struct Reply: Encodable {
            var message = "submitted"
            var job_id: String
        }
        return .json(Reply(job_id: record.name))
    }
}
