import Circuits
import Kernel
import Languages

/// A circuit as AQT's interfaces write it: angles in units of π, one measurement of all ions at the end.
struct AQTCircuit: Decodable {
    var repetitions: Int
    var ions: Int
    private var operations: [Operation]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["repetitions", "quantum_circuit", "number_of_qubits"])
        repetitions = try fields.required("repetitions")
        guard repetitions > 0 else { throw fields.wrong("repetitions", "expected a whole number above 0") }
        ions = try fields.required("number_of_qubits")
        guard (1...4096).contains(ions) else { throw fields.wrong("number_of_qubits", "expected 1 to 4096") }
        operations = try fields.required("quantum_circuit")
        guard operations.last?.name == "MEASURE", operations.dropLast().allSatisfy({ $0.name != "MEASURE" }) else {
            throw fields.wrong("quantum_circuit", "there is exactly one MEASURE, at the end")
        }
    }

    private struct Operation: Decodable {
        var name: String
        var ions: [Int]
        var theta: Double?
        var phi: Double?

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["operation", "qubit", "qubits", "theta", "phi"])
            name = try fields.required("operation")
            let members: [String]
            switch name {
            case "R": members = ["qubit", "theta", "phi"]
            case "RZ": members = ["qubit", "phi"]
            case "RXX": members = ["qubits", "theta"]
            case "MEASURE": members = []
            default: throw fields.wrong("operation", "'\(name.clipped)' is none of R, RZ, RXX, MEASURE")
            }
            for member in ["qubit", "qubits", "theta", "phi"] where fields.has(member) != members.contains(member) {
                throw fields.wrong(member, members.contains(member) ? "missing" : "\(name) has none")
            }
            ions = try fields.optional("qubit").map { [$0] } ?? fields.optional("qubits") ?? []
            theta = try fields.optional("theta")
            phi = try fields.optional("phi")
            for (member, angle) in [("theta", theta), ("phi", phi)] {
                if let angle, !(abs(angle) <= 1e6) { throw fields.wrong(member, "out of range") }
            }
        }
    }

    /// The circuit as a part of a request.
    ///
    /// - Parameter namesSites: qubit k is site k of the machine.
    func block(namesSites: Bool) throws -> SubmissionDocument.Block {
        var circuit = Circuit(name: "circuit", qubitCount: ions)
        for (k, operation) in operations.enumerated() where operation.name != "MEASURE" {
            let count = operation.name == "RXX" ? 2 : 1
            guard operation.ions.count == count, Set(operation.ions).count == count,
                operation.ions.allSatisfy({ (0..<ions).contains($0) })
            else {
                throw Problem(
                    .badField,
                    "quantum_circuit[\(k)]: \(operation.name) acts on \(count) of the ions 0 to \(ions - 1)")
            }
            var theta = Double.pi * (operation.theta ?? 0), phi = Double.pi * (operation.phi ?? 0)
            switch operation.name {
            case "R":
                // The same rotation with an angle that machines take.
                if theta < 0 { (theta, phi) = (-theta, phi + .pi) }
                circuit.append(.r, operation.ions, [theta, phi.remainder(dividingBy: 2 * .pi)])
            case "RZ": circuit.append(.rz, operation.ions, [phi])
            default: circuit.append(.rxx, operation.ions, [theta])
            }
        }
        circuit.measureAll()
        do throws(OpenQASMWriterError) {
            let writer = OpenQASMWriter(qubits: namesSites ? .physical : .registers)
            return SubmissionDocument.Block(file: "program", text: try writer.write(circuit))
        } catch { throw Problem(.fault, error.description) }
    }
}
