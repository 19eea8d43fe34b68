import Circuits

/// Amazon Braket's device capabilities, with the standardised figures of schema 1.
///
/// Braket has a schema a vendor; that of IQM is the one whose parts are all generic, so it carries machines of any vendor.
struct BraketExporter {
    private let file: DeviceFile
    private let calibration: Calibration
    private let couplings: [Coupling]
    private var description: DeviceDescription { file.description }

    init(_ file: DeviceFile) throws(DeviceError) {
        self.file = file
        (calibration, couplings) = try DeviceExport.placed(file)
    }

    private static let names: [StandardGate: String] = [
        .cx: "cnot", .id: "i", .sx: "v", .sxdg: "vi", .sdg: "si", .tdg: "ti", .p: "phaseshift", .r: "prx", .rxx: "xx",
        .ryy: "yy", .rzz: "zz", .cp: "cphaseshift", .ccx: "ccnot", .xxPlusYY: "xy", .u: "u",
    ]

    static func name(_ gate: StandardGate) -> String { names[gate] ?? gate.name }

    func export() -> DeviceExport {
        var warnings = ["the form has no durations of gates, and no angle ranges: left out"]
        if calibration.sites.contains(where: { $0.t1 == nil || $0.t2 == nil }) {
            warnings.append("the form demands T1 and T2 of a qubit: those of other sites are left out")
        }
        if calibration.sites.contains(where: { $0.readout.map { $0.falseOne != $0.falseZero } ?? false }) {
            warnings.append("the form has one readout fidelity a qubit: the mean of the two errors stands there")
        }
        return DeviceExport(
            documents: [.init(fileName: "\(description.id).braket.json", text: capabilities.prettyText)],
            warnings: warnings)
    }

    private func header(_ name: String, _ version: String = "1") -> (String, JSONNode) {
        (
            "braketSchemaHeader",
            .object([("name", .text("braket.device_schema.\(name)")), ("version", .text(version))])
        )
    }

    private var capabilities: JSONNode {
        let names = description.nativeGates.map { JSONNode.text(Self.name($0.gate)) }
        var graph: [Int: [Int]] = [:]
        for coupling in couplings { graph[coupling.first.index, default: []].append(coupling.second.index) }
        let connectivity = description.connectivity == .all
        return .object([
            header("iqm.iqm_device_capabilities"),
            (
                "service",
                .object([
                    header("device_service_properties"),
                    (
                        "executionWindows",
                        .list([
                            .object([
                                ("executionDay", .text("Everyday")), ("windowStartHour", .text("00:00:00")),
                                ("windowEndHour", .text("23:59:59")),
                            ])
                        ])
                    ),
                    ("shotsRange", .list([.integer(1), .integer(description.abilities.maxShots)])),
                    (
                        "deviceDocumentation",
                        .object([("summary", .text("\(description.name). \(description.source)"))])
                    ), ("updatedAt", .text(calibration.timestampText)),
                ])
            ),
            (
                "action",
                .object([
                    (
                        "braket.ir.openqasm.program",
                        .object([
                            ("actionType", .text("braket.ir.openqasm.program")), ("version", .list([.text("1")])),
                            ("supportedOperations", .list(names)),
                            ("supportsPartialVerbatimBox", .flag(false)),
                            ("supportsUnassignedMeasurements", .flag(true)),
                        ])
                    )
                ])
            ), ("deviceParameters", .object([])),
            (
                "paradigm",
                .object([
                    header("gate_model_qpu_paradigm_properties"), ("qubitCount", .integer(description.siteCount)),
                    ("nativeGateSet", .list(names)),
                    (
                        "connectivity",
                        .object([
                            ("fullyConnected", .flag(connectivity)),
                            (
                                "connectivityGraph",
                                .object(
                                    connectivity
                                        ? []
                                        : graph.sorted { $0.key < $1.key }.map { entry in
                                            ("\(entry.key)", .list(entry.value.sorted().map { .text("\($0)") }))
                                        })
                            ),
                        ])
                    ),
                ])
            ), ("standardized", standardized),
        ])
    }

    private func kind(_ name: String) -> (String, JSONNode) {
        ("fidelityType", .object([("name", .text(name))]))
    }

    private var standardized: JSONNode {
        let oneQubitGates = description.nativeGates.filter { $0.gate.qubitCount == 1 && !$0.isVirtual }.map(\.gate)
        let one = calibration.sites.enumerated().compactMap { k, site -> (String, JSONNode)? in
            guard let t1 = site.t1, let t2 = site.t2 else { return nil }
            func time(_ value: Double) -> JSONNode {
                .object([("value", .number(value)), ("standardError", .null), ("unit", .text("s"))])
            }
            var list: [JSONNode] = []
            // The worst of the physical gates: what one number can promise.
            let errors = oneQubitGates.compactMap { calibration.figures(for: $0, on: [Site(k)])?.error }
            if let error = errors.max() {
                list.append(
                    .object([kind("RANDOMIZED_BENCHMARKING"), ("fidelity", .number(1 - error))]))
            }
            if let readout = site.readout {
                let error = site.isOperational ? readout.error : 1
                list.append(.object([kind("READOUT"), ("fidelity", .number(1 - error))]))
            }
            return (
                "\(k)", .object([("T1", time(t1.value)), ("T2", time(t2.value)), ("oneQubitFidelity", .list(list))])
            )
        }
        var pairs: [String: [JSONNode]] = [:]
        var order: [String] = []
        for figures in calibration.gates where figures.gate.qubitCount == 2 {
            let (a, b) = (figures.sites[0].index, figures.sites[1].index)
            let key = "\(min(a, b))-\(max(a, b))"
            if pairs[key] == nil { order.append(key) }
            pairs[key, default: []].append(
                .object([
                    ("direction", .object([("control", .integer(a)), ("target", .integer(b))])),
                    ("gateName", .text(Self.name(figures.gate).uppercased())),
                    ("fidelity", .number(1 - figures.error)), kind("INTERLEAVED_RANDOMIZED_BENCHMARKING"),
                ]))
        }
        return .object([
            header("standardized_gate_model_qpu_device_properties"), ("oneQubitProperties", .object(one)),
            (
                "twoQubitProperties",
                .object(order.map { ($0, .object([("twoQubitGateFidelity", .list(pairs[$0] ?? []))])) })
            ),
        ])
    }
}
