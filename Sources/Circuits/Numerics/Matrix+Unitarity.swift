extension Matrix {
    /// The largest absolute element of `self − other`.
    public func distance(to other: Matrix) -> Double {
        zip(elements, other.elements).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
    }

    /// The phase φ for which `self ≈ e^{iφ}·other`, chosen as the argument of tr(other† self).
    public func phase(relativeTo other: Matrix) -> Double {
        var overlap = Complex.zero
        for (a, b) in zip(elements, other.elements) { overlap += b.conjugate * a }
        return overlap.phase
    }

    /// The largest absolute element of `self − e^{iφ}·other` at the best global phase φ.
    public func distanceUpToPhase(to other: Matrix) -> Double {
        distance(to: Complex(phase: phase(relativeTo: other)) * other)
    }

    /// Whether `self · self† = 1` within `tolerance` for each element.
    public func isUnitary(tolerance: Double = 1e-9) -> Bool {
        elements.allSatisfy { $0.re.isFinite && $0.im.isFinite }
            && (self * adjoint).distance(to: Matrix(identity: dimension)) <= tolerance
    }

    /// The unitary that applies `self` to the target qubits where the controls hold `values`, else nothing.
    ///
    /// Controls become the most significant qubits; `values[0]` belongs to the least significant of them.
    public func controlled(values: [Bool]) -> Matrix {
        var result = Matrix(identity: dimension << values.count)
        var offset = 0
        for (k, value) in values.enumerated() where value { offset |= dimension << k }
        for r in 0..<dimension {
            for c in 0..<dimension { result[offset + r, offset + c] = self[r, c] }
        }
        return result
    }
}
