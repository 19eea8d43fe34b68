#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// What libFuzzer calls. The target comes from the environment: KELVIN_FUZZ_TARGET names one of `FuzzTarget`.

private let target: FuzzTarget = {
    guard let name = getenv("KELVIN_FUZZ_TARGET").map({ String(cString: $0) }), let target = FuzzTarget(rawValue: name)
    else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
        // Nothing else can say to libFuzzer that there is nothing to run.
        fatalError("KELVIN_FUZZ_TARGET names one of: \(names)")
    }
    return target
}()

/// Slowest acceptable time for a byte, in nanoseconds, behind what every input may take: far above any linear reader,
/// far below what squares.
private let slownessLimit = 100_000.0

/// What a few bytes of loops may cost, in nanoseconds: a program may unroll to 10⁷ instructions.
private let unrollingLimit = 4e9

/// The processor's time for this thread, in nanoseconds: a busy machine makes no input slow.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    let start = processorTime()
    target.run(bytes)
    let nanoseconds = processorTime() - start
    if nanoseconds > unrollingLimit + slownessLimit * Double(size) {
        // A crash is how libFuzzer learns of a fault and keeps the input.
        fatalError("\(size) bytes took \(nanoseconds * 1e-9) s")
    }
    return 0
}

/// libFuzzer's own mutation of bytes.
@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ maximum: Int) -> Int

@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ maximum: Int, _ seed: UInt32) -> Int {
    guard let data else { return 0 }
    var generator = SplitMix(state: UInt64(seed))
    // A quarter of the mutations know nothing of the grammar.
    if generator.below(4) == 0 { return mutateBytes(data, size, maximum) }
    var bytes = Array(UnsafeBufferPointer(start: data, count: size))
    target.grammar.mutate(&bytes, &generator)
    if bytes.count > maximum { bytes.removeLast(bytes.count - maximum) }
    for (k, byte) in bytes.enumerated() { data[k] = byte }
    return bytes.count
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}
