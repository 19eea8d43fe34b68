#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a job may know of having shared its machine: not who was next door, but how much could have come through.
public struct IsolationReport: Hashable, Sendable, Codable {
    /// Nobody else was on the machine.
    public var isAlone: Bool
    /// Couplers kept free between programs.
    public var guardDistance: Int
    /// Couplers that joined the region to sites of others while it ran; 0 with a guard of one site or more.
    public var sharedCouplers: Int
    /// Bound on the total variation distance between the outcomes as they were and as they would have been alone, from
    /// the measured ZZ coupling over each shared coupler and the errors of the resets between two users of a site; nil where
    /// one of these has not been measured.
    public var leakBound: Double?
    /// Sites used in turn with others within a shot.
    public var sharedHelpers: Int

    /// - Parameters:
    ///   - others: sites of all other programs that ran at the same time.
    ///   - shotSeconds: how long the longest of them takes.
    ///   - helpers: sites of the region that others use in turn with it.
    ///   - resetError: what a reset leaves of the one before, by site; nil where it is not known.
    ///   - coupling: measured ZZ strength in hertz between two sites; nil where it is not known.
    public init(
        region: SiteMask, others: SiteMask, on map: DeviceMap, guardDistance: Int, shotSeconds: Double,
        helpers: SiteMask = SiteMask(), resetError: (Int) -> Double? = { _ in nil }, coupling: (Int, Int) -> Double?
    ) {
        isAlone = others.isEmpty
        self.guardDistance = guardDistance
        sharedHelpers = helpers.count
        var shared = 0, bound: Double? = 0
        for site in helpers.sites { bound = bound.flatMap { known in resetError(site).map { known + $0 } } }
        for site in region.sites where !map.isAllToAll {
            for k in Int(map.starts[site])..<Int(map.starts[site + 1]) {
                let other = Int(map.neighbours[k])
                // At a helper somebody else works while its neighbours in the region are still in use.
                guard others.contains(other), !region.contains(other) || helpers.contains(other) else { continue }
                shared += 1
                // exp(−i·πζt/2·ZZ) moves no outcome by more than |sin(πζt/2)|, all of a shot counted.
                let leak = coupling(site, other).map { abs(sin(min(.pi / 2, .pi * abs($0) * shotSeconds / 2))) }
                if let known = bound, let leak { bound = known + leak } else { bound = nil }
            }
        }
        sharedCouplers = shared
        leakBound = bound.map { min(1, $0) }
    }
}

extension IsolationReport {
    /// Of a program that had its neighbourhood to itself.
    public static func alone(guardDistance: Int) -> IsolationReport { IsolationReport(guardDistance: guardDistance) }

    private init(guardDistance: Int) {
        isAlone = true
        self.guardDistance = guardDistance
        sharedCouplers = 0
        leakBound = 0
        sharedHelpers = 0
    }

    /// Of two rounds of the same job: the worse of each figure.
    public func joined(with next: IsolationReport) -> IsolationReport {
        var both = self
        both.isAlone = isAlone && next.isAlone
        both.guardDistance = min(guardDistance, next.guardDistance)
        both.sharedCouplers = max(sharedCouplers, next.sharedCouplers)
        both.sharedHelpers = max(sharedHelpers, next.sharedHelpers)
        // A bound on the whole is that of its worst round; unknown in one, it is unknown.
        both.leakBound = leakBound.flatMap { bound in next.leakBound.map { max(bound, $0) } }
        return both
    }
}
