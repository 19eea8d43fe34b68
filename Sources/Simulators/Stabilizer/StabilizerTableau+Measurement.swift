extension StabilizerTableau {
    /// The stabilizer that makes measuring `qubit` random; nil where the outcome is determined.
    private func pivot(_ qubit: Int) -> Int? {
        let x = x(qubit)
        for k in 0..<half where x[half + k] != 0 { return k << 6 + x[half + k].trailingZeroBitCount }
        return nil
    }

    /// Whether measuring `qubit` gives either outcome with probability one half.
    public func isRandom(_ qubit: Int) -> Bool { pivot(qubit) != nil }

    /// The outcome of measuring `qubit` where it is determined.
    ///
    /// Z on the qubit is the product of the stabilizers whose destabilizers anticommute with it. The sign of that product
    /// comes column by column: each Y brings a factor i, each X that stands behind an odd number of Zs a factor −1.
    public func determinedOutcome(_ qubit: Int) -> Bool {
        let chosen = scratch(0)
        for k in 0..<half { chosen[k] = x(qubit)[k] }
        var power = 0
        for k in 0..<half { power += 2 * (signs[half + k] & chosen[k]).nonzeroBitCount }
        for column in 0..<qubitCount {
            let (x, z) = (x(column) + half, z(column) + half)
            var parity: UInt64 = 0
            var xParity = 0
            for k in 0..<half {
                let a = x[k] & chosen[k], b = z[k] & chosen[k]
                if a | b == 0 { continue }
                power += (a & b).nonzeroBitCount
                // Bit r of `before`: the parity of Zs in rows below r.
                var prefix = b
                prefix ^= prefix << 1
                prefix ^= prefix << 2
                prefix ^= prefix << 4
                prefix ^= prefix << 8
                prefix ^= prefix << 16
                prefix ^= prefix << 32
                let before = (prefix << 1) ^ parity
                power += 2 * (a & before).nonzeroBitCount
                if b.nonzeroBitCount & 1 == 1 { parity = ~parity }
                xParity += a.nonzeroBitCount
            }
            if xParity & 1 == 1 && parity != 0 { power -= 1 }
        }
        return power & 2 != 0
    }

    /// Measures `qubit`.
    ///
    /// - Parameter wanted: the outcome where it is random.
    /// - Returns: the outcome.
    @discardableResult
    public func measure(_ qubit: Int, ifRandom wanted: Bool) -> Bool {
        guard let row = pivot(qubit) else { return determinedOutcome(qubit) }
        let word = row >> 6
        let bit: UInt64 = 1 << UInt64(row & 63)
        // Every other row that anticommutes is multiplied by the pivot; powers of i are counted in two bits a row.
        let (mask, low, high) = (scratch(0), scratch(1), scratch(2))
        for k in 0..<words {
            mask[k] = x(qubit)[k]
            low[k] = 0
            high[k] = 0
        }
        mask[half + word] &= ~bit
        let pivotIsNegative = signs[half + word] & bit != 0
        for column in 0..<qubitCount {
            let (x, z) = (x(column), z(column))
            let px: UInt64 = x[half + word] & bit != 0 ? .max : 0
            let pz: UInt64 = z[half + word] & bit != 0 ? .max : 0
            if px | pz == 0 { continue }
            for k in 0..<words {
                let (a, b, m) = (x[k], z[k], mask[k])
                let (newA, newB) = (a ^ (px & m), b ^ (pz & m))
                // i^{Ys before} · i^{Ys of the pivot} · (−1)^{Z past X} / i^{Ys after}.
                var one = a & b & m
                high[k] ^= low[k] & one
                low[k] ^= one
                one = px & pz & m
                high[k] ^= low[k] & one
                low[k] ^= one
                high[k] ^= b & px & m
                one = newA & newB & m
                low[k] ^= one
                high[k] ^= low[k] & one
                x[k] = newA
                z[k] = newB
            }
        }
        for k in 0..<words { signs[k] ^= (high[k] & mask[k]) ^ (pivotIsNegative ? mask[k] : 0) }
        // The pivot becomes a destabilizer, ±Z the stabilizer.
        for column in 0..<qubitCount {
            for pointer in [x(column), z(column)] {
                let old = pointer[half + word] & bit
                pointer[word] = pointer[word] & ~bit | old
                pointer[half + word] &= ~bit
            }
        }
        z(qubit)[half + word] |= bit
        signs[word] = signs[word] & ~bit | (pivotIsNegative ? bit : 0)
        signs[half + word] = signs[half + word] & ~bit | (wanted ? bit : 0)
        return wanted
    }

    /// For a random measurement of `qubit`: the qubits on which the pivot stabilizer has an X, which therefore flip
    /// together with the outcome.
    func flips(_ qubit: Int, among qubits: [Int]) -> [UInt64]? {
        guard let row = pivot(qubit) else { return nil }
        var result = [UInt64](repeating: 0, count: (qubits.count + 63) / 64)
        for (k, other) in qubits.enumerated() where x(other)[half + row >> 6] >> UInt64(row & 63) & 1 == 1 {
            result[k >> 6] |= 1 << UInt64(k & 63)
        }
        return result
    }
}
