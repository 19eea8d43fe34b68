#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What to expect of a program in a region, from counts of its gates and sums over the region: no compilation.
public struct RegionEstimate: Hashable, Sendable {
    /// −ln of the chance that one shot goes through without an error.
    public var cost: Float
    /// One shot from its first gate to its last readout, seconds.
    public var shotSeconds: Float
    /// `shotSeconds` without the readout, in units of the least T2 in the region.
    public var coherenceUse: Float

    /// Between 0 and 1.
    public var success: Double { exp(-Double(cost)) }

    init(_ program: ProgramProfile, _ region: RegionFigures, _ timing: DeviceTiming) {
        let swaps =
            region.couplers == 0
            ? 0 : program.swaps(atDistance: Double(region.meanDistance), branches: Double(region.branches))
        let growth = Float(1 + 3 * swaps)
        let pairGates = Float(program.twoQubitGates) * growth
        let siteGates = Float(program.oneQubitGates) + Float(program.twoQubitGates) * 2 * (growth - 1)
        let active =
            Float(program.oneQubitDepth) * Float(timing.oneQubitGate)
            + Float(program.twoQubitDepth) * growth * Float(timing.twoQubitGate)
        let busy = siteGates * Float(timing.oneQubitGate) + 2 * pairGates * Float(timing.twoQubitGate)
        let meanPair = region.couplers > 0 ? region.couplerCost / region.couplers : 0
        cost = siteGates * region.gateCost / region.sites + pairGates * meanPair
        cost += Float(program.measurements) * region.readoutCost / region.sites
        cost += max(0, region.sites * active - busy) * region.idleRate / region.sites
        shotSeconds = active + (program.measurements > 0 ? Float(timing.readout) : 0)
        coherenceUse = region.leastCoherence.isFinite ? active / region.leastCoherence : 0
    }
}
