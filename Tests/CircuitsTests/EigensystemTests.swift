import Circuits
import Testing

@Suite struct EigensystemTests {
    @Test(arguments: [2, 4, 8, 16])
    func matrixIsWhatItsEigensystemSays(_ size: Int) {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<10 {
            var matrix = Matrix(zero: size)
            for r in 0..<size {
                matrix[r, r] = Complex(Double.random(in: -3...3, using: &generator))
                for c in (r + 1)..<max(size, r + 1) {
                    let value = Complex(
                        Double.random(in: -2...2, using: &generator), Double.random(in: -2...2, using: &generator))
                    (matrix[r, c], matrix[c, r]) = (value, value.conjugate)
                }
            }
            let (values, vectors) = matrix.hermitianEigensystem()
            #expect(vectors.isUnitary(tolerance: 1e-12))
            #expect(values == values.sorted())
            let again = vectors * Matrix(diagonal: values.map { Complex($0) }) * vectors.adjoint
            #expect(again.distance(to: matrix) < 1e-11)
        }
    }

    @Test func degenerateAndDiagonalMatrices() {
        #expect(Matrix(identity: 4).hermitianEigensystem().values == [1, 1, 1, 1])
        #expect(Matrix(zero: 2).hermitianEigensystem().values == [0, 0])
        let (values, vectors) = StandardGate.y.matrix().hermitianEigensystem()
        #expect(abs(values[0] + 1) < 1e-14 && abs(values[1] - 1) < 1e-14)
        #expect(
            (StandardGate.y.matrix() * vectors - vectors * Matrix(diagonal: [Complex(-1), Complex(1)])).distance(
                to: Matrix(zero: 2))
                < 1e-14)
    }
}
