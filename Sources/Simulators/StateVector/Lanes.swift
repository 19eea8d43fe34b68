/// The vector of amplitudes' parts that kernels work on: a run of `laneCount` basis states.
///
/// Four doubles are two registers of the x86-64 baseline and one of AVX2; the compiler keeps the four vectors of a
/// one-qubit kernel in registers on both.
typealias Lanes = SIMD4<Double>

/// Qubits below this index lie within a vector.
let laneQubits = 2
let laneCount = 4

extension SIMD4<Double> {
    /// Lane k of the result is lane `k ^ mask`.
    @inline(__always)
    func exchanged(_ mask: Int) -> SIMD4<Double> {
        switch mask {
        case 0: self
        case 1: SIMD4(self[1], self[0], self[3], self[2])
        case 2: SIMD4(self[2], self[3], self[0], self[1])
        default: SIMD4(self[3], self[2], self[1], self[0])
        }
    }
}

/// Complex coefficients, one a lane.
struct Complexes {
    let re: Lanes
    let im: Lanes

    @inline(__always)
    init(_ re: Lanes, _ im: Lanes) {
        self.re = re
        self.im = im
    }

    /// The lower halves, twice.
    @inline(__always)
    init(halves re: Lanes, _ im: Lanes) {
        self.re = Lanes(lowHalf: re.lowHalf, highHalf: re.lowHalf)
        self.im = Lanes(lowHalf: im.lowHalf, highHalf: im.lowHalf)
    }
}
