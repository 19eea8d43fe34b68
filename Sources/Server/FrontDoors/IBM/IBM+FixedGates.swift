import Circuits
import Hardware

// IBM's client leaves every gate with an angle but rz out of what it offers, unless its user asks for them. A machine that turns
// qubits by any angle would be left with nothing to compile for: it is told of with √X, X and CZ too, which it makes in place.
extension DeviceFile {
    /// The machine with gates of fixed angles beside its own, and what they cost.
    var withFixedGates: DeviceFile {
        var file = self
        file.description.nativeGates += description.fixedGates.map { NativeGate(gate: $0.gate) }
        var gates = calibration.gates, defaults = calibration.defaults
        for (fixed, native) in description.fixedGates {
            gates += calibration.gates.filter { $0.gate == native }.map { cost(of: fixed, by: $0) }
            defaults += calibration.defaults.filter { $0.gate == native }.map { cost(of: fixed, by: $0) }
        }
        file.calibration = Calibration(
            id: calibration.id, timestamp: calibration.timestamp, sites: calibration.sites, gates: gates,
            defaults: defaults, globals: calibration.globals, environment: calibration.environment)
        return file
    }

    /// Of one qubit, a single pulse; of two, a single interaction with a pulse on each site before it and after it.
    private func cost(of fixed: StandardGate, by native: GateCalibration) -> GateCalibration {
        var error = native.error, duration = native.duration.value
        if fixed.qubitCount == 2, let turn = description.turn {
            let sites = native.sites.isEmpty ? [Site(0), Site(1)] : native.sites
            let turns = sites.compactMap { calibration.figures(for: turn, on: [$0]) }
            error = min(1, error + 2 * turns.reduce(0) { $0 + $1.error })
            duration += 2 * (turns.map(\.duration.value).max() ?? 0)
        }
        return GateCalibration(gate: fixed, sites: native.sites, error: error, duration: Seconds(duration))
    }
}

extension DeviceDescription {
    /// The native gate that turns a qubit about an axis of the equator by any angle.
    fileprivate var turn: StandardGate? {
        [StandardGate.r, .rx].first { gate in
            guard let native = nativeGate(gate) else { return false }
            return [Double.pi / 2, .pi].allSatisfy { native.accepts(Array([$0, 0].prefix(gate.parameterCount))) }
        }
    }

    /// Gates of fixed angles that the machine does not list, each with the native gate that makes it.
    var fixedGates: [(gate: StandardGate, native: StandardGate)] {
        var result: [(StandardGate, StandardGate)] = []
        if modality == .simulator { return result }
        if let turn { for gate in [StandardGate.sx, .x] where nativeGate(gate) == nil { result.append((gate, turn)) } }
        let entangles = nativeGates.contains { $0.gate.qubitCount == 2 && $0.gate.parameterCount == 0 }
        let interaction = [StandardGate.rzz, .rxx].first { nativeGate($0)?.accepts([.pi / 2]) ?? false }
        if let interaction, !entangles { result.append((.cz, interaction)) }
        return result
    }

    /// Whether a program consists of gates that IBM's client is offered, on the sites where they are: the machine makes each of
    /// them where it stands.
    func performsForIBM(_ circuit: Circuit) -> Bool {
        var description = self
        description.nativeGates += fixedGates.map { NativeGate(gate: $0.gate) }
        return description.performs(circuit)
    }
}
