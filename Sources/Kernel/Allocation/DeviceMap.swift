import Circuits
public import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A machine under one calibration as the allocator sees it: flat tables of costs, everything dead already gone.
///
/// Costs are negative logarithms of the chance that nothing goes wrong, so that they add up. Of the two-qubit gates on a
/// coupler the best counts.
public final class DeviceMap: Sendable {
    public let deviceID: String
    public let calibrationID: String
    public let siteCount: Int
    public let isAllToAll: Bool
    public let timing: DeviceTiming
    /// Sites that may be used.
    public let live: SiteMask
    public let liveCount: Int
    /// Neighbours of site s: `neighbours[starts[s]..<starts[s + 1]]`, ascending, with the cost of the coupler.
    let starts: [Int32]
    let neighbours: [UInt16]
    let couplerCosts: [Float]
    /// ZZ strength of each coupler, hertz; 0 where nobody measured it.
    let couplings: [Float]
    let hasCrosstalk: Bool
    /// By site: one physical one-qubit gate, one readout, one second of waiting.
    let gateCosts: [Float]
    let readoutCosts: [Float]
    let idleRates: [Float]
    /// By site, seconds; infinity where none is known.
    let coherence: [Float]
    /// The cost of a two-qubit gate where all sites are joined: its median.
    let anyPairCost: Float
    /// Sites at most d couplers away from each site, for d = 1 and 2.
    private let near: [[SiteMask]]

    /// - Precondition: at most `SiteMask.capacity` sites.
    public init(_ description: DeviceDescription, calibration: Calibration) {
        precondition(description.siteCount <= SiteMask.capacity, "\(description.id) has \(description.siteCount) sites")
        let graph = CouplingGraph(description: description, calibration: calibration)
        let count = description.siteCount
        deviceID = description.id
        calibrationID = calibration.id
        siteCount = count
        isAllToAll = graph.isComplete
        timing = DeviceTiming(description, calibration: calibration)
        let usable = graph.usableSites.map(\.index)
        live = SiteMask(usable)
        liveCount = usable.count
        let pairGates = description.nativeGates.map(\.gate).filter { $0.qubitCount == 2 }
        let siteGates = description.nativeGates.filter { $0.gate.qubitCount == 1 && !$0.isVirtual }.map(\.gate)

        let strengths = calibration.environment.strengths
        var starts: [Int32] = [0], neighbours: [UInt16] = [], couplerCosts: [Float] = [], couplings: [Float] = []
        for site in 0..<count {
            if !graph.isComplete {
                for other in graph.neighbours(of: Site(site)) {
                    let errors = pairGates.flatMap { gate in
                        [[Site(site), other], [other, Site(site)]].compactMap {
                            calibration.figures(for: gate, on: $0).flatMap { $0.isDead ? nil : $0.error }
                        }
                    }
                    neighbours.append(UInt16(other.index))
                    couplerCosts.append(Self.cost(errors.min() ?? 0))
                    couplings.append(Float(strengths(site, other.index) ?? 0))
                }
            }
            starts.append(Int32(neighbours.count))
        }
        self.starts = starts
        self.neighbours = neighbours
        self.couplerCosts = couplerCosts
        self.couplings = couplings
        hasCrosstalk = couplings.contains { $0 != 0 }
        anyPairCost = Self.cost(pairGates.compactMap { calibration.medianError(of: $0) }.min() ?? 0)
        gateCosts = (0..<count).map { site in
            let errors = siteGates.compactMap { calibration.figures(for: $0, on: [Site(site)])?.error }
            return Self.cost(errors.max() ?? 0)
        }
        readoutCosts = calibration.sites.map { Self.cost($0.readout?.error ?? 0) }
        idleRates = calibration.sites.map { site in
            // The slope at zero of the idle infidelity ½ − e^(−t/T1)/6 − e^(−t/T2)/3.
            let t1 = site.t1?.value ?? .infinity, t2 = site.effectiveT2?.value ?? .infinity
            return Float(1 / (6 * t1) + 1 / (3 * t2))
        }
        coherence = calibration.sites.map { Float($0.effectiveT2?.value ?? .infinity) }

        var one = Array(repeating: SiteMask(), count: count)
        for site in 0..<count {
            one[site].insert(site)
            for k in Int(starts[site])..<Int(starts[site + 1]) { one[site].insert(Int(neighbours[k])) }
        }
        var two = one
        for site in 0..<count {
            for k in Int(starts[site])..<Int(starts[site + 1]) { two[site] = two[site].union(one[Int(neighbours[k])]) }
        }
        near = [one, two]
    }

    static func cost(_ error: Double) -> Float { Float(-log(max(1e-9, 1 - error))) }

    /// The sites and all within a distance of them; where all are joined, the sites alone.
    public func dilated(_ sites: SiteMask, by distance: Int) -> SiteMask {
        guard distance > 0, !isAllToAll else { return sites }
        let table = near[min(distance, near.count) - 1]
        var result = sites, rest = distance
        while rest > 0 {
            let before = result
            before.forEach { result = result.union(table[$0]) }
            rest -= min(distance, near.count)
        }
        return result
    }
}

/// How long things take on a machine, seconds: medians of the calibration.
public struct DeviceTiming: Hashable, Sendable {
    public var oneQubitGate: Double
    public var twoQubitGate: Double
    public var readout: Double
    public var repetitionDelay: Double

    static let none = DeviceTiming(oneQubitGate: 0, twoQubitGate: 0, readout: 0, repetitionDelay: 0)

    init(oneQubitGate: Double, twoQubitGate: Double, readout: Double, repetitionDelay: Double) {
        self.oneQubitGate = oneQubitGate
        self.twoQubitGate = twoQubitGate
        self.readout = readout
        self.repetitionDelay = repetitionDelay
    }

    init(_ description: DeviceDescription, calibration: Calibration) {
        let durations = { (qubits: Int) -> Double in
            let gates = description.nativeGates.filter { $0.gate.qubitCount == qubits && !$0.isVirtual }
            return gates.compactMap { calibration.medianDuration(of: $0.gate)?.value }.min() ?? 0
        }
        oneQubitGate = durations(1)
        twoQubitGate = durations(2)
        let readouts = calibration.sites.compactMap { $0.isOperational ? $0.readout?.duration.value : nil }.sorted()
        readout = readouts.isEmpty ? 0 : readouts[readouts.count / 2]
        repetitionDelay = description.timing.repetitionDelay.value
    }
}
