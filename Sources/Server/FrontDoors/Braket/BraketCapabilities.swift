import Circuits
import FoundationEssentials
import Hardware
import Kernel

/// What a machine can do, in the words of Braket's device schemas.
enum BraketCapabilities {
    private static let mostShots = 100_000

    static func shots(of machine: OfferedMachine) -> ClosedRange<Int> {
        let most = min(mostShots, machine.description.abilities.maxShots)
        return machine.isSimulator ? 0...most : 1...max(1, most)
    }

    /// Gates that programs may call, native or not: Kelvin compiles.
    private static let gates = [
        "ccnot", "cnot", "cphaseshift", "cphaseshift00", "cphaseshift01", "cphaseshift10", "cswap", "cv", "cy", "cz",
        "ecr",
        "gphase", "gpi", "gpi2", "h", "i", "iswap", "ms", "phaseshift", "prx", "pswap", "rx", "ry", "rz", "s", "si",
        "swap", "t", "ti", "u", "unitary", "v", "vi", "x", "xx", "xy", "y", "yy", "z", "zz",
    ]
    private static let noise = [
        "amplitude_damping", "bit_flip", "depolarizing", "generalized_amplitude_damping", "kraus", "pauli_channel",
        "phase_damping", "phase_flip", "two_qubit_dephasing", "two_qubit_depolarizing",
    ]

    /// - Parameters:
    ///   - arn: by which it was asked for; the documentation says so where it is another's name.
    ///   - price: of a second of machine time.
    static func document(of machine: OfferedMachine, askedFor arn: BraketARN?, price: Double) throws -> WireValue {
        let own = BraketARN(device: machine.id, isSimulator: machine.isSimulator)
        let standsFor = arn?.resource == own.resource ? nil : arn?.device.map { "\($0.provider)'s \($0.name)" }
        var fields: [String: WireValue] = [
            "service": service(machine, standsFor, price), "action": actions(machine), "deviceParameters": .object([:]),
        ]
        if machine.isSimulator {
            fields["braketSchemaHeader"] = header("simulators.gate_model_simulator_device_capabilities")
            fields["paradigm"] = .object([
                "braketSchemaHeader": header("simulators.gate_model_simulator_paradigm_properties"),
                "qubitCount": .integer(Int64(machine.description.siteCount)),
            ])
            return .object(fields)
        }
        // Braket has a schema a vendor; the one whose parts are all generic carries machines of any vendor.
        let file = DeviceFile(description: machine.description, calibration: machine.calibration)
        let text: String
        do throws(DeviceError) { text = try DeviceExport(file, format: .braket).documents[0].text } catch {
            throw KernelError(error)
        }
        guard case .object(let exported) = try JSONDecoder().decode(WireValue.self, from: Data(text.utf8)) else {
            throw Problem(.fault, "the export of \(machine.id) is no object")
        }
        for part in ["braketSchemaHeader", "paradigm", "standardized"] { fields[part] = exported[part] }
        return .object(fields)
    }

    private static func header(_ name: String) -> WireValue {
        .object(["name": .text("braket.device_schema.\(name)"), "version": .text("1")])
    }

    private static func service(_ machine: OfferedMachine, _ standsFor: String?, _ price: Double) -> WireValue {
        let role = standsFor.map { "Kelvin's \(machine.id), which stands for \($0) here. " } ?? ""
        let shots = shots(of: machine), what = machine.description
        let kind = machine.isSimulator ? "" : what.isEmulated ? "Emulated by Kelvin from published figures. " : ""
        var fields: [String: WireValue] = [
            "braketSchemaHeader": header("device_service_properties"),
            "executionWindows": .list([
                .object([
                    "executionDay": .text("Everyday"), "windowStartHour": .text("00:00:00"),
                    "windowEndHour": .text("23:59:59"),
                ])
            ]),
            "shotsRange": .list([.integer(Int64(shots.lowerBound)), .integer(Int64(shots.upperBound))]),
            "deviceCost": .object(["price": .number(price), "unit": .text("second")]),
            "deviceDocumentation": .object(["summary": .text("\(role)\(kind)\(machine.summary). \(what.source)")]),
            "deviceLocation": .text(what.isEmulated ? "emulated" : what.vendor),
            "getTaskPollIntervalMillis": .integer(100),
        ]
        if !machine.isSimulator { fields["updatedAt"] = .text(machine.calibration.timestampText) }
        return .object(fields)
    }

    private static func actions(_ machine: OfferedMachine) -> WireValue {
        let most = Int64(shots(of: machine).upperBound), isSimulator = machine.isSimulator
        let observables: [WireValue] = ["x", "y", "z", "h", "i", "hermitian"].map { .text($0) }
        func result(_ name: String, _ observed: Bool, _ shots: ClosedRange<Int64>) -> WireValue {
            .object([
                "name": .text(name), "observables": observed ? .list(observables) : .null,
                "minShots": .integer(shots.lowerBound), "maxShots": .integer(shots.upperBound),
            ])
        }
        let least: Int64 = isSimulator ? 0 : 1
        var results = [
            result("Expectation", true, least...most), result("Variance", true, least...most),
            result("Probability", false, least...most), result("Sample", true, 1...most),
        ]
        var pragmas = ["verbatim", "braket_unitary_matrix"]
        pragmas += ["expectation", "variance", "probability", "sample"].map { "braket_result_type_\($0)" }
        var gates = gates
        if isSimulator {
            results += ["StateVector", "DensityMatrix", "Amplitude"].map { result($0, false, 0...0) }
            pragmas += ["state_vector", "density_matrix", "amplitude"].map { "braket_result_type_\($0)" }
            pragmas += noise.map { "braket_noise_\($0)" }
            gates += noise
        }
        let program: [String: WireValue] = [
            "actionType": .text(BraketAction.program), "version": .list([.text("1")]),
            "supportedOperations": .list(gates.map { .text($0) }),
            "supportedModifiers": .list([
                .object(["name": .text("ctrl"), "max_qubits": .null]),
                .object(["name": .text("negctrl"), "max_qubits": .null]),
                .object(["name": .text("pow"), "exponent_types": .list([.text("int"), .text("float")])]),
                .object(["name": .text("inv")]),
            ]),
            "supportedPragmas": .list(pragmas.map { .text($0) }), "forbiddenPragmas": .list([]),
            "forbiddenArrayOperations": .list([]), "maximumOutputs": .integer(0),
            "requiresAllQubitsMeasurement": .bool(false), "requiresContiguousQubitIndices": .bool(false),
            "supportPhysicalQubits": .bool(true), "supportsPartialVerbatimBox": .bool(true),
            "supportsUnassignedMeasurements": .bool(true), "disabledQubitRewiringSupported": .bool(true),
            "supportedResultTypes": .list(results),
        ]
        return .object([
            BraketAction.program: .object(program),
            BraketAction.set: .object([
                "actionType": .text(BraketAction.set), "version": .list([.text("1")]),
                "maximumExecutables": .integer(Int64(BraketAction.largestSet)), "maximumTotalShots": .integer(most),
            ]),
        ])
    }
}
