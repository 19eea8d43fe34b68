import Circuits
public import Hardware

extension Target {
    /// The machine under one calibration.
    ///
    /// - Parameter allowed: sites that may be used; nil for all. Dead sites and couplers are excluded in any case.
    /// - Throws: `.mismatch` if the calibration has another number of sites than the device (none at all is allowed,
    ///   and means that no figures are known); `.invalidOption` for an allowed site that the device does not have.
    public init(
        _ description: DeviceDescription, calibration: Calibration, allowed: [Site]? = nil
    ) throws(CompilerError) {
        let count = description.siteCount
        guard calibration.sites.isEmpty || calibration.sites.count == count else {
            throw CompilerError(
                .mismatch,
                "calibration \(calibration.id) describes \(calibration.sites.count) sites, device \(description.id) has \(count)",
                cure: "use a calibration of this device")
        }
        let calibration = calibration.expandingDefaults(over: description)
        var live =
            calibration.sites.isEmpty ? Array(repeating: true, count: count) : calibration.sites.map(\.isOperational)
        if let allowed {
            if let stranger = allowed.first(where: { $0.index >= count }) {
                throw CompilerError(
                    .invalidOption,
                    "site \(stranger.index) is not on device \(description.id), which has \(count) sites",
                    cure: "choose sites 0 to \(count - 1)")
            }
            var chosen = Array(repeating: false, count: count)
            for site in allowed { chosen[site.index] = true }
            for k in 0..<count { live[k] = live[k] && chosen[k] }
        }

        let gateCount = StandardGate.allCases.count
        var native: [NativeGate?] = Array(repeating: nil, count: gateCount)
        for gate in description.nativeGates { native[Int(gate.gate.rawValue)] = gate }
        var calibrated = Array(repeating: false, count: gateCount)
        for entry in calibration.gates { calibrated[Int(entry.gate.rawValue)] = true }
        for entry in calibration.defaults where entry.error > 0 || entry.duration.value > 0 {
            calibrated[Int(entry.gate.rawValue)] = true
        }

        var rows: [Int?] = Array(repeating: nil, count: gateCount)
        var rowCount = 0
        for gate in description.nativeGates
        where gate.gate.qubitCount == 1 && !gate.isVirtual && calibrated[Int(gate.gate.rawValue)] {
            rows[Int(gate.gate.rawValue)] = rowCount * count
            rowCount += 1
        }
        var errors = Array(repeating: Double.nan, count: rowCount * count)
        var durations = errors
        for entry in calibration.gates where entry.sites.count == 1 && native[Int(entry.gate.rawValue)] != nil {
            let site = entry.sites[0].index
            guard site < count, live[site], let row = rows[Int(entry.gate.rawValue)] else { continue }
            let place = row + site
            errors[place] = entry.isDead ? .nan : entry.error
            durations[place] = entry.isDead ? .nan : entry.duration.value
        }

        var couplers: [Coupler] = []
        var isAllToAll = false
        switch description.connectivity {
        case .all: isAllToAll = true
        case .couplings(let couplings):
            couplers = Self.couplers(
                couplings, live: live, native: description.nativeGates, calibrated: calibrated, calibration: calibration
            )
        }
        var degrees = Array(repeating: 0, count: count + 1)
        for coupler in couplers {
            degrees[coupler.first.index + 1] += 1
            degrees[coupler.second.index + 1] += 1
        }
        for k in 0..<count { degrees[k + 1] += degrees[k] }
        var indices = Array(repeating: 0, count: couplers.count * 2)
        var fill = degrees
        for (k, coupler) in couplers.enumerated() {
            for site in [coupler.first.index, coupler.second.index] {
                indices[fill[site]] = k
                fill[site] += 1
            }
        }

        self.description = description
        self.calibration = calibration
        siteCount = count
        isLive = live
        self.isAllToAll = isAllToAll
        self.native = native
        oneQubitGates = description.nativeGates.map(\.gate).filter { $0.qubitCount == 1 }
        twoQubitGates = description.nativeGates.map(\.gate).filter { $0.qubitCount == 2 }
        isCalibrated = calibrated
        self.couplers = couplers
        couplerStarts = degrees
        couplerIndices = indices
        oneQubitRows = rows
        oneQubitErrors = errors
        oneQubitDurations = durations
        routingMap = RoutingMap(siteCount: isAllToAll ? 0 : count, isLive: live, couplers: couplers)
    }

    /// The live couplers in ascending order, each with its gates, least error first.
    private static func couplers(
        _ couplings: [Coupling], live: [Bool], native: [NativeGate], calibrated: [Bool], calibration: Calibration
    ) -> [Coupler] {
        var gates: [Coupling: [CouplerGate]] = [:]
        let twoQubit = native.filter { $0.gate.qubitCount == 2 }
        for coupling in couplings where live[coupling.first.index] && live[coupling.second.index] {
            let isReversed = coupling.first > coupling.second
            let key = isReversed ? coupling.reversed : coupling
            for entry in twoQubit {
                if calibrated[Int(entry.gate.rawValue)] {
                    guard
                        let figures = calibration.figures(for: entry.gate, on: [coupling.first, coupling.second]),
                        !figures.isDead
                    else { continue }
                    gates[key, default: []].append(
                        CouplerGate(
                            gate: entry.gate, isReversed: isReversed, error: figures.error, duration: figures.duration))
                } else {
                    gates[key, default: []].append(
                        CouplerGate(gate: entry.gate, isReversed: isReversed, error: 0, duration: .zero))
                }
            }
        }
        return gates.map { pair, entries in
            Coupler(
                first: pair.first, second: pair.second,
                gates: entries.sorted {
                    ($0.error, $0.duration, $0.gate.rawValue, $0.isReversed ? 1 : 0)
                        < ($1.error, $1.duration, $1.gate.rawValue, $1.isReversed ? 1 : 0)
                })
        }
        .sorted { ($0.first, $0.second) < ($1.first, $1.second) }
    }
}
