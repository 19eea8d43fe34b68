import Circuits
import Hardware
import Kernel

extension OfferedMachine {
    /// What IQM calls site k.
    static func iqmName(_ site: Int) -> String { "QB\(site + 1)" }

    /// Its qubits that work.
    var iqmQubits: [String] { listedSites.map(Self.iqmName) }

    /// Whether IQM's gates are what the machine does itself.
    var speaksIQM: Bool {
        guard let r = description.nativeGate(.r), description.nativeGate(.cz) != nil else { return false }
        return r.angleRanges.allSatisfy { $0 == nil }
    }

    /// Pairs in the order in which the machine has the gate.
    var iqmPairs: [[String]] {
        listedCouplings.compactMap { pair in iqmPair(pair.0, pair.1).map { [Self.iqmName($0.0), Self.iqmName($0.1)] } }
    }

    /// The pair as the machine has it; nil where the gate is dead.
    func iqmPair(_ a: Int, _ b: Int) -> (Int, Int)? {
        guard speaksIQM else { return (a, b) }
        for (x, y) in [(a, b), (b, a)] {
            if let figures = calibration.figures(for: .cz, on: [Site(x), Site(y)]), !figures.isDead { return (x, y) }
        }
        return nil
    }

    /// IQM names calibrations by UUID: of Kelvin's name the first digits of its digest.
    var iqmCalibration: String { Call.uuid(of: "\(id) \(calibration.id)") }
}

extension Call {
    /// The machine of the path, with the calibration that the path names.
    func iqmMachine() throws -> OfferedMachine {
        let name = try parameter("device")
        let machine =
            service.machines.has(name)
            ? try offered(name) : try offered().first { IQMMachine($0).id == name }.unwrapped(orUnknown: name)
        if let calibration = try? parameter("calibration"), calibration != "default",
            calibration.lowercased() != machine.iqmCalibration
        {
            throw Problem(
                .notFound, "\(machine.id) has no calibration set \(calibration.clipped) in force",
                cure: "use 'default', or \(machine.iqmCalibration)")
        }
        return machine
    }

    /// A UUID that follows from a text.
    static func uuid(of text: String) -> String {
        let digits = Array(Secrets.fingerprint(Array(text.utf8)).lowercased().filter(\.isHexDigit))
        let word = String((digits + Array(repeating: "0", count: 32)).prefix(32))
        var parts: [Substring] = [], rest = word[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}

extension Optional where Wrapped == OfferedMachine {
    fileprivate func unwrapped(orUnknown name: String) throws -> OfferedMachine {
        guard let self else { throw Problem(.notFound, "there is no quantum computer '\(name.clipped)'") }
        return self
    }
}

struct IQMMachine: Encodable {
    var id: String
    var alias: String
    var display_name: String
    /// The client wants to be told that there is none.
    var proxy_path = WireValue.null

    init(_ machine: OfferedMachine) {
        id = Call.uuid(of: machine.id)
        alias = machine.id
        display_name = machine.summary
    }
}

struct IQMStaticArchitecture: Encodable {
    var dut_label: String
    var qubits: [String]
    var computational_resonators: [String] = []
    var connectivity: [[String]]

    init(_ machine: OfferedMachine) {
        dut_label = machine.id
        qubits = machine.iqmQubits
        connectivity = machine.iqmPairs
    }
}

/// The gates of a machine as IQM's client builds its target from: `prx`, `cz` and measurements wherever sites are joined.
struct IQMDynamicArchitecture: Encodable {
    struct Gate: Encodable {
        var implementations: [String: [String: [[String]]]]
        var default_implementation: String
        var override_default_implementation: [String: String] = [:]

        init(_ implementation: String, _ loci: [[String]]) {
            implementations = [implementation: ["loci": loci]]
            default_implementation = implementation
        }
    }

    var calibration_set_id: String
    var qubits: [String]
    var computational_resonators: [String] = []
    var gates: [String: Gate]

    init(_ machine: OfferedMachine) {
        calibration_set_id = machine.iqmCalibration
        qubits = machine.iqmQubits
        let single = qubits.map { [$0] }
        gates = ["prx": Gate("drag_gaussian", single), "measure": Gate("constant", single)]
        let pairs = machine.iqmPairs
        if !pairs.isEmpty { gates["cz"] = Gate("tgss", pairs) }
    }
}

/// A machine's figures under the names of IQM's observations.
struct IQMMetrics: Encodable {
    struct Observation: Encodable {
        var observation_id: Int
        var dut_field: String
        var value: Double
        var unit: String
        var invalid = false
        var created_timestamp: String
        var modified_timestamp: String
    }

    var observation_set_id: String
    var observation_set_type = "quality-metric-set"
    var observations: [Observation] = []
    var dut_label: String
    var invalid = false
    var created_timestamp: String
    var end_timestamp: String
    var describes_id: String

    init(_ machine: OfferedMachine) {
        let calibration = machine.calibration, time = calibration.timestampText
        observation_set_id = Call.uuid(of: "metrics \(machine.iqmCalibration)")
        describes_id = machine.iqmCalibration
        dut_label = machine.id
        created_timestamp = time
        end_timestamp = time
        func add(_ field: String, _ value: Double?, _ unit: String = "") {
            guard let value else { return }
            observations.append(
                Observation(
                    observation_id: observations.count + 1, dut_field: field, value: value, unit: unit,
                    created_timestamp: time, modified_timestamp: time))
        }
        for (k, site) in calibration.sites.enumerated() where site.isOperational {
            let name = OfferedMachine.iqmName(k)
            add("characterization.model.\(name).t1_time", site.t1?.value, "s")
            add("characterization.model.\(name).t2_time", site.effectiveT2?.value, "s")
            add("metrics.ssro.measure.constant.\(name).fidelity", site.readout.map { 1 - $0.error })
            add("metrics.ssro.measure.constant.\(name).error_0_to_1", site.readout?.falseOne)
            add("metrics.ssro.measure.constant.\(name).error_1_to_0", site.readout?.falseZero)
            guard machine.speaksIQM, let prx = calibration.figures(for: .r, on: [Site(k)]), !prx.isDead else {
                continue
            }
            add("metrics.rb.prx.drag_gaussian.\(name).fidelity:par=d1", 1 - prx.error)
        }
        guard machine.speaksIQM else { return }
        for (a, b) in machine.listedCouplings {
            guard let (x, y) = machine.iqmPair(a, b),
                let figures = calibration.figures(for: .cz, on: [Site(x), Site(y)])
            else { continue }
            let name = "\(OfferedMachine.iqmName(x))__\(OfferedMachine.iqmName(y))"
            add("metrics.irb.cz.tgss.\(name).fidelity:par=d2", 1 - figures.error)
        }
    }
}
