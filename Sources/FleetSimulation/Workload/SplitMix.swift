#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), with the distributions that traffic is made of.
struct SplitMix: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A stream of its own for each purpose, so that one more draw here changes nothing there.
    init(seed: UInt64, stream: UInt64) {
        var mixer = SplitMix(seed: seed ^ (stream &* 0xD6E8_FEB8_6659_FD93))
        state = mixer.next()
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In [0, 1).
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }

    /// Exponential of mean 1.
    mutating func exponential() -> Double { -log(1 - uniform()) }

    /// Normal of mean 0 and variance 1 (Box and Muller; the second value is not kept).
    mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }

    /// 1, 2, 3… with this mean.
    mutating func geometric(mean: Double) -> Int {
        mean <= 1 ? 1 : 1 + Int(log(1 - uniform()) / log(1 - 1 / mean))
    }
}

func arcCosine(_ x: Double) -> Double { acos(x) }

func exponential(_ x: Double) -> Double { exp(x) }

func sine(_ x: Double) -> Double { sin(x) }

func logarithm(_ x: Double) -> Double { log(x) }

func logarithm10(_ x: Double) -> Double { log10(x) }
func power10(_ x: Double) -> Double { pow(10, x) }
