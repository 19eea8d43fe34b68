import Foundation
import HTTPTypes
import Circuits
import Drivers
import Hardware
import Kernel
import Storage

// Machines as IBM's backends.
extension IBM {
    static let deviceRoutes: [Route] = [
        Route(.get, base + "/backends", "listBackends", .anyone(.read)) { call in
            try call.checkQuery("include_mocks", "fields")
            let machines = try call.offered().map { summary($0, queue: try call.queueLength(of: $0.id)) }
            return .node(.object([("devices", .list(machines))]))
        },
        Route(.get, base + "/backends/{backend}/configuration", "getBackendConfiguration", .anyone(.read)) { call in
            try call.checkQuery("calibration_id")
            return .node(try configuration(try call.backendFile()))
        },
        Route(.get, base + "/backends/{backend}/properties", "getBackendProperties", .anyone(.read)) { call in
            try call.checkQuery("calibration_id", "updated_before")
            let file = try call.backendFile()
            if file.description.modality == .simulator { return .node(.object([])) }
            return .node(try document(file, 1))
        },
        Route(.get, base + "/backends/{backend}/status", "getBackendStatus", .anyone(.read)) { call in
            try call.checkQuery()
            let machine = try call.offered(try call.parameter("backend"))
            return .node(
                .object([
                    ("state", .flag(machine.takesJobs)),
                    ("status", .text(machine.takesJobs ? "active" : machine.status.name)),
                    ("message", .text(note(machine))), ("length_queue", .integer(try call.queueLength(of: machine.id))),
                    ("backend_version", .text("1.0.0")), ("backend_name", .text(machine.id)),
                ]))
        },
    ]

    private static func note(_ machine: OfferedMachine) -> String {
        (machine.status.reason ?? "available") + (machine.description.isEmulated ? ", emulated" : "")
    }

    private static func summary(_ machine: OfferedMachine, queue: Int) -> JSONNode {
        .object([
            ("name", .text(machine.id)), ("qubits", .integer(machine.description.siteCount)),
            (
                "status",
                .object([
                    ("name", .text(machine.takesJobs ? "online" : "offline")), ("reason", .text(note(machine))),
                ])
            ),
            ("queue_length", .integer(queue)), ("is_simulator", .flag(machine.isSimulator)),
            ("processor_type", processor(machine.description)),
        ])
    }

    private static func processor(_ description: DeviceDescription) -> JSONNode {
        .object([
            ("family", .text(description.vendor)),
            ("revision", .text(description.isEmulated ? "emulated" : "1")),
        ])
    }

    /// Simulators take any circuit; machines are told of as they are.
    private static func configuration(_ file: DeviceFile) throws -> JSONNode {
        let description = file.description
        var fields: [(String, JSONNode)]
        if description.modality == .simulator {
            let control = ["if_else", "while_loop", "for_loop", "switch_case"]
            fields = [
                ("backend_name", .text(description.id)), ("backend_version", .text("1.0.0")),
                ("n_qubits", .integer(description.siteCount)),
                ("basis_gates", .list(namedGates.map { .text($0) })), ("gates", .list([])), ("local", .flag(false)),
                ("simulator", .flag(true)), ("conditional", .flag(true)), ("open_pulse", .flag(false)),
                ("memory", .flag(true)), ("coupling_map", .null),
                ("max_shots", .integer(description.abilities.maxShots)),
                ("supported_instructions", .list((["measure", "reset", "delay"] + control).map { .text($0) })),
                ("description", .text("\(description.name). \(description.source)")),
            ]
        } else {
            guard case .object(let members) = try document(file, 0).kind else {
                throw Problem(.fault, "the configuration of \(description.id) is no object")
            }
            fields = members.filter { !["description", "processor_type"].contains($0.key) }.map { ($0.key, $0.value) }
            let note = description.isEmulated ? "Emulated by Kelvin: " : ""
            fields.append(("description", .text("\(note)\(description.name). \(description.source)")))
        }
        fields += [
            ("processor_type", processor(description)), ("online_date", .text(Timestamp.text(from: 0))),
            ("max_experiments", .integer(10_000)), ("calibration_id", .text(file.calibration.id)),
            ("supported_features", .list([.text("qasm3")])),
        ]
        return .object(fields)
    }

    /// Gates that `get_standard_gate_name_mapping` of Qiskit knows by these names.
    private static let namedGates = StandardGate.allCases.filter {
        ![.gphase, .u2, .c3x, .c3sx, .rc3x, .c4x].contains($0)
    }.map(\.name)

    /// One of the two documents of a machine.
    private static func document(_ file: DeviceFile, _ place: Int) throws -> JSONNode {
        let text: String
        do throws(DeviceError) {
            text = try DeviceExport(file.withFixedGates, format: .ibm).documents[place].text
        } catch { throw KernelError(error) }
        return try JSONNode.body(Array(text.utf8))
    }
}

extension Call {
    /// The machine of the path with its figures of now, or of the time or version asked for.
    fileprivate func backendFile() throws -> DeviceFile {
        let machine = try offered(try parameter("backend"))
        var file = DeviceFile(description: machine.description, calibration: machine.calibration)
        let id = try query("calibration_id")
        let time = try query("updated_before").map { text in
            guard let time = IBM.time(text) else {
                throw Problem(.badRequest, "updated_before=\(text.clipped): expected a time in ISO 8601")
            }
            return time
        }
        if id == nil && time == nil || id == file.calibration.id { return file }
        let history = try? service.machines.catalog.history(of: machine.id)
        let found = id.map { history?.calibration(id: $0) } ?? time.map { history?.calibration(at: $0) } ?? nil
        guard let found else {
            throw Problem(.notFound, "\(machine.id) has no calibration \(id ?? "of before that time")")
        }
        file.calibration = found
        return file
    }
}

extension Answer {
    static func node(_ node: JSONNode, _ status: HTTPResponse.Status = .ok) -> Answer {
        .bytes(Array(node.compactText.utf8), status)
    }
}
