#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The C library's functions under names that say what they are.
enum Exponential {
    static func of(_ x: Double) -> Double { exp(x) }
    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
    static func logarithm(_ x: Double) -> Double { log(x) }
    static func cosine(_ x: Double) -> Double { cos(x) }
}
