public import Circuits
public import Hardware

extension Target {
    /// Whether the machine performs the gate on some sites, angles aside.
    public func supports(_ gate: StandardGate) -> Bool { native[Int(gate.rawValue)] != nil }

    /// The native gate with its angle ranges.
    public func nativeGate(_ gate: StandardGate) -> NativeGate? { native[Int(gate.rawValue)] }

    /// Whether the gate is native and takes these angles; nil stands for a value unknown before the run, which fits
    /// only an unbounded angle.
    public func supports(_ gate: StandardGate, parameters: Parameters) -> Bool {
        guard let native = native[Int(gate.rawValue)] else { return false }
        for (range, parameter) in zip(native.angleRanges, parameters) {
            guard let range else { continue }
            guard let angle = parameter.constant, range.contains(angle) else { return false }
        }
        return true
    }

    /// Whether the gate exists on these sites in this order.
    public func isAvailable(_ gate: StandardGate, on sites: [Site]) -> Bool {
        figures(for: gate, on: sites) != nil
    }

    /// Whether the machine does the gate in software.
    public func isVirtual(_ gate: StandardGate) -> Bool { native[Int(gate.rawValue)]?.isVirtual ?? false }

    /// Error and duration of a native gate on sites in operand order; nil where it does not exist there.
    public func figures(for gate: StandardGate, on sites: [Site]) -> (error: Double, duration: Seconds)? {
        guard let native = native[Int(gate.rawValue)] else { return nil }
        if sites.contains(where: { $0.index >= siteCount || !isLive[$0.index] }) { return nil }
        if sites.count == 1 {
            guard gate.qubitCount == 1 else { return nil }
            guard let row = oneQubitRows[Int(gate.rawValue)] else { return (0, .zero) }
            let error = oneQubitErrors[row + sites[0].index]
            return error.isNaN ? nil : (error, Seconds(oneQubitDurations[row + sites[0].index]))
        }
        if native.isVirtual && sites.isEmpty { return (0, .zero) }
        if sites.count == 2, !isAllToAll {
            guard let coupler = coupler(sites[0], sites[1]) else { return nil }
            for entry in couplers[coupler].gates
            where entry.gate == gate && entry.isReversed == (sites[0] > sites[1]) {
                return (entry.error, entry.duration)
            }
            return nil
        }
        guard isCalibrated[Int(gate.rawValue)] else { return isAllToAll ? (0, .zero) : nil }
        guard let figures = calibration.figures(for: gate, on: sites), !figures.isDead else { return nil }
        return (figures.error, figures.duration)
    }

    /// The place in `couplers` of the pair, in any order; nil where nothing joins them.
    public func coupler(_ a: Site, _ b: Site) -> Int? {
        for k in couplerStarts[a.index]..<couplerStarts[a.index + 1] {
            let coupler = couplers[couplerIndices[k]]
            if coupler.first == b || coupler.second == b { return couplerIndices[k] }
        }
        return nil
    }

    /// The live two-qubit gates on a pair of sites with the direction seen from (a, b), least error first.
    ///
    /// On an all-to-all machine every native two-qubit gate is listed in this direction.
    public func gates(on a: Site, _ b: Site) -> [CouplerGate] {
        if isAllToAll {
            return twoQubitGates.compactMap { gate in
                figures(for: gate, on: [a, b]).map {
                    CouplerGate(gate: gate, isReversed: false, error: $0.error, duration: $0.duration)
                }
            }
        }
        guard let place = coupler(a, b) else { return [] }
        if a < b { return couplers[place].gates }
        return couplers[place].gates.map {
            CouplerGate(gate: $0.gate, isReversed: !$0.isReversed, error: $0.error, duration: $0.duration)
        }
    }

    /// Couplers of a site.
    func couplers(of site: Int) -> ArraySlice<Int> { couplerIndices[couplerStarts[site]..<couplerStarts[site + 1]] }
}
