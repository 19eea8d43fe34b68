import Circuits

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A unitary of n ≥ 2 qubits as CX, CZ, rotations and two-qubit blocks on qubits (0, 1).
///
/// Shende, Bullock, Markov, "Synthesis of quantum-logic circuits" (IEEE TCAD 25, 1000; arXiv:quant-ph/0406176), with both
/// optimisations of its appendix: 20 CX for three qubits, 100 for four, (23/48)·4ⁿ − (3/2)·2ⁿ + 4/3 in general.
struct QuantumShannonDecomposition {
    enum Step {
        case rotation(StandardGate, Double, Int)
        case cx(Int, Int)
        case cz(Int, Int)
        /// On qubits (0, 1).
        case block(Unitary4)
    }

    /// In time order; the product is the unitary, phase included.
    private(set) var steps: [Step] = []

    init(_ unitary: Matrix) {
        decompose(unitary)
        passDiagonalsOn()
    }

    private mutating func decompose(_ unitary: Matrix) {
        if unitary.dimension == 4 {
            steps.append(.block(Unitary4(unitary)))
            return
        }
        let top = unitary.dimension.trailingZeroBitCount - 1
        let csd = CosineSineDecomposition(unitary)
        demultiplex(csd.w0, csd.w1, top)
        // Ry with CZ between: the closing CZ is a Z on the last select qubit where the top qubit is 1.
        multiplexRotation(.ry, csd.angles.map { 2 * $0 }, target: top, isOpen: true)
        var v1 = csd.v1
        for r in 0..<v1.dimension { for c in v1.dimension / 2..<v1.dimension { v1[r, c] = -v1[r, c] } }
        demultiplex(csd.v0, v1, top)
    }

    /// a ⊕ b = (v ⊕ v) · (d ⊕ d†) · (w ⊕ w).
    private mutating func demultiplex(_ a: Matrix, _ b: Matrix, _ top: Int) {
        let (phases, v) = (a * b.adjoint).unitarySpectrum()
        var w = v.adjoint * b
        for r in 0..<w.dimension {
            let factor = Complex(phase: phases[r] / 2)
            for c in 0..<w.dimension { w[r, c] = factor * w[r, c] }
        }
        decompose(w)
        multiplexRotation(.rz, phases.map { -$0 }, target: top, isOpen: false)
        decompose(v)
    }

    /// The rotation by `angles[k]` where the qubits below the target hold k, in Gray code order.
    ///
    /// - Parameter isOpen: entangle with CZ and leave the closing one out.
    private mutating func multiplexRotation(_ gate: StandardGate, _ angles: [Double], target: Int, isOpen: Bool) {
        let count = angles.count
        var walsh = angles
        var stride = 1
        while stride < count {
            for k in 0..<count where k & stride == 0 {
                (walsh[k], walsh[k | stride]) = (walsh[k] + walsh[k | stride], walsh[k] - walsh[k | stride])
            }
            stride <<= 1
        }
        for j in 0..<count {
            let mask = j ^ (j >> 1), next = (j + 1) % count
            let angle = walsh[mask] / Double(count)
            if abs(angle) > 1e-15 { steps.append(.rotation(gate, angle, target)) }
            let control = (mask ^ next ^ (next >> 1)).trailingZeroBitCount
            if !isOpen {
                steps.append(.cx(control, target))
            } else if j + 1 < count {
                steps.append(.cz(control, target))
            }
        }
    }

    /// Every block but the last becomes one of two CX by leaving a diagonal exp(−iψ/2·ZZ) to the next: all between acts
    /// on qubits 0 and 1 diagonally.
    private mutating func passDiagonalsOn() {
        let places = steps.indices.filter { if case .block = steps[$0] { true } else { false } }
        var carried = 0.0
        for (k, place) in places.enumerated() {
            guard case .block(var u) = steps[place] else { continue }
            if carried != 0 { u = u * Unitary4(.rzz, (carried, 0, 0, 0)) }
            carried = 0
            if k + 1 < places.count {
                let psi = Self.diagonalToTwo(u)
                u = Unitary4(.rzz, (psi, 0, 0, 0)) * u
                carried = -psi
            }
            steps[place] = .block(u)
        }
    }

    /// ψ for which exp(−iψ/2·ZZ)·u needs two CX: Shende, Bullock, Markov, "Recognizing small-circuit structure in
    /// two-qubit operators" (PRA 70, 012310): tr(U·YY·Uᵀ·YY) is real.
    private static func diagonalToTwo(_ unitary: Unitary4) -> Double {
        let u = Complex(phase: -unitary.determinant.phase / 4) * unitary
        let yy = Unitary4(high: .y, low: .y)
        let g = u * yy * u.transpose * yy
        let trace = g[0, 0] + g[1, 1] + g[2, 2] + g[3, 3]
        let signed = g[0, 0] - g[1, 1] - g[2, 2] + g[3, 3]
        return atan2(trace.im, signed.re)
    }
}
