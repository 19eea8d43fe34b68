import Circuits
import Hardware

extension Bench {
    func checkDescription(_ finding: inout ConformanceSuite.Finding) {
        let count = description.siteCount
        func fault(_ text: String) { finding.faults.append(text) }
        if description.id.isEmpty { fault("the id is empty") }
        if description.name.isEmpty { fault("the name is empty") }
        if description.source.isEmpty { fault("no source of the figures is named") }
        if count < 1 { fault("\(count) sites") }
        if calibration.sites.count != count { fault("\(calibration.sites.count) calibrated sites of \(count)") }
        if !description.coordinates.isEmpty && description.coordinates.count != count {
            fault("\(description.coordinates.count) coordinates for \(count) sites")
        }
        if description.nativeGates.isEmpty { fault("no native gate") }
        if Set(description.nativeGates.map(\.gate)).count != description.nativeGates.count { fault("a gate twice") }
        for native in description.nativeGates {
            if native.angleRanges.count != native.gate.parameterCount {
                fault("\(native.gate.name) has \(native.angleRanges.count) angle ranges")
            }
            if !native.isVirtual, native.gate.qubitCount == 1,
                let bare = sites.first(where: { calibration.figures(for: native.gate, on: [$0]) == nil })
            {
                fault("\(native.gate.name) has no figures on site \(bare.index), which is said to work")
            }
        }
        if case .couplings(let list) = description.connectivity {
            for coupling in list where coupling.first.index >= count || coupling.second.index >= count {
                fault("the coupling \(coupling.first.index)-\(coupling.second.index) names a site that is not there")
            }
            if Set(list).count != list.count { fault("a coupling is listed twice") }
            let known = Set(list)
            for entry in calibration.gates where entry.sites.count == 2 {
                if !known.contains(Coupling(entry.sites[0], entry.sites[1])) {
                    fault("\(entry.gate.name) is calibrated on \(entry.sites.map(\.index)), which is no coupling")
                    break
                }
            }
        }
        for entry in calibration.gates + calibration.defaults {
            if !(entry.error >= 0 && entry.error <= 1) { fault("\(entry.gate.name): an error of \(entry.error)") }
            if !(entry.duration.value >= 0 && entry.duration.value.isFinite) {
                fault("\(entry.gate.name): a duration of \(entry.duration.value) s")
            }
        }
        for (k, site) in calibration.sites.enumerated() {
            for (name, time) in [("T1", site.t1), ("T2", site.t2)] {
                if let value = time?.value, !(value > 0 && value.isFinite) { fault("site \(k): \(name) of \(value) s") }
            }
            if let readout = site.readout {
                for value in [readout.falseOne, readout.falseZero] where !(value >= 0 && value <= 1) {
                    fault("site \(k): a readout error of \(value)")
                }
            }
        }
        if description.abilities.maxShots < 1 { fault("at most \(description.abilities.maxShots) shots") }
        if (try? device.calibration())?.id != calibration.id {
            fault("two questions for the calibration in force are answered differently")
        }
        if sites.isEmpty { fault("no site works") }
        finding.faults = Array(finding.faults.prefix(10))
        finding.detail =
            "\(count) sites, \(sites.count) of them working, \(description.nativeGates.count) native gates, "
            + "calibration \(calibration.id)"
    }
}
