/// A dense square complex matrix, row-major; for gates and the unitaries of small circuits.
public struct Matrix: Hashable, Sendable {
    /// Rows (and columns).
    public let dimension: Int
    /// `dimension²` elements, row by row.
    public var elements: [Complex]

    /// - Precondition: `elements.count == dimension²`.
    public init(dimension: Int, elements: [Complex]) {
        precondition(elements.count == dimension * dimension, "a square matrix holds dimension² elements")
        self.dimension = dimension
        self.elements = elements
    }

    public init(zero dimension: Int) {
        self.init(dimension: dimension, elements: Array(repeating: .zero, count: dimension * dimension))
    }

    public init(identity dimension: Int) {
        self.init(zero: dimension)
        for k in 0..<dimension { self[k, k] = .one }
    }

    public init(diagonal: [Complex]) {
        self.init(zero: diagonal.count)
        for (k, value) in diagonal.enumerated() { self[k, k] = value }
    }

    @inlinable
    public subscript(row: Int, column: Int) -> Complex {
        get { elements[row * dimension + column] }
        set { elements[row * dimension + column] = newValue }
    }

    /// The conjugate transpose.
    public var adjoint: Matrix {
        var result = Matrix(zero: dimension)
        for r in 0..<dimension { for c in 0..<dimension { result[c, r] = self[r, c].conjugate } }
        return result
    }

    public var transpose: Matrix {
        var result = Matrix(zero: dimension)
        for r in 0..<dimension { for c in 0..<dimension { result[c, r] = self[r, c] } }
        return result
    }

    public var trace: Complex {
        var sum = Complex.zero
        for k in 0..<dimension { sum += self[k, k] }
        return sum
    }

    public static func * (a: Matrix, b: Matrix) -> Matrix {
        precondition(a.dimension == b.dimension, "matrices of different size")
        let n = a.dimension
        var result = Matrix(zero: n)
        for r in 0..<n {
            for k in 0..<n {
                let factor = a.elements[r * n + k]
                if factor.re == 0 && factor.im == 0 { continue }
                for c in 0..<n { result.elements[r * n + c] += factor * b.elements[k * n + c] }
            }
        }
        return result
    }

    public static func * (scalar: Complex, a: Matrix) -> Matrix {
        Matrix(dimension: a.dimension, elements: a.elements.map { scalar * $0 })
    }

    public static func + (a: Matrix, b: Matrix) -> Matrix {
        precondition(a.dimension == b.dimension, "matrices of different size")
        return Matrix(dimension: a.dimension, elements: zip(a.elements, b.elements).map { $0 + $1 })
    }

    public static func - (a: Matrix, b: Matrix) -> Matrix { a + (Complex(-1) * b) }

    /// The Kronecker product `self ⊗ other`: `self` acts on the more significant qubits.
    public func kronecker(_ other: Matrix) -> Matrix {
        let n = dimension, m = other.dimension
        var result = Matrix(zero: n * m)
        for r in 0..<n {
            for c in 0..<n {
                for s in 0..<m { for d in 0..<m { result[r * m + s, c * m + d] = self[r, c] * other[s, d] } }
            }
        }
        return result
    }
}
