/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): small, fast, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in 0..<bound by multiplication; the bias is below 2⁻³² for the bounds used here.
    @inline(__always)
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(bound)) >> 32) }

    /// Fisher–Yates; written out, because the library's shuffle may change with its version.
    mutating func shuffle<T>(_ array: inout [T]) {
        guard array.count > 1 else { return }
        for k in stride(from: array.count - 1, to: 0, by: -1) { array.swapAt(k, below(k + 1)) }
    }
}
