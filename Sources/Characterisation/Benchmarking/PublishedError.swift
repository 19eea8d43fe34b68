import Circuits
import Hardware

// Benchmarking sees the decay of the shots that come back; a record holds total infidelities, carriers that leave counted
// among the errors. With probabilities H that one leaves and is noticed (the shot is dropped) and U that one leaves
// unnoticed, after which outcomes are as good as thrown dice, a gate of total error e on d levels shows the error
// v = 1 − (1 − e)/(1 − H) − U/d.

extension Machine {
    /// The total average infidelity of a gate that benchmarking gives the error `visible`. How often carriers leave comes
    /// from the record.
    func published(_ visible: Measured, _ gate: StandardGate, _ sites: [Site]) -> Measured {
        let (noticed, unnoticed) = departures(gate, sites), d = Double(1 << sites.count)
        return visible.map({ 1 - (1 - noticed) * (1 - $0 - unnoticed / d) }, slope: 1 - noticed)
    }

    /// What benchmarking sees of a gate's recorded error.
    func visibleError(of gate: StandardGate, on sites: [Site]) -> Double? {
        guard let figures = calibration.figures(for: gate, on: sites), !figures.isDead else { return nil }
        let (noticed, unnoticed) = departures(gate, sites), d = Double(1 << sites.count)
        return max(0, 1 - (1 - figures.error) / (1 - noticed) - unnoticed / d)
    }

    private func departures(_ gate: StandardGate, _ sites: [Site]) -> (noticed: Double, unnoticed: Double) {
        guard let faults = calibration.figures(for: gate, on: sites)?.faults, faults.loss + faults.leakage > 0 else {
            return (0, 0)
        }
        func any(_ chance: Double) -> Double { 1 - sites.reduce(1) { product, _ in product * (1 - chance) } }
        // Without a word on how empty places are read, they are noticed.
        let isHeralded = calibration.environment.absence?.isHeralded ?? true
        let leakage = any(faults.leakage), loss = any(faults.loss)
        return isHeralded ? (min(loss, 0.999), leakage) : (0, 1 - (1 - leakage) * (1 - loss))
    }
}

/// How many pulses of which kind a site sees, all together or per Clifford.
struct PulseTally: Sendable {
    let site: Site
    private(set) var counts: [StandardGate: Double] = [:]

    init(site: Site) { self.site = site }

    mutating func add(_ run: ExperimentRun) {
        for (place, count) in run.gates where place.sites == [site] { counts[place.gate, default: 0] += Double(count) }
    }

    func per(_ cliffords: Int) -> PulseTally {
        var result = self
        result.counts = counts.mapValues { $0 / Double(cliffords) }
        return result
    }

    /// In a fixed order.
    private var gates: [StandardGate] { counts.keys.filter { counts[$0]! > 0 }.sorted { $0.rawValue < $1.rawValue } }

    /// What one pulse of the gate leaves of the polarisation, by the record.
    private func decay(_ gate: StandardGate, _ machine: Machine) -> Double {
        max(1e-9, 1 - 2 * (machine.visibleError(of: gate, on: [site]) ?? machine.oneQubitError(site)))
    }

    /// The pulses' part of a Clifford's decay, by the record.
    func recordedDecay(by machine: Machine) -> Double {
        gates.reduce(1) { $0 * Exponential.power(decay($1, machine), counts[$1]!) }
    }

    /// For each gate the exponent s with which its decay is that of a Clifford, α_g = α^s, where the logarithms of the
    /// decays are in the ratio of the record.
    func shares(by machine: Machine) -> [(gate: StandardGate, share: Double)] {
        let all = gates.reduce(0) { $0 + counts[$1]! }
        let weights = gates.map { -Exponential.logarithm(decay($0, machine)) }
        let total = zip(gates, weights).reduce(0) { $0 + counts[$1.0]! * $1.1 }
        // Equal weights are divided as such, so that shares which ought to be equal are.
        if total <= 0 || Set(weights).count == 1 { return gates.map { ($0, 1 / all) } }
        return zip(gates, weights).map { ($0, $1 / total) }
    }
}
