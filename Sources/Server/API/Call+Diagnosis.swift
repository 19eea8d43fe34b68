import Circuits
import Languages

extension Call {
    /// What is wrong with a program, and its picture where nothing is: what `kelvin check` says, for editors in a browser.
    func diagnose(_ body: DiagnosisBody) -> DiagnosisDocument {
        let outcome = OpenQASM.check(
            SourceText(name: body.name ?? "program", body.program), dialect: body.dialect ?? .openQASM, includes: nil)
        return DiagnosisDocument(
            diagnosis: DiagnosticDocument.File(outcome.diagnostics, in: outcome.source),
            circuit: outcome.circuit.map(DiagnosisDocument.Picture.init))
    }
}

struct DiagnosisBody: Decodable {
    var program: String
    var name: String?
    var dialect: Dialect?

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["program", "name", "dialect"])
        program = try fields.required("program")
        name = try fields.optional("name")
        dialect = try fields.word("dialect")
    }
}

struct DiagnosisDocument: Encodable {
    var diagnosis: DiagnosticDocument.File
    /// Left out where the program is wrong.
    var circuit: Picture?

    struct Picture: Encodable {
        var qubits: Int
        var bits: Int
        var instructions: Int
        /// Left out for what would fill more than a screen or two.
        var drawing: String?

        /// Nobody reads a drawing of more instructions, or on more qubits.
        static let mostInstructions = 2_000, mostQubits = 64

        init(_ circuit: Circuit) {
            qubits = circuit.qubitCount
            bits = circuit.bitCount
            instructions = circuit.body.count
            let isSmall = instructions <= Self.mostInstructions && qubits <= Self.mostQubits
            drawing = isSmall ? circuit.drawing(width: 110) : nil
        }
    }
}
