public import Circuits

extension Calibration {
    /// The publication time as `2025-02-26T20:26:08Z`.
    public var timestampText: String { Timestamp.text(from: timestamp) }

    /// The figures of one gate where it works, best error first; equal errors in order of their sites.
    public func ranking(of gate: StandardGate) -> [GateCalibration] {
        gates.filter { $0.gate == gate && !$0.isDead }.sorted {
            $0.error != $1.error ? $0.error < $1.error : GateCalibration.precedes($0, $1)
        }
    }

    /// The median error of a gate over the places where it works; nil where it works nowhere.
    public func medianError(of gate: StandardGate) -> Double? {
        let errors = gates.compactMap { $0.gate == gate && !$0.isDead ? $0.error : nil }
        return Self.median(errors) ?? defaults.first { $0.gate == gate && !$0.isDead }?.error
    }

    /// The median duration of a gate over the places where it works.
    public func medianDuration(of gate: StandardGate) -> Seconds? {
        let durations = gates.compactMap { $0.gate == gate && !$0.isDead ? $0.duration.value : nil }
        return Self.median(durations).map { Seconds($0) } ?? defaults.first { $0.gate == gate && !$0.isDead }?.duration
    }

    /// The median T1 over operational sites.
    public var medianT1: Seconds? { median { $0.t1?.value }.map { Seconds($0) } }

    /// The median of min(T2, 2·T1) over operational sites.
    public var medianEffectiveT2: Seconds? { median { $0.effectiveT2?.value }.map { Seconds($0) } }

    /// The median readout error over operational sites.
    public var medianReadoutError: Double? { median { $0.readout?.error } }

    private func median(_ figure: (SiteCalibration) -> Double?) -> Double? {
        Self.median(sites.compactMap { $0.isOperational ? figure($0) : nil })
    }

    /// The mean of the middle two for an even number.
    static func median(_ values: [Double]) -> Double? {
        if values.isEmpty { return nil }
        let sorted = values.sorted(), half = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
    }

    /// Gates reported dead, by gate and sites.
    public var deadGates: [GateCalibration] { gates.filter(\.isDead).sorted(by: GateCalibration.precedes) }

    /// Sites reported dead.
    public var deadSites: [Site] { sites.indices.filter { !sites[$0].isOperational }.map { Site($0) } }

    /// Whether the site exists and is not reported dead.
    public func isOperational(_ site: Site) -> Bool { site.index < sites.count && sites[site.index].isOperational }

    /// What a reader of results must know about these figures, in words, in a fixed order.
    public var warnings: [String] {
        var result: [String] = []
        for (k, site) in sites.enumerated() {
            guard let t1 = site.t1, let t2 = site.t2, t2.value > 2 * t1.value else { continue }
            result.append(
                "site \(k): the published T2 of \(Self.microseconds(t2)) exceeds 2·T1 = "
                    + "\(Self.microseconds(Seconds(2 * t1.value))), which physics forbids; "
                    + "\(Self.microseconds(Seconds(2 * t1.value))) is used")
        }
        if !deadSites.isEmpty {
            let list = deadSites.map { "\($0.index)" }.joined(separator: ", ")
            result.append("reported dead and never used: site\(deadSites.count == 1 ? "" : "s") \(list)")
        }
        var seen: Set<[Site]> = []
        for gate in StandardGate.allCases where gate.qubitCount > 1 {
            seen.removeAll()
            let dead = deadGates.filter { $0.gate == gate && seen.insert($0.sites.sorted()).inserted }
            if dead.isEmpty { continue }
            let list = dead.map { $0.sites.map { "\($0.index)" }.joined(separator: "-") }.joined(separator: ", ")
            result.append("reported dead and never used: \(gate.name) on \(list)")
        }
        return result
    }

    private static func microseconds(_ time: Seconds) -> String { "\((time.value * 1e8).rounded() / 100) µs" }
}
