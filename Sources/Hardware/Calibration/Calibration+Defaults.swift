import Circuits

extension Calibration {
    /// The same record, with an entry of its own wherever a default holds: on each site, and on each listed coupling.
    ///
    /// Defaults without error and duration stay as they are, and so do those between any two sites of a machine where
    /// all are joined: `figures(for:on:)` finds them. For those who go through `gates`.
    public func expandingDefaults(over description: DeviceDescription) -> Calibration {
        if defaults.allSatisfy({ $0.error == 0 && $0.duration.value == 0 }) { return self }
        var entries = gates
        var known = Set(gates.lazy.map { Place(gate: $0.gate, sites: $0.sites) })
        for standard in defaults where standard.error != 0 || standard.duration.value != 0 {
            var places: [[Site]] = []
            if standard.gate.qubitCount == 1 {
                places = description.sites.map { [$0] }
            } else if standard.gate.qubitCount == 2, case .couplings(let couplings) = description.connectivity {
                places = couplings.map { [$0.first, $0.second] }
            }
            for sites in places where known.insert(Place(gate: standard.gate, sites: sites)).inserted {
                entries.append(standard.placed(on: sites))
            }
        }
        if entries.count == gates.count { return self }
        return Calibration(
            id: id, timestamp: timestamp, sites: sites, gates: entries, defaults: defaults, globals: globals,
            environment: environment)
    }

    private struct Place: Hashable {
        var gate: StandardGate
        var sites: [Site]
    }
}
