import Circuits
import Hardware

/// How an emulated machine really behaves, whatever its record says.
///
/// Internal on purpose: whoever wants to know measures it. Only the noise of the emulator reads it.
struct MachineTruth: Sendable {
    /// The figures that act, gates and sites as in the record.
    var figures: Calibration
    /// True minus recorded transition frequency by site, hertz; pulses come at the recorded one.
    var detuning: [Double]

    /// A machine that is as its record says.
    init(_ record: Calibration) {
        figures = record
        detuning = Array(repeating: 0, count: record.sites.count)
    }

    init(figures: Calibration, detuning: [Double]) {
        precondition(detuning.count == figures.sites.count, "a detuning for each site")
        self.figures = figures
        self.detuning = detuning
    }

    /// A machine that has drifted away from `origin`; pulses come at the frequencies of `record`.
    ///
    /// Dead gates and sites stay dead; probabilities stay below one half, T2 below 2·T1.
    init(drifting start: Calibration, by drift: Drift, record: Calibration, on description: DeviceDescription) {
        let origin = start.withEveryGate(of: description)
        let walk = DriftWalk(drift: drift), rates = drift.rates
        var frequencies: [Double] = []
        var sites = origin.sites
        for k in sites.indices {
            let site = Site(k)
            sites[k].t1?.value *= walk.factor(of: .t1(site), median: rates.t1)
            sites[k].t2 = sites[k].effectiveT2.map {
                let time = $0.value * walk.factor(of: .t2(site), median: rates.t2)
                return Seconds(sites[k].t1.map { min(time, 2 * $0.value) } ?? time)
            }
            if var readout = sites[k].readout, readout.error < 1 {
                readout.falseOne = Self.bounded(
                    readout.falseOne * walk.factor(of: .falseOne(site), median: rates.readout), readout.falseOne)
                readout.falseZero = Self.bounded(
                    readout.falseZero * walk.factor(of: .falseZero(site), median: rates.readout), readout.falseZero)
                sites[k].readout = readout
            }
            var shift = 0.0
            if let t2 = origin.sites[k].effectiveT2 {
                shift = walk.displacement(of: .frequency(site)) * walk.scale(rates.phaseOverT2) / (2 * .pi * t2.value)
            }
            let known = (record.sites[k].frequency ?? 0) - (origin.sites[k].frequency ?? 0)
            frequencies.append(shift - known)
        }
        func moved(_ gate: GateCalibration) -> GateCalibration {
            guard !gate.isDead, !gate.sites.isEmpty else { return gate }
            var gate = gate
            let median = gate.sites.count == 1 ? rates.oneQubitError : rates.twoQubitError
            gate.error = Self.bounded(gate.error * walk.factor(of: .gates(gate.sites), median: median), gate.error)
            return gate
        }
        figures = origin.replacing(sites: sites, gates: origin.gates.map(moved))
        detuning = frequencies
    }

    /// At most one half, but never moved towards it from above.
    private static func bounded(_ value: Double, _ start: Double) -> Double { min(value, max(0.5, start)) }
}

extension Calibration {
    /// The record with an entry for each gate on each site and on each pair: every one of them drifts for itself.
    fileprivate func withEveryGate(of description: DeviceDescription) -> Calibration {
        let expanded = expandingDefaults(over: description)
        guard case .all = description.connectivity else { return expanded }
        var entries = expanded.gates
        for standard in defaults where standard.gate.qubitCount == 2 && standard.error != 0 {
            let own = Set(gates.lazy.filter { $0.gate == standard.gate }.map(\.sites))
            for first in description.sites {
                for second in description.sites where first != second {
                    let pair = [first, second]
                    if own.contains(pair) { continue }
                    entries.append(standard.placed(on: pair))
                }
            }
        }
        return expanded.replacing(sites: sites, gates: entries)
    }
}
