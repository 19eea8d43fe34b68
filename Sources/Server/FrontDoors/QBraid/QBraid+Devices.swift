import Circuits
import Hardware
import Kernel

extension Call {
    /// The machine behind a name such as `kelvin:kelvin:qpu:garnet-20`; the last word alone does as well.
    func qBraidMachine(_ qrn: String) throws -> OfferedMachine {
        let name = qrn.split(separator: ":", omittingEmptySubsequences: false).last.map(String.init) ?? qrn
        guard service.machines.has(name), let machine = try? offered(name),
            qrn == name || qrn == QBraidDevice.qrn(machine)
        else { throw Problem(.unknownDevice, "there is no device '\(qrn.clipped)'") }
        return machine
    }
}

/// A machine in qBraid's words.
struct QBraidDevice: Encodable {
    var name: String
    var qrn: String
    var vrn: String
    var vendor = "kelvin"
    var providerId = "kelvin"
    var deviceType: String
    var runInputTypes = ["qasm3", "qasm2"]
    var status: String
    var statusMsg: String?
    var queueDepth: Int
    var numberQubits: Int
    var paradigm = "gate_model"
    var modality: String?
    var minShots = 1
    var maxShots: Int
    var pricingModel = "fixed"
    var pricing = ["perTask": 0.0, "perShot": 0.0, "perMinute": 0.0]
    var directAccess = true
    var batchJobSupport = true
    var visibility = "public"
    var verified = "verified"
    var description: String

    static func qrn(_ machine: OfferedMachine) -> String {
        "kelvin:kelvin:\(machine.isSimulator ? "sim" : "qpu"):\(machine.id)"
    }

    init(_ machine: OfferedMachine, _ call: Call) throws {
        name = machine.summary
        qrn = Self.qrn(machine)
        vrn = machine.id
        // What is emulated is no QPU in the sense of that word.
        deviceType = machine.description.isEmulated ? "SIMULATOR" : "QPU"
        status =
            switch machine.status {
            case .online, .busy, .calibrating: "ONLINE"
            case .maintenance, .error: "UNAVAILABLE"
            case .offline: "OFFLINE"
            }
        statusMsg = machine.status.reason
        queueDepth = try call.queueLength(of: machine.id)
        numberQubits = machine.description.siteCount
        modality = machine.isSimulator ? nil : machine.description.modality.rawValue
        maxShots = machine.description.abilities.maxShots
        description = machine.summary
    }
}

/// A machine's figures in qBraid's words; times in microseconds, frequencies in GHz.
struct QBraidCalibration: Encodable {
    struct Qubit: Encodable {
        var t1: Double?
        var t2: Double?
        var frequency: Double?
        var readoutError: Double?
        var gateError: [String: Double]
    }

    struct Edge: Encodable {
        var source: Int
        var target: Int
        var value: Double
    }

    var deviceQRNs: [String]
    var provider = "kelvin"
    var lastCalibrated: String
    var fetchedAt: String
    var qubits: [String: Qubit]
    var edges: [String: [String: [Edge]]]

    init(_ machine: OfferedMachine) {
        let calibration = machine.calibration
        deviceQRNs = [QBraidDevice.qrn(machine)]
        lastCalibrated = calibration.timestampText
        fetchedAt = calibration.timestampText
        let gates = machine.description.nativeGates.filter { !$0.isVirtual }.map(\.gate)
        qubits = [:]
        for (k, site) in calibration.sites.enumerated() where site.isOperational {
            var errors: [String: Double] = [:]
            for gate in gates where gate.qubitCount == 1 {
                errors[gate.name] = calibration.figures(for: gate, on: [Site(k)])?.error
            }
            qubits["\(k)"] = Qubit(
                t1: site.t1.map { $0.value * 1e6 }, t2: site.effectiveT2.map { $0.value * 1e6 },
                frequency: site.frequency.map { $0 / 1e9 }, readoutError: site.readout?.error, gateError: errors)
        }
        var table: [String: [Edge]] = [:]
        let couplings = machine.listedCouplings
        for gate in gates where gate.qubitCount == 2 {
            table[gate.name] = couplings.compactMap { a, b in
                let figures =
                    calibration.figures(for: gate, on: [Site(a), Site(b)])
                    ?? calibration.figures(for: gate, on: [Site(b), Site(a)])
                return figures.flatMap { $0.isDead ? nil : Edge(source: a, target: b, value: $0.error) }
            }
        }
        edges = ["twoQubitGateError": table]
    }
}
