import Circuits

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// U = e^{i·phase} · Rz(phi) · Ry(theta) · Rz(lambda) with theta in [0, π].
struct EulerAngles: Sendable, BitwiseCopyable {
    var theta: Double
    var phi: Double
    var lambda: Double
    var phase: Double

    /// Angles closer than this to a special value are that value: the error stays below 10⁻¹⁰.
    static let tolerance = 1e-11

    init(_ u: Unitary2) {
        theta = 2 * atan2(u.c.magnitude, u.a.magnitude)
        if theta < Self.tolerance { theta = 0 }
        if theta > .pi - Self.tolerance { theta = .pi }
        if theta == 0 {
            // Only the sum matters.
            (phi, lambda) = (0, u.d.phase - u.a.phase)
            phase = u.a.phase + lambda / 2
        } else if theta == .pi {
            (phi, lambda) = (0, (-u.b).phase - u.c.phase)
            phase = u.c.phase + lambda / 2
        } else {
            let sum = u.d.phase - u.a.phase
            var difference = u.c.phase - (-u.b).phase
            phase = u.a.phase + sum / 2
            // Both are known up to a full turn; the lower left element says which.
            if cos(u.c.phase - phase - difference / 2) < 0 { difference += 2 * .pi }
            phi = (sum + difference) / 2
            lambda = (sum - difference) / 2
        }
    }

    /// The angle in (−π, π].
    static func wrapped(_ angle: Double) -> Double {
        var result = remainder(angle, 2 * .pi)
        if abs(result) < tolerance { result = 0 }
        if abs(abs(result) - .pi) < tolerance { result = .pi }
        return result
    }
}
