public import Circuits

/// The measured confusion of several bits, each on its own: a tensor product of 2×2 stochastic matrices.
public struct ReadoutConfusion: Hashable, Sendable {
    /// The confusion of one bit.
    public struct Bit: Hashable, Sendable {
        /// P(read 1 | prepared 0).
        public var falseOne: Double
        /// P(read 0 | prepared 1).
        public var falseZero: Double

        public init(falseOne: Double, falseZero: Double) {
            self.falseOne = falseOne
            self.falseZero = falseZero
        }

        /// The determinant of the confusion matrix: what is left of ⟨Z⟩. Zero or less means the reading says nothing.
        public var contrast: Double { 1 - falseOne - falseZero }
    }

    /// Confusion of bit k of the outcomes it applies to.
    public var bits: [Bit]
    /// Shots behind each of the two estimates of a bit.
    public var calibrationShots: Int

    public init(bits: [Bit], calibrationShots: Int) {
        self.bits = bits
        self.calibrationShots = calibrationShots
    }
}

extension ReadoutConfusion {
    /// Estimates the confusion from what was read after preparing all bits 0 and after preparing all bits 1.
    ///
    /// - Throws: `MitigationError.uninformativeReadout` where a bit reads the same whatever was prepared.
    public init(preparedZero: Counts, preparedOne: Counts, bitCount: Int) throws(MitigationError) {
        try self.init(
            preparedZero: ReadoutTally(preparedZero, bitCount: bitCount),
            preparedOne: ReadoutTally(preparedOne, bitCount: bitCount))
    }

    /// The same from what is kept of the readings: how often each bit read 1.
    ///
    /// - Throws: `MitigationError.uninformativeReadout` where a bit reads the same whatever was prepared.
    public init(preparedZero: ReadoutTally, preparedOne: ReadoutTally) throws(MitigationError) {
        bits = []
        calibrationShots = min(preparedZero.shots, preparedOne.shots)
        for k in preparedZero.ones.indices {
            let bit = Bit(
                falseOne: Double(preparedZero.ones[k]) / Double(max(1, preparedZero.shots)),
                falseZero: Double(preparedOne.shots - preparedOne.ones[k]) / Double(max(1, preparedOne.shots)))
            // Three standard errors of a fair coin: below that the inverse amplifies nothing but noise.
            guard bit.contrast > 3 * (0.5 / Double(max(1, calibrationShots))).squareRoot() else {
                throw .uninformativeReadout(bit: k, contrast: bit.contrast)
            }
            bits.append(bit)
        }
    }
}

/// Why a mitigation could not be applied.
public enum MitigationError: Error, Hashable, Sendable {
    /// A bit's reading hardly depends on its state.
    case uninformativeReadout(bit: Int, contrast: Double)
    /// The linear system of the correction did not converge.
    case notConverged(residual: Double)

    public var message: String {
        switch self {
        case .uninformativeReadout(let bit, let contrast):
            "measured bit \(bit) reads almost the same for 0 and 1 (contrast \(contrast)), so its readout cannot be inverted"
        case .notConverged(let residual): "the readout correction did not converge (residual \(residual))"
        }
    }
}
