import Circuits
import Kernel
import Languages

/// A circuit as IonQ's interface writes it (`ionq.circuit.v1`); Azure Quantum carries the same. All qubits are measured at
/// its end, qubit k into bit k of the register `c`.
struct IonQCircuit: Hashable, Sendable {
    enum GateSet: String, CaseIterable, Sendable {
        case qis, native
    }

    /// A bound for what is read; machines have their own.
    static let largestQubitCount = 4096

    var name: String
    var gateSet: GateSet
    var qubits: Int
    var lines: [IonQGate]

    /// The circuit with its measurements.
    func circuit() throws -> Circuit {
        guard (1...Self.largestQubitCount).contains(qubits) else {
            throw Problem(
                .badField, "input.qubits: \(qubits) is none of the numbers 1 to \(Self.largestQubitCount)")
        }
        var circuit = Circuit(name: name, qubitCount: qubits)
        for (k, line) in lines.enumerated() {
            do throws(IonQCircuitError) {
                switch gateSet {
                case .qis: try circuit.append(qis: line)
                case .native: try circuit.append(native: line)
                }
            } catch { throw Problem(.badField, "input.circuit[\(k)]: \(error.message)") }
        }
        circuit.measureAll()
        return circuit
    }

    /// The circuit as a part of a request.
    ///
    /// - Parameter namesSites: qubit k is site k of the machine.
    func block(namesSites: Bool = false) throws -> SubmissionDocument.Block {
        let circuit = try circuit()
        do throws(OpenQASMWriterError) {
            let writer = OpenQASMWriter(qubits: namesSites ? .physical : .registers)
            return SubmissionDocument.Block(file: "program", text: try writer.write(circuit))
        } catch { throw Problem(.fault, error.description) }
    }

    /// Gates on one qubit, and on more.
    var gateCounts: (one: Int, more: Int) {
        let more = lines.count { $0.targets.count + $0.controls.count > 1 && ($0.controls.count > 0 || $0.isPair) }
        return (lines.count - more, more)
    }
}

extension IonQGate {
    /// Whether it acts on its targets together.
    var isPair: Bool { ["swap", "xx", "yy", "zz", "ms", "pauliexp"].contains(gate) }
}

/// The input of a job: one circuit, or several.
struct IonQInput: Decodable, Sendable {
    var circuits: [IonQCircuit]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(
            decoder, known: ["format", "gateset", "qubits", "circuit", "circuits"])
        if let format = try fields.optional("format", as: String.self), format != "ionq.circuit.v0" {
            throw fields.wrong("format", "'\(format.clipped)' is not ionq.circuit.v0")
        }
        let gateSet: IonQCircuit.GateSet = try fields.word("gateset") ?? .qis
        let qubits: Int? = try fields.nullable("qubits")
        if let several = try fields.optional("circuits", as: [Part].self) {
            guard !fields.has("circuit") else { throw fields.wrong("circuit", "there are 'circuits' already") }
            guard (1...1000).contains(several.count) else { throw fields.wrong("circuits", "expected 1 to 1000") }
            circuits = several.map { part in
                IonQCircuit(
                    name: part.name ?? "circuit", gateSet: gateSet,
                    qubits: part.qubits ?? qubits ?? Self.width(part.circuit), lines: part.circuit)
            }
            return
        }
        let lines: [IonQGate] = try fields.required("circuit")
        circuits = [
            IonQCircuit(name: "circuit", gateSet: gateSet, qubits: qubits ?? Self.width(lines), lines: lines)
        ]
    }

    private static func width(_ lines: [IonQGate]) -> Int {
        (lines.lazy.flatMap { $0.targets + $0.controls }.max() ?? 0) &+ 1
    }

    private struct Part: Decodable {
        var name: String?
        var qubits: Int?
        var circuit: [IonQGate]

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["name", "qubits", "circuit"])
            name = try fields.nullable("name")
            qubits = try fields.nullable("qubits")
            circuit = try fields.required("circuit")
        }
    }
}
