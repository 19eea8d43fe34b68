public import Circuits

/// An estimate with its standard error.
public struct Estimate: Hashable, Sendable {
    public var value: Double
    public var standardError: Double

    public init(value: Double, standardError: Double) {
        self.value = value
        self.standardError = standardError
    }
}

/// A real combination of products of Z over measured bits: what a group of commuting Pauli terms is after the change of
/// basis.
public struct DiagonalObservable: Hashable, Sendable {
    public struct Term: Hashable, Sendable {
        public var coefficient: Double
        /// The bits whose parity is taken; none for a constant.
        public var bits: [Int]

        public init(coefficient: Double, bits: [Int]) {
            self.coefficient = coefficient
            self.bits = bits
        }

        func value(of outcome: BitString) -> Double {
            bits.reduce(false) { $0 != outcome[$1] } ? -coefficient : coefficient
        }
    }

    public var terms: [Term]

    public init(terms: [Term]) { self.terms = terms }

    /// Mean and standard error over the shots, uncorrected.
    public func estimate(from counts: Counts) -> Estimate {
        moments(counts) { $1.value(of: $0) }
    }

    /// The eigenvalue that an outcome stands for.
    public func value(of outcome: BitString) -> Double { terms.reduce(0) { $0 + $1.value(of: outcome) } }

    fileprivate func moments(_ counts: Counts, value: (BitString, Term) -> Double) -> Estimate {
        var sum = 0.0, squares = 0.0
        for entry in counts.entries {
            let x = terms.reduce(0) { $0 + value(entry.bits, $1) }
            sum += x * Double(entry.count)
            squares += x * x * Double(entry.count)
        }
        let shots = Double(counts.total), mean = sum / shots
        let variance = max(0, squares / shots - mean * mean) * shots / max(1, shots - 1)
        return Estimate(value: mean, standardError: (variance / shots).squareRoot())
    }
}

extension ReadoutConfusion.Bit {
    /// The corrected value of Z for a reading: the row (1, −1) of the inverse confusion matrix.
    func weight(_ reading: Bool) -> Double {
        reading ? (falseOne - falseZero - 1) / contrast : (falseOne - falseZero + 1) / contrast
    }

    /// The derivatives of `weight` by `falseOne` and `falseZero`.
    func weightGradient(_ reading: Bool) -> (falseOne: Double, falseZero: Double) {
        let w = weight(reading)
        return ((1 + w) / contrast, (w - 1) / contrast)
    }
}

extension ReadoutConfusion {
    /// The expectation value with the readout error inverted bit by bit; unbiased for uncorrelated readout.
    ///
    /// The standard error holds the shots' part and, by first-order propagation, that of the measured confusion itself.
    /// Source: Bravyi et al., Phys. Rev. A 103, 042605 (tensored inverse).
    public func estimate(_ observable: DiagonalObservable, from counts: Counts) -> Estimate {
        var result = observable.moments(counts) { outcome, term in
            term.bits.reduce(term.coefficient) { $0 * bits[$1].weight(outcome[$1]) }
        }
        var gradient = Array(repeating: (falseOne: 0.0, falseZero: 0.0), count: bits.count)
        for entry in counts.entries {
            let share = Double(entry.count) / Double(counts.total)
            for term in observable.terms {
                let product = term.bits.reduce(share * term.coefficient) { $0 * bits[$1].weight(entry.bits[$1]) }
                for k in term.bits {
                    let others = product / bits[k].weight(entry.bits[k])
                    let slope = bits[k].weightGradient(entry.bits[k])
                    gradient[k].falseOne += others * slope.falseOne
                    gradient[k].falseZero += others * slope.falseZero
                }
            }
        }
        var variance = result.standardError * result.standardError
        for (bit, slope) in zip(bits, gradient) {
            let one = bit.falseOne * (1 - bit.falseOne), zero = bit.falseZero * (1 - bit.falseZero)
            variance +=
                (slope.falseOne * slope.falseOne * one + slope.falseZero * slope.falseZero * zero)
                / Double(calibrationShots)
        }
        result.standardError = variance.squareRoot()
        return result
    }
}
