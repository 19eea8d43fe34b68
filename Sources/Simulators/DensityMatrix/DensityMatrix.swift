public import Circuits

/// The density matrix ρ of n qubits, mixed states included; channels act exactly.
///
/// Kept as a vector of 2n qubits: qubit k of the row index is qubit k of the vector, qubit k of the column index is
/// qubit n + k. A gate U acts as U on the rows and as its conjugate on the columns, a channel as its superoperator.
///
/// - Warning: one thread at a time; the kernels spread themselves over `threads`.
public final class DensityMatrix: @unchecked Sendable {
    public let qubitCount: Int
    let vector: StateVector

    /// |0…0⟩⟨0…0|.
    ///
    /// - Precondition: `qubitCount` in 0...20, and 16·4^qubitCount bytes of memory.
    public init(qubitCount: Int, threads: Int = 1) {
        self.qubitCount = qubitCount
        vector = StateVector(qubitCount: 2 * qubitCount, threads: threads)
    }

    private init(qubitCount: Int, vector: StateVector) {
        self.qubitCount = qubitCount
        self.vector = vector
    }

    public func copy() -> DensityMatrix { DensityMatrix(qubitCount: qubitCount, vector: vector.copy()) }

    /// Bytes that a state of so many qubits takes.
    public static func byteCount(qubitCount: Int) -> Int { StateVector.byteCount(qubitCount: 2 * qubitCount) }

    /// Element ⟨row|ρ|column⟩.
    public subscript(row: Int, column: Int) -> Complex {
        get { vector[row | column << qubitCount] }
        set { vector[row | column << qubitCount] = newValue }
    }

    /// The probabilities of the basis states.
    public var probabilities: [Double] { (0..<1 << qubitCount).map { vector.re[$0 | $0 << qubitCount] } }

    /// tr ρ², 1 for pure states.
    public var purity: Double { vector.norm }

    public func apply(_ gate: ElementaryGate) {
        for kernel in Self.kernels(gate, qubitCount: qubitCount) { vector.apply(kernel) }
    }

    /// Applies a channel exactly.
    public func apply(_ channel: NoiseChannel, on qubits: [Int]) {
        vector.apply(Self.kernel(channel.superoperator, qubits, qubitCount: qubitCount))
    }

    static func kernels(_ gate: ElementaryGate, qubitCount n: Int) -> [StateVectorKernel] {
        let targets = gate.targets.map(\.index), controls = gate.controls.map(\.index)
        let matrix = gate.targetMatrix
        // A phase on everything cancels between rows and columns.
        if targets.isEmpty { return [] }
        return [
            StateVectorKernel(matrix, targets: targets, controls: controls, values: gate.controlValues),
            StateVectorKernel(
                matrix.conjugate, targets: targets.map { $0 + n }, controls: controls.map { $0 + n },
                values: gate.controlValues),
        ]
    }

    /// The kernel of a superoperator whose index has the row bits of `qubits` low and the column bits high.
    static func kernel(_ superoperator: Matrix, _ qubits: [Int], qubitCount n: Int) -> StateVectorKernel {
        StateVectorKernel(superoperator, targets: qubits + qubits.map { $0 + n }, controls: [], values: [])
    }
}

extension Matrix {
    var conjugate: Matrix { Matrix(dimension: dimension, elements: elements.map(\.conjugate)) }

    /// The superoperator of ρ → UρU†, row bits low, column bits high.
    var conjugation: Matrix { conjugate.kronecker(self) }
}

extension NoiseChannel {
    /// Σ K* ⊗ K: acts on ρ as a vector with the row bits low and the column bits high; 4^k squared.
    public var superoperator: Matrix {
        if case .relaxation(let decay, let coherence) = form {
            // Index row | column << 1.
            var result = Matrix(diagonal: [.one, Complex(coherence), Complex(coherence), Complex(1 - decay)])
            result[0, 3] = Complex(decay)
            return result
        }
        var sum = Matrix(zero: 1 << (2 * qubitCount))
        for matrix in krausOperators { sum = sum + matrix.conjugation }
        // Sums of Pauli terms leave rounding where zero is meant; zeros make the kernel sparse.
        for k in sum.elements.indices where sum.elements[k].magnitude < 1e-17 { sum.elements[k] = .zero }
        return sum
    }
}
