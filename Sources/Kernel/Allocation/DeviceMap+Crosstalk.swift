import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// For how long a program is open to what its neighbours do.
struct Exposure: Hashable, Sendable {
    /// From the first gate to the last, seconds.
    var active: Float
    /// Of these, the part for which two-qubit gates drive a site, on average.
    var drivenPart: Float

    static let none = Exposure(active: 0, drivenPart: 0)
}

extension Exposure {
    init(_ program: ProgramProfile, _ timing: DeviceTiming) {
        active =
            Float(program.oneQubitDepth) * Float(timing.oneQubitGate)
            + Float(program.twoQubitDepth) * Float(timing.twoQubitGate)
        let driven = 2 * Float(program.twoQubitGates) * Float(timing.twoQubitGate) / Float(max(1, program.width))
        drivenPart = active > 0 ? min(1, driven / active) : 0
    }
}

extension DeviceMap {
    /// What two programs that touch cost each other by the measured ZZ coupling of the couplers between them, as a negative
    /// logarithm like all costs of the map.
    ///
    /// A pair turns by exp(−i·πζt/2·ZZ) while two-qubit gates drive one of the two, which is taken for a flip with
    /// probability sin²(πζt/2). Programs that run together end together: what they have in common is the shorter's time.
    func crosstalkCost(_ a: SiteMask, _ exposedA: Exposure, _ b: SiteMask, _ exposedB: Exposure) -> Float {
        guard hasCrosstalk else { return 0 }
        let time = min(exposedA.active, exposedB.active) * (exposedA.drivenPart + exposedB.drivenPart)
        var cost: Float = 0
        a.forEach { site in
            for k in Int(starts[site])..<Int(starts[site + 1]) where b.contains(Int(neighbours[k])) {
                let angle = Double(abs(couplings[k]) * time) * .pi / 2, flip = sin(min(.pi / 2, angle))
                cost += Self.cost(flip * flip)
            }
        }
        return cost
    }
}

extension EnvironmentFigures {
    /// The ZZ strength between two sites in hertz, as measured; nil where nobody did.
    var strengths: (Int, Int) -> Double? {
        let known = Dictionary(crosstalk.map { ($0.pair.ordered, $0.zz) }) { $1 }
        return { known[Coupling(Site($0), Site($1)).ordered] ?? crosstalkDefault }
    }
}

extension Coupling {
    fileprivate var ordered: Coupling { first < second ? self : reversed }
}
