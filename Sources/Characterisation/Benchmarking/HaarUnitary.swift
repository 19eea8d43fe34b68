import Circuits

/// Random unitary matrices.
enum HaarUnitary {
    /// Uniform by Haar's measure: the columns of a matrix of complex normal numbers, made orthonormal one after the other
    /// with positive diagonal of R (Mezzadri, Notices AMS 54, 592 (2007)); Gram's and Schmidt's way gives just that sign.
    static func random(dimension n: Int, using generator: inout some RandomNumberGenerator) -> Matrix {
        var columns: [[Complex]] = []
        while columns.count < n {
            var column = (0..<n).map { _ in Complex(normal(&generator), normal(&generator)) }
            // Twice, because once loses digits where columns are nearly parallel.
            for _ in 0..<2 {
                for other in columns {
                    let overlap = zip(other, column).reduce(Complex.zero) { $0 + $1.0.conjugate * $1.1 }
                    for k in 0..<n { column[k] -= overlap * other[k] }
                }
            }
            let norm = column.reduce(0) { $0 + $1.norm }.squareRoot()
            if norm < 1e-6 { continue }
            columns.append(column.map { $0 / norm })
        }
        var result = Matrix(zero: n)
        for r in 0..<n { for c in 0..<n { result[r, c] = columns[c][r] } }
        return result
    }

    /// Box's and Muller's transform.
    private static func normal(_ generator: inout some RandomNumberGenerator) -> Double {
        let u = 1 - Double.random(in: 0..<1, using: &generator), v = Double.random(in: 0..<1, using: &generator)
        return (-2 * Exponential.logarithm(u)).squareRoot() * Exponential.cosine(2 * .pi * v)
    }
}
