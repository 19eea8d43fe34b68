import Hardware
import Kernel
import Languages
import Storage

/// A job as IonQ's clients send it.
struct IonQSubmission: Decodable, Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case circuit = "ionq.circuit.v1"
        case circuits = "ionq.multi-circuit.v1"
        /// What circuits with measurements in their middle are sent as.
        case qasm3 = "ionq.qasm3.v1"
    }

    var kind: Kind
    var backend: String
    var shots: Int
    var name: String?
    var session: String?
    var metadata: [String: WireValue]
    var noise: [String: WireValue]
    var settings: [String: WireValue]
    var circuits: [IonQCircuit] = []
    /// Of `ionq.qasm3.v1`.
    var text: QASM?
    /// Whether gates are left as they are.
    private(set) var keepsGates = false
    /// A machine in place of a noise model, and the seed that goes with it.
    private(set) var noiseModel: String?
    private(set) var seed: UInt64?

    private static let fields = [
        "type", "backend", "shots", "name", "input", "session_id", "metadata", "noise", "settings", "dry_run", "lang",
    ]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        kind = try fields.word("type") ?? .circuit
        backend = try fields.required("backend")
        let written = try fields.nullable("shots", as: WireValue.self) ?? .null
        // cirq-ionq sends texts, and "None" for none.
        if written == .null || written == .text("None") {
            shots = 100
        } else if let number = written.whole, number > 0 {
            shots = number
        } else {
            throw fields.wrong("shots", "expected a whole number above 0")
        }
        name = try fields.nullable("name")
        session = try fields.nullable("session_id")
        metadata = try fields.nullable("metadata") ?? [:]
        noise = try fields.nullable("noise") ?? [:]
        settings = try fields.nullable("settings") ?? [:]
        if try fields.nullable("dry_run", as: Bool.self) == true {
            throw fields.wrong("dry_run", "Kelvin compiles a program when it runs it", cure: "leave dry_run out")
        }
        if let language = try fields.nullable("lang", as: String.self), language != "json" {
            throw fields.wrong("lang", "'\(language.clipped)' is not json")
        }
        switch kind {
        case .circuit, .circuits:
            circuits = try fields.required("input", as: IonQInput.self).circuits
            if circuits.count == 1, let name { circuits[0].name = name }
        case .qasm3: text = try fields.required("input")
        }
        try readNoise(fields)
        try readSettings(fields)
    }

    /// OpenQASM 3 as Qiskit writes it.
    struct QASM: Decodable, Sendable {
        var qubits: Int
        var data: String

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["qubits", "data"])
            qubits = try fields.nullable("qubits") ?? 0
            data = try fields.required("data")
        }
    }

    private mutating func readNoise(_ fields: Fields) throws {
        for (name, value) in noise.sorted(by: { $0.key < $1.key }) {
            switch (name, value) {
            case ("model", .null), ("model", .text("ideal")), ("seed", .null): break
            case ("model", .text(let model)): noiseModel = model
            case ("seed", let value):
                guard let number = value.whole, number >= 0 else {
                    throw fields.wrong("noise", "the seed is no whole number, 0 or above")
                }
                seed = UInt64(number)
            default: throw fields.wrong("noise", "there is no '\(name.clipped)' that Kelvin knows; known: model, seed")
            }
        }
    }

    private mutating func readSettings(_ fields: Fields) throws {
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard case .object(let members) = value, name == "error_mitigation" || name == "compilation" else {
                if value.isEmpty { continue }
                throw fields.wrong(
                    "settings", "'\(name.clipped)' is none of error_mitigation, compilation", cure: "leave it out")
            }
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                switch (name, key) {
                case ("error_mitigation", _):
                    // Off is what it is.
                    if value.isEmpty { continue }
                    throw fields.wrong(
                        "settings",
                        "error_mitigation.\(key.clipped) is IonQ's own averaging over symmetric circuits, which Kelvin does not have",
                        cure: "leave it out")
                case ("compilation", "service_version"): break
                case ("compilation", "opt"):
                    switch value {
                    case .integer(0), .number(0): keepsGates = true
                    case .integer(1), .number(1), .null: keepsGates = false
                    default: throw fields.wrong("settings", "compilation.opt is 0 or 1")
                    }
                default:
                    if value.isEmpty { continue }
                    throw fields.wrong(
                        "settings", "compilation.\(key.clipped) means nothing to Kelvin's compiler; known: opt",
                        cure: "leave it out")
                }
            }
        }
    }
}

