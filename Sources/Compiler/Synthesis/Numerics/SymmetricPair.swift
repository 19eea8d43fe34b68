#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A real 4×4 matrix by rows.
struct FourRows: BitwiseCopyable {
    var rows: (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>)

    init(rows: (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>)) { self.rows = rows }

    static let identity = FourRows(rows: (SIMD4(1, 0, 0, 0), SIMD4(0, 1, 0, 0), SIMD4(0, 0, 1, 0), SIMD4(0, 0, 0, 1)))

    @inline(__always)
    subscript(row: Int) -> SIMD4<Double> {
        get {
            switch row {
            case 0: rows.0
            case 1: rows.1
            case 2: rows.2
            default: rows.3
            }
        }
        set {
            switch row {
            case 0: rows.0 = newValue
            case 1: rows.1 = newValue
            case 2: rows.2 = newValue
            default: rows.3 = newValue
            }
        }
    }

    /// Columns p and q turned by the rotation (c, s).
    @inline(__always)
    mutating func turnColumns(_ p: Int, _ q: Int, _ c: Double, _ s: Double) {
        for r in 0..<4 {
            let (x, y) = (self[r][p], self[r][q])
            self[r][p] = c * x + s * y
            self[r][q] = c * y - s * x
        }
    }

    @inline(__always)
    mutating func turnRows(_ p: Int, _ q: Int, _ c: Double, _ s: Double) {
        let (x, y) = (self[p], self[q])
        self[p] = c * x + s * y
        self[q] = c * y - s * x
    }
}

/// Two commuting real symmetric 4×4 matrices and the orthogonal matrix that diagonalises both.
///
/// Jacobi angles for simultaneous diagonalisation: Cardoso and Souloumiac, SIAM J. Matrix Anal. Appl. 17, 161 (1996).
struct SymmetricPair: BitwiseCopyable {
    var first: FourRows
    var second: FourRows
    /// Columns are the common eigenvectors.
    var vectors = FourRows.identity

    init(
        _ first: (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>),
        _ second: (SIMD4<Double>, SIMD4<Double>, SIMD4<Double>, SIMD4<Double>)
    ) {
        self.first = FourRows(rows: first)
        self.second = FourRows(rows: second)
    }

    mutating func diagonalize() {
        for _ in 0..<60 {
            var turned = false
            for p in 0..<3 {
                for q in (p + 1)..<4 {
                    let h = (first[p][p] - first[q][q], 2 * first[p][q])
                    let g = (second[p][p] - second[q][q], 2 * second[p][q])
                    let on = h.0 * h.0 + g.0 * g.0 - h.1 * h.1 - g.1 * g.1
                    let off = 2 * (h.0 * h.1 + g.0 * g.1)
                    let angle = atan2(off, on) / 4
                    let s = sin(angle)
                    if abs(s) < 1e-15 || h.1 * h.1 + g.1 * g.1 < 4e-30 { continue }
                    turned = true
                    let c = cos(angle)
                    first.turnColumns(p, q, c, s)
                    first.turnRows(p, q, c, s)
                    second.turnColumns(p, q, c, s)
                    second.turnRows(p, q, c, s)
                    vectors.turnColumns(p, q, c, s)
                }
            }
            if !turned { return }
        }
    }
}
