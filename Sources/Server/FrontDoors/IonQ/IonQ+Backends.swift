import Circuits
import Drivers
import Hardware
import Kernel

extension Call {
    /// The machine behind a backend's name: `simulator` is the ideal one, `qpu.ID` a machine, `qpu` the first of ions. A
    /// simulator with a noise model is the machine of that name.
    func ionQMachine(_ backend: String, noise: String? = nil) throws -> OfferedMachine {
        if backend == "simulator" || backend == "ionq_simulator" {
            guard let noise else { return try offered("ideal") }
            let machines = ionQMachines().filter { !$0.isSimulator }.map(\.id)
            guard machines.contains(noise) else {
                throw Problem(
                    .badField, "noise.model: there is no '\(noise.clipped)'",
                    cure: "use ideal or a machine of this service: \(machines.joined(separator: ", "))")
            }
            return try offered(noise)
        }
        if noise != nil {
            throw Problem(.badField, "noise.model: machines bring their own noise", cure: "use it with the simulator")
        }
        if backend == "qpu" {
            guard let first = ionQMachines().first(where: { $0.description.modality == .trappedIon }) else {
                throw Problem(.unknownDevice, "there is no machine of trapped ions here", cure: "name one: qpu.ID")
            }
            return first
        }
        let name = backend.hasPrefix("qpu.") ? String(backend.dropFirst(4)) : backend
        guard service.machines.has(name), name != "ideal" else {
            throw Problem(.unknownDevice, "there is no backend '\(backend.clipped)'")
        }
        return try offered(name)
    }

    func ionQMachines() -> [OfferedMachine] { offered() }

    /// The newest first; of simulators none.
    func characterizations(of machine: OfferedMachine) throws -> [IonQCharacterization] {
        if machine.isSimulator { return [] }
        let history = try? service.machines.catalog.history(of: machine.id)
        let older = (history?.versions ?? []).filter { $0.id != machine.calibration.id }
        return ([machine.calibration] + older.sorted { $0.timestamp > $1.timestamp }).map { calibration in
            IonQCharacterization(
                OfferedMachine(
                    description: machine.description, calibration: calibration, status: machine.status))
        }
    }

    /// Those of the machine of ions between two moments, milliseconds since 1970.
    func calibrationsInTime() throws -> [IonQCharacterization] {
        try checkQuery("start", "end", "next", "limit")
        let range = 0...Int(1e15)
        let start = try integer("start", in: range), end = try integer("end", in: range)
        return try characterizations(of: ionQMachine("qpu")).filter { entry in
            let moment = entry.timestamp * 1000
            return moment >= Double(start ?? 0) && moment <= end.map(Double.init) ?? .infinity
        }
    }
}

struct IonQBackend: Encodable {
    var backend: String
    var status: String
    var qubits: Int
    /// Milliseconds.
    var average_queue_time = 0
    var last_updated: String
    var characterization_id: String?
    var degraded = false
    var has_access = true
    var description: String
    var emulated: Bool

    init(_ machine: OfferedMachine, _ call: Call) throws {
        backend = machine.isSimulator ? "simulator" : "qpu.\(machine.id)"
        status =
            switch machine.status {
            case .online, .busy: "available"
            case .calibrating: "calibrating"
            case .maintenance, .error, .offline: "unavailable"
            }
        qubits = machine.description.siteCount
        last_updated = Timestamp.precise(machine.isSimulator ? call.received : machine.calibration.timestamp)
        characterization_id = machine.isSimulator ? nil : IonQCharacterization.id(machine)
        description = machine.summary
        emulated = machine.description.isEmulated
    }
}

/// A machine's figures as IonQ publishes them: fidelities, seconds.
struct IonQCharacterization: Encodable {
    var id: String
    var backend: String
    /// What version 0.3 called it.
    var target: String
    var date: String
    var qubits: Int
    var connectivity: [[Int]]
    var fidelity: [String: [String: Double]] = [:]
    var timing: [String: Double] = [:]
    var emulated: Bool
    var timestamp: Double

    private enum CodingKeys: String, CodingKey {
        case id, backend, target, date, qubits, connectivity, fidelity, timing, emulated
    }

    static func id(_ machine: OfferedMachine) -> String { "\(machine.id)-\(machine.calibration.id)" }

    init(_ machine: OfferedMachine) {
        let calibration = machine.calibration
        id = Self.id(machine)
        backend = "qpu.\(machine.id)"
        target = backend
        timestamp = calibration.timestamp
        date = Timestamp.precise(calibration.timestamp)
        qubits = machine.description.siteCount
        connectivity = machine.couplings.map { [$0.0, $0.1] }
        emulated = machine.description.isEmulated
        if let error = calibration.medianReadoutError { fidelity["spam"] = ["median": 1 - error] }
        for (name, count) in [("1q", 1), ("2q", 2)] {
            let gates = machine.description.nativeGates.filter { !$0.isVirtual && $0.gate.qubitCount == count }
            let errors = gates.compactMap { calibration.medianError(of: $0.gate) }
            if let worst = errors.max() { fidelity[name] = ["median": 1 - worst] }
            let durations = gates.compactMap { calibration.medianDuration(of: $0.gate)?.value }
            if let longest = durations.max() { timing[name] = longest }
        }
        timing["t1"] = calibration.medianT1?.value
        timing["t2"] = calibration.medianEffectiveT2?.value
        timing["readout"] = calibration.sites.compactMap { $0.readout?.duration.value }.max()
        timing["reset"] = calibration.sites.compactMap { $0.resetDuration?.value }.max()
    }
}
