#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
public import Circuits

/// The amplitudes of a pure state of n qubits; qubit 0 is the least significant bit of the index.
///
/// Real and imaginary parts lie in two aligned arrays, so that kernels read vectors without shuffling. A reference type,
/// because a state may fill the memory: copies are explicit (`copy()`).
///
/// - Warning: one thread at a time; the kernels spread themselves over `threads`.
public final class StateVector: @unchecked Sendable {
    public let qubitCount: Int
    /// Threads that kernels may use; results do not depend on it.
    public var threads: Int
    let re: UnsafeMutablePointer<Double>
    let im: UnsafeMutablePointer<Double>

    /// Amplitudes, padded up to one vector.
    let capacity: Int

    /// |0…0⟩.
    ///
    /// - Precondition: `qubitCount` in 0...40, and 2^(qubitCount + 4) bytes of memory; callers compare with what there is.
    public init(qubitCount: Int, threads: Int = 1) {
        precondition(qubitCount >= 0 && qubitCount <= 40, "a state vector of \(qubitCount) qubits")
        self.qubitCount = qubitCount
        self.threads = threads
        capacity = max(1 << qubitCount, laneCount)
        re = Self.allocate(capacity)
        im = Self.allocate(capacity)
        re.initialize(repeating: 0, count: capacity)
        im.initialize(repeating: 0, count: capacity)
        re[0] = 1
    }

    /// An exact copy.
    private init(copying other: StateVector) {
        qubitCount = other.qubitCount
        threads = other.threads
        capacity = other.capacity
        re = Self.allocate(capacity)
        im = Self.allocate(capacity)
        re.initialize(from: other.re, count: capacity)
        im.initialize(from: other.im, count: capacity)
    }

    /// A state with these amplitudes.
    ///
    /// - Precondition: a power of two of amplitudes.
    public convenience init(amplitudes: [Complex], threads: Int = 1) {
        precondition(amplitudes.count.nonzeroBitCount == 1, "a power of two of amplitudes")
        self.init(qubitCount: amplitudes.count.trailingZeroBitCount, threads: threads)
        for (k, amplitude) in amplitudes.enumerated() { self[k] = amplitude }
    }

    deinit {
        free(re)
        free(im)
    }

    public func copy() -> StateVector { StateVector(copying: self) }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Double> {
        var memory: UnsafeMutableRawPointer?
        let size = count * MemoryLayout<Double>.stride
        // Passes over high qubits jump through the memory: large pages spare them the misses of address translation.
        let page = 1 << 21
        let isLarge = size >= 2 * page
        let status = posix_memalign(&memory, isLarge ? page : 64, size)
        precondition(status == 0 && memory != nil, "no memory for \(count) amplitudes")
        #if os(Linux)
        if isLarge { madvise(memory!, size, MADV_HUGEPAGE) }
        #endif
        return memory!.bindMemory(to: Double.self, capacity: count)
    }

    /// Bytes that a state of so many qubits takes.
    public static func byteCount(qubitCount: Int) -> Int { 16 << qubitCount }
}

extension StateVector {
    var byteCount: Int { 16 * capacity }

    public var count: Int { 1 << qubitCount }

    public subscript(index: Int) -> Complex {
        get { Complex(re[index], im[index]) }
        set {
            re[index] = newValue.re
            im[index] = newValue.im
        }
    }

    public var amplitudes: [Complex] { (0..<count).map { self[$0] } }

    /// Back to |0…0⟩.
    public func clear() {
        re.update(repeating: 0, count: capacity)
        im.update(repeating: 0, count: capacity)
        re[0] = 1
    }

    /// Takes over the amplitudes of a state of the same size.
    func assign(_ other: StateVector) {
        precondition(capacity == other.capacity, "states of different sizes")
        re.update(from: other.re, count: capacity)
        im.update(from: other.im, count: capacity)
    }

    /// Vectors of the state, for the kernels.
    var vectors: (re: UnsafeMutablePointer<Lanes>, im: UnsafeMutablePointer<Lanes>) {
        (
            UnsafeMutableRawPointer(re).assumingMemoryBound(to: Lanes.self),
            UnsafeMutableRawPointer(im).assumingMemoryBound(to: Lanes.self)
        )
    }

    var vectorCount: Int { capacity / laneCount }

    /// Threads worth waking for work over `items` vectors.
    @inline(__always)
    func threads(for items: Int) -> Int { items >= 1 << 12 ? threads : 1 }

    /// Applies one gate without fusion.
    public func apply(_ gate: ElementaryGate) { apply(StateVectorKernel(gate)) }
}
