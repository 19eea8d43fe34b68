/// Philox 2×64 with ten rounds: random numbers as a pure function of a key and a counter.
///
/// Salmon, Moraes, Dror, Shaw: "Parallel Random Numbers: As Easy as 1, 2, 3" (SC'11). The randomness of shot k is a
/// function of (seed, k, place in the program) alone, so any number of threads in any order draws the same numbers.
public struct Philox: RandomNumberGenerator, Sendable {
    private var stream: UInt64
    private var counter: UInt64
    private let key: UInt64
    private var spare: UInt64?

    /// The sequence of numbers of one stream under one seed.
    public init(seed: UInt64, stream: UInt64 = 0) {
        key = seed
        self.stream = stream
        counter = 0
        spare = nil
    }

    /// Two random words for a counter of two words.
    @inline(__always)
    public static func block(_ high: UInt64, _ low: UInt64, key: UInt64) -> (UInt64, UInt64) {
        var (x0, x1, k) = (low, high, key)
        for _ in 0..<10 {
            let product = x0.multipliedFullWidth(by: 0xD2B7_4407_B1CE_6E93)
            x0 = product.high ^ k ^ x1
            x1 = product.low
            k = k &+ 0x9E37_79B9_7F4A_7C15
        }
        return (x0, x1)
    }

    public mutating func next() -> UInt64 {
        if let value = spare {
            spare = nil
            return value
        }
        let (first, second) = Self.block(stream, counter, key: key)
        counter &+= 1
        spare = second
        return first
    }
}

/// What a random number is for; numbers for different purposes never meet.
enum RandomDomain: UInt64 {
    case outcome, noise, readout, frame, component, departure, crosstalk, detection
}

/// The source of all randomness of one run.
struct RandomSource: Sendable {
    let seed: UInt64

    /// Uniform in [0, 1), a function of its arguments; 53 bits.
    @inline(__always)
    func uniform(_ domain: RandomDomain, stream: UInt64, draw: UInt64) -> Double {
        Double(word(domain, stream: stream, draw: draw) >> 11) * 0x1p-53
    }

    @inline(__always)
    func word(_ domain: RandomDomain, stream: UInt64, draw: UInt64) -> UInt64 {
        Philox.block(domain.rawValue << 56 ^ stream, draw, key: seed).0
    }

    /// An independent source, for one of several parts of a program.
    func child(_ index: Int) -> RandomSource {
        RandomSource(seed: word(.component, stream: UInt64(index), draw: 0))
    }
}
