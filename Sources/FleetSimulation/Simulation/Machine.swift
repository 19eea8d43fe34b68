import Drivers
public import Hardware
import Kernel

/// A machine of the data centre: what its record says of it, and what it truly is meanwhile.
///
/// Each machine differs from its file by factors of its own, drawn once. On top of them its errors walk: an
/// Ornstein–Uhlenbeck process in the logarithm, a step at every calibration. The record in force is the walk at the last
/// calibration; the truth in between is interpolated, so that records grow stale.
public struct Machine: Sendable {
    public let file: DeviceFile
    public let index: Int
    public let group: FleetScenario.DeviceGroup
    /// One value a calibrated pair or site, constant.
    private let own: [Float]
    /// The same for each calibration so far.
    private var walks: [[Float]]
    private var times: [Double]
    /// For each gate of the file's calibration, the place of its factor: gates on the same sites share one.
    private let places: [Int]
    private let seed: UInt64

    /// Days after which half of a deviation is forgotten, times 1/ln 2.
    private static let memory = 3 * 86_400.0

    public init(_ file: DeviceFile, index: Int, group: FleetScenario.DeviceGroup, seed: UInt64) {
        self.file = file
        self.index = index
        self.group = group
        self.seed = seed &+ UInt64(index) &* 0x1000_0000_01B3
        var known: [[Int]: Int] = [:]
        let sites = file.calibration.sites.count
        places = file.calibration.gates.map { gate in
            let key = gate.sites.map(\.index).sorted()
            if key.count == 1 { return key[0] }
            if let place = known[key] { return place }
            known[key] = sites + known.count
            return sites + known.count - 1
        }
        let count = sites + known.count
        var random = SplitMix(seed: self.seed, stream: 1)
        own = (0..<count).map { _ in Float(random.normal() * group.spread) }
        var walk = SplitMix(seed: self.seed, stream: 2)
        walks = [(0..<count).map { _ in Float(walk.normal() * group.driftPerDay) }]
        times = [0]
    }

    public var description: DeviceDescription { file.description }

    /// Calibrations so far, the one before the begin included.
    public var version: Int { walks.count - 1 }

    /// Measures the machine: from now on the record says what it is now.
    public mutating func calibrate(at time: Double) {
        let elapsed = max(0, time - times[times.count - 1])
        let keep = Float(exponential(-elapsed / Self.memory))
        let spread = Float(group.driftPerDay) * (1 - keep * keep).squareRoot() * 2
        var random = SplitMix(seed: seed, stream: UInt64(walks.count + 2))
        walks.append(walks[walks.count - 1].map { $0 * keep + Float(random.normal()) * spread })
        times.append(time)
    }

    /// The record that was in force under a version.
    public func record(version: Int) -> Calibration { calibration(walks[version], name: "v\(version)") }

    /// What the machine truly was at a time under a version: between that calibration and the next.
    public func truth(version: Int, at time: Double) -> Calibration {
        guard version + 1 < walks.count, times[version + 1] > times[version] else { return record(version: version) }
        let part = Float(min(1, max(0, (time - times[version]) / (times[version + 1] - times[version]))))
        let between = zip(walks[version], walks[version + 1]).map { $0 * (1 - part) + $1 * part }
        // The id of the record: programs were compiled against it.
        return calibration(between, name: "v\(version)")
    }

    private func calibration(_ walk: [Float], name: String) -> Calibration {
        let base = file.calibration
        let factor = { (place: Int) -> Double in exponential(Double(own[place] + walk[place])) }
        let sites = base.sites.enumerated().map { place, site in
            var site = site
            let worse = factor(place)
            site.t1 = site.t1.map { Seconds($0.value / worse) }
            site.t2 = site.t2.map { Seconds($0.value / worse) }
            site.readout?.falseOne *= worse
            site.readout?.falseZero *= worse
            if let readout = site.readout {
                site.readout?.falseOne = min(0.5, readout.falseOne)
                site.readout?.falseZero = min(0.5, readout.falseZero)
            }
            return site
        }
        let gates = base.gates.enumerated().map { k, gate in
            var gate = gate
            // A dead coupler stays dead, a working one works.
            if !gate.isDead { gate.error = min(0.5, gate.error * factor(places[k])) }
            return gate
        }
        var environment = base.environment
        if let crosstalk = group.crosstalk, !environment.hasCrosstalk { environment.crosstalkDefault = crosstalk }
        // All that does not walk is the file's: shared pulses, transport, heating, crosstalk.
        return Calibration(
            id: "\(description.id)-\(index)-\(name)", timestamp: base.timestamp, sites: sites, gates: gates,
            defaults: base.defaults, globals: base.globals, environment: environment)
    }
}
