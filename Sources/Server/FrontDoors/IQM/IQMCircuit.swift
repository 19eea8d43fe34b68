import Circuits
import Hardware
import Kernel
import Languages

/// What iqm-client sends: circuits of native gates on named qubits, and options.
struct IQMSubmission: Decodable {
    var circuits: [IQMCircuit]
    var shots: Int
    var calibration: String?
    /// Physical name of each logical one.
    var mapping: [String: String] = [:]

    private static let fields = [
        "circuits", "shots", "calibration_set_id", "qubit_mapping", "max_circuit_duration_over_t2", "heralding_mode",
        "move_gate_validation", "move_validation_mode", "move_gate_frame_tracking", "move_gate_frame_tracking_mode",
        "active_reset_cycles", "dd_mode", "dd_strategy", "custom_settings",
    ]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        circuits = try fields.required("circuits")
        guard (1...1000).contains(circuits.count) else { throw fields.wrong("circuits", "expected 1 to 1000") }
        shots = try fields.optional("shots") ?? 1
        guard shots > 0 else { throw fields.wrong("shots", "expected a whole number above 0") }
        calibration = try fields.nullable("calibration_set_id")
        for pair in try fields.nullable("qubit_mapping", as: [[String: String]].self) ?? [] {
            guard let logical = pair["logical_name"], let physical = pair["physical_name"] else {
                throw fields.wrong("qubit_mapping", "expected logical_name and physical_name in each")
            }
            guard mapping.updateValue(physical, forKey: logical) == nil else {
                throw fields.wrong("qubit_mapping", "'\(logical.clipped)' occurs twice")
            }
        }
        guard Set(mapping.values).count == mapping.count else {
            throw fields.wrong("qubit_mapping", "two logical qubits have one physical qubit")
        }
        // Moves need a resonator, which no machine here has: how they are checked and tracked makes no difference.
        for (name, idle) in [("heralding_mode", "none"), ("dd_mode", "disabled")] {
            let word = try fields.nullable(name, as: String.self) ?? idle
            guard word == idle else {
                throw fields.wrong(name, "'\(word.clipped)' is what Kelvin does not have", cure: "use '\(idle)'")
            }
        }
        for name in ["max_circuit_duration_over_t2", "active_reset_cycles", "dd_strategy", "custom_settings"]
        where try fields.nullable(name, as: WireValue.self) ?? .null != .null {
            throw fields.wrong(name, "Kelvin does not have it", cure: "leave it out")
        }
    }
}

/// A circuit of IQM's gates: angles in radians, older clients in turns.
struct IQMCircuit: Decodable {
    struct Instruction: Decodable {
        var name: String
        var locus: [String]
        var arguments: [String: WireValue]

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["name", "locus", "qubits", "args", "implementation"])
            name = try fields.required("name")
            locus = try fields.nullable("locus") ?? fields.required("qubits")
            arguments = try fields.nullable("args") ?? [:]
            if let implementation = try fields.nullable("implementation", as: String.self),
                !["drag_gaussian", "tgss", "constant"].contains(implementation)
            {
                throw fields.wrong("implementation", "there is no '\(implementation.clipped)' here")
            }
        }
    }

    var name: String
    var instructions: [Instruction]

    init(from decoder: any Decoder) throws {
        guard (try? decoder.singleValueContainer().decode(String.self)) == nil else {
            throw Problem(
                .badField, "\(JSONBody.path(decoder.codingPath)): QIR is not read here", cure: "send circuits")
        }
        let fields = try Fields(decoder, known: ["name", "instructions", "metadata"])
        name = try fields.nullable("name") ?? "circuit"
        instructions = try fields.required("instructions")
    }

    /// The block of a request, and the bits of each measurement by its key, in the order of its qubits.
    func block(
        _ machine: OfferedMachine, _ mapping: [String: String], place: Int
    ) throws -> (SubmissionDocument.Block, keys: [IQMRecord.Key]) {
        var keys: [IQMRecord.Key] = []
        var count = 0
        for instruction in instructions where ["measure", "measurement"].contains(instruction.name) {
            guard let key = instruction.arguments["key"]?.text, !keys.contains(where: { $0.name == key }) else {
                throw Problem(.badField, "circuits[\(place)]: each measurement has a key of its own")
            }
            keys.append(.init(name: key, start: count, count: instruction.locus.count))
            count += instruction.locus.count
        }
        let width = machine.description.siteCount
        var circuit = Circuit(name: name, qubitCount: width)
        if count > 0 { circuit.addBitRegister("m", count: count) }
        var bit = 0
        for (k, instruction) in instructions.enumerated() {
            func wrong(_ message: String) -> Problem {
                Problem(.badField, "circuits[\(place)].instructions[\(k)]: \(message)")
            }
            let sites = try instruction.locus.map { logical in
                let name = mapping[logical] ?? logical
                guard name.hasPrefix("QB"), let number = Int(name.dropFirst(2)), (1...width).contains(number),
                    machine.isOperational(number - 1)
                else { throw wrong("\(machine.id) has no qubit '\(name.clipped)' that works") }
                return number - 1
            }
            guard Set(sites).count == sites.count else { throw wrong("a qubit occurs twice") }
            func number(_ name: String, turns: String) throws -> Double {
                let radians = instruction.arguments[name]?.number, old = instruction.arguments[turns]?.number
                guard let value = radians ?? old.map({ $0 * 2 * .pi }), abs(value) <= 1e6 else {
                    throw wrong("\(instruction.name) has no number '\(name)'")
                }
                return value
            }
            func arguments(_ known: String..., sites count: Int?) throws {
                if let stranger = instruction.arguments.keys.sorted().first(where: { !known.contains($0) }) {
                    throw wrong("\(instruction.name) has no argument '\(stranger.clipped)'")
                }
                if let count, sites.count != count { throw wrong("\(instruction.name) acts on \(count) qubits") }
            }
            switch instruction.name {
            case "prx", "phased_rx":
                try arguments("angle", "phase", "angle_t", "phase_t", sites: 1)
                circuit.append(
                    .r, sites, [try number("angle", turns: "angle_t"), try number("phase", turns: "phase_t")])
            case "cz":
                try arguments(sites: 2)
                guard let (a, b) = machine.iqmPair(sites[0], sites[1]) else {
                    throw wrong("\(machine.id) has no cz on \(instruction.locus.joined(separator: ", "))")
                }
                circuit.append(.cz, [a, b])
            case "measure", "measurement":
                try arguments("key", sites: nil)
                for site in sites {
                    circuit.measure(site, into: bit)
                    bit += 1
                }
            case "barrier":
                try arguments(sites: nil)
                if !sites.isEmpty { circuit.barrier(sites) }
            case "reset":
                try arguments(sites: nil)
                for site in sites { circuit.reset(site) }
            default: throw wrong("'\(instruction.name.clipped)' is none of prx, cz, measure, reset, barrier")
            }
        }
        do throws(OpenQASMWriterError) {
            let text = try OpenQASMWriter(qubits: .physical).write(circuit)
            return (SubmissionDocument.Block(file: "program", text: text), keys)
        } catch { throw Problem(.fault, error.description) }
    }
}
