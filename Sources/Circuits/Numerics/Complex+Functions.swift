#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Complex {
    /// e^{i·angle}; `angle` in radians.
    public init(phase angle: Double) { self.init(cos(angle), sin(angle)) }

    /// The argument in (−π, π], radians; 0 for zero.
    public var phase: Double { atan2(im, re) }

    /// The principal square root.
    public var squareRoot: Complex {
        let radius = magnitude.squareRoot()
        return radius * Complex(phase: phase / 2)
    }
}