/// What the door keeps of a job.
struct IonQRecord: Codable, Sendable {
    var type: String
    var backend: String
    var shots: Int
    var name: String?
    var session: String?
    var metadata: [String: WireValue]
    var noise: [String: WireValue]
    var settings: [String: WireValue]
    var qubits: Int
    var gatesOnOne: Int?
    var gatesOnMore: Int?
    /// Of a part: the whole, and its place in it.
    var parent: String?
    var block = 0
    /// Of a whole: its parts.
    var children: [String]?

    init(_ asked: IonQSubmission) {
        type = asked.kind.rawValue
        backend = asked.backend
        shots = asked.shots
        name = asked.name
        session = asked.session
        metadata = asked.metadata
        noise = asked.noise
        settings = asked.settings
        qubits = asked.circuits.map(\.qubits).max() ?? asked.text?.qubits ?? 0
        if !asked.circuits.isEmpty {
            gatesOnOne = asked.circuits.reduce(0) { $0 + $1.gateCounts.one }
            gatesOnMore = asked.circuits.reduce(0) { $0 + $1.gateCounts.more }
        }
    }

    init(_ record: DoorRecord) throws(KernelError) { self = try DocumentCoding.decode(record.bytes) }

    var bytes: [UInt8] { DocumentCoding.encode(self) }
}

extension Call {
    func submitIonQ(_ asked: IonQSubmission) async throws -> Answer {
        let machine = try ionQMachine(asked.backend, noise: asked.noiseModel)
        // Native gates on ions are what the machine does, on the ions that are named.
        let isNative = machine.description.modality == .trappedIon && asked.circuits.first?.gateSet == .native
        var blocks = try asked.circuits.map { try $0.block(namesSites: isNative) }
        if let text = asked.text {
            blocks.append(SubmissionDocument.Block(file: "program", text: text.data, dialect: .qiskit))
        }
        var document = SubmissionDocument(
            name: asked.name ?? "job", device: machine.id, blocks: blocks, shots: asked.shots,
            seed: asked.seed ?? seed(), mitigation: .none)
        if isNative { document.isCompiled = true } else if asked.keepsGates { document.keepsGates = true }
        let session = try asked.session.map { try ionQSessionToJoin($0, machine) }
        let job = try await submit(document, session: session?.kernelName)
        try session?.count(self)
        var kept = IonQRecord(asked)
        let id = Self.newUUID()
        if asked.kind == .circuits {
            kept.children = asked.circuits.map { _ in Self.newUUID() }
            for (k, (child, circuit)) in zip(kept.children ?? [], asked.circuits).enumerated() {
                var part = kept
                part.type = IonQSubmission.Kind.circuit.rawValue
                (part.parent, part.children, part.block) = (id, nil, k)
                (part.name, part.qubits, part.metadata) = (circuit.name, circuit.qubits, [:])
                (part.gatesOnOne, part.gatesOnMore) = (circuit.gateCounts.one, circuit.gateCounts.more)
                try keep(try newRecord("ionq", "job", child, job: job, bytes: part.bytes))
            }
        }
        try keep(try newRecord("ionq", "job", id, job: job, bytes: kept.bytes))
        struct Reply: Encodable {
            var id: String
            var status: String
            var session_id: String?
        }
        return .json(Reply(id: id, status: IonQDoor.status(job), session_id: asked.session))
    }
}
