import Circuits

/// IBM's backend configuration and properties: `conf_<id>.json` and `props_<id>.json`, as qiskit-ibm-runtime reads them.
struct IBMExporter {
    private let file: DeviceFile
    private let calibration: Calibration
    private let couplings: [Coupling]
    private var description: DeviceDescription { file.description }

    init(_ file: DeviceFile) throws(DeviceError) {
        self.file = file
        (calibration, couplings) = try DeviceExport.placed(file)
    }

    func export() -> DeviceExport {
        DeviceExport(
            documents: [
                .init(fileName: "conf_\(description.id).json", text: configuration.prettyText),
                .init(fileName: "props_\(description.id).json", text: properties.prettyText),
            ], warnings: warnings)
    }

    private var warnings: [String] {
        var result: [String] = []
        if description.timing.feedbackLatency.value > 0 {
            result.append("the form has no place for the feedback latency: left out")
        }
        if calibration.sites.contains(where: { $0.resetError != nil }) {
            result.append("the form has no place for the error of a reset: left out")
        }
        return result
    }

    private func pairs(_ list: [Coupling]) -> JSONNode {
        .list(list.map { .list([.integer($0.first.index), .integer($0.second.index)]) })
    }

    private var configuration: JSONNode {
        let d = description
        let gates = d.nativeGates.map { native -> JSONNode in
            let places: [JSONNode] =
                native.gate.qubitCount == 1
                ? d.sites.map { .list([.integer($0.index)]) }
                : calibration.gates.filter { $0.gate == native.gate }.map {
                    .list($0.sites.map { .integer($0.index) })
                }
            let parameters = (0..<native.gate.parameterCount).map { "theta\($0)" }
            let formal = native.gate.parameterCount == 0 ? "" : "(\(parameters.joined(separator: ",")))"
            let operands = (0..<native.gate.qubitCount).map { "q\($0)" }.joined(separator: ",")
            return .object([
                ("name", .text(native.gate.name)), ("parameters", .list(parameters.map { .text($0) })),
                ("qasm_def", .text("gate \(native.gate.name)\(formal) \(operands) { }")),
                ("coupling_map", .list(places)),
            ])
        }
        var instructions = d.nativeGates.map { $0.gate.name } + ["measure", "delay"]
        if d.abilities.reset { instructions.append("reset") }
        if d.abilities.feedForward { instructions += ["if_else", "while_loop", "for_loop", "switch_case"] }
        var members: [(String, JSONNode)] = [
            ("backend_name", .text(d.id)), ("backend_version", .text("1.0.0")), ("n_qubits", .integer(d.siteCount)),
            ("basis_gates", .list(d.nativeGates.map { .text($0.gate.name) })), ("gates", .list(gates)),
            ("local", .flag(false)), ("simulator", .flag(d.modality == .simulator)),
            ("conditional", .flag(d.abilities.feedForward)), ("open_pulse", .flag(false)), ("memory", .flag(true)),
            ("max_shots", .integer(d.abilities.maxShots)), ("coupling_map", pairs(couplings)),
            ("description", .text("\(d.name). \(d.source)")),
            ("supported_instructions", .list(instructions.map { .text($0) })),
            (
                "timing_constraints",
                .object([
                    ("granularity", .integer(d.timing.granularity)),
                    ("acquire_alignment", .integer(d.timing.acquireAlignment)), ("min_length", .integer(1)),
                    ("pulse_alignment", .integer(1)),
                ])
            ),
            ("default_rep_delay", .number(ForeignUnits.scaled(d.timing.repetitionDelay.value, exponent: 6))),
            (
                "rep_delay_range",
                .list([.integer(0), .number(ForeignUnits.scaled(d.timing.repetitionDelay.value, exponent: 6) * 2)])
            ),
            ("processor_type", .object([("family", .text(d.vendor)), ("revision", .text("1"))])),
        ]
        if d.timing.dt.value > 0 {
            members.append(("dt", .number(ForeignUnits.scaled(d.timing.dt.value, exponent: 9))))
        }
        if !d.coordinates.isEmpty {
            members.append(("coords", .list(d.coordinates.map { .list([.number($0.column), .number($0.row)]) })))
        }
        return .object(members)
    }

    private func parameter(_ name: String, _ value: Double, unit: String, exponent: Int) -> JSONNode {
        .object([
            ("date", .text(calibration.timestampText)), ("name", .text(name)), ("unit", .text(unit)),
            ("value", .number(ForeignUnits.scaled(value, exponent: exponent))),
        ])
    }

    private var properties: JSONNode {
        let qubits = calibration.sites.map { site -> JSONNode in
            var list: [JSONNode] = []
            if let t1 = site.t1 { list.append(parameter("T1", t1.value, unit: "us", exponent: 6)) }
            if let t2 = site.t2 { list.append(parameter("T2", t2.value, unit: "us", exponent: 6)) }
            if let frequency = site.frequency {
                list.append(parameter("frequency", frequency, unit: "GHz", exponent: -9))
            }
            if let readout = site.readout {
                let isDead = !site.isOperational
                list.append(parameter("readout_error", isDead ? 1 : readout.error, unit: "", exponent: 0))
                list.append(parameter("prob_meas0_prep1", readout.falseZero, unit: "", exponent: 0))
                list.append(parameter("prob_meas1_prep0", readout.falseOne, unit: "", exponent: 0))
                list.append(parameter("readout_length", readout.duration.value, unit: "ns", exponent: 9))
            } else {
                list.append(parameter("readout_error", 1, unit: "", exponent: 0))
            }
            return .list(list)
        }
        var gates: [JSONNode] = []
        func entry(_ name: String, _ sites: [Site], _ parameters: [JSONNode]) {
            gates.append(
                .object([
                    ("gate", .text(name)), ("name", .text(name + sites.map { "\($0.index)" }.joined(separator: "_"))),
                    ("parameters", .list(parameters)), ("qubits", .list(sites.map { .integer($0.index) })),
                ]))
        }
        for figures in calibration.gates {
            entry(
                figures.gate.name, figures.sites,
                [
                    parameter("gate_error", figures.error, unit: "", exponent: 0),
                    parameter("gate_length", figures.duration.value, unit: "ns", exponent: 9),
                ])
        }
        for native in description.nativeGates where native.isVirtual && native.gate.qubitCount == 1 {
            for site in description.sites {
                entry(
                    native.gate.name, [site],
                    [
                        parameter("gate_error", 0, unit: "", exponent: 0),
                        parameter("gate_length", 0, unit: "ns", exponent: 0),
                    ])
            }
        }
        for (k, site) in calibration.sites.enumerated() {
            guard let duration = site.resetDuration else { continue }
            entry("reset", [Site(k)], [parameter("gate_length", duration.value, unit: "ns", exponent: 9)])
        }
        return .object([
            ("backend_name", .text(description.id)), ("backend_version", .text("1.0.0")),
            ("last_update_date", .text(calibration.timestampText)), ("qubits", .list(qubits)), ("gates", .list(gates)),
            ("general", .list([])),
        ])
    }
}
