import Circuits
import Testing

@Suite struct ComplexTests {
    @Test func arithmetic() throws {
        let values = try executed(
            """
            const complex[float[64]] i = 1im;
            complex[float[64]] a = 2.0 + 3.5im;
            complex b = 1 - 2im;
            output complex[float[64]] sum; output complex[float[64]] product; output complex[float[64]] quotient;
            output complex[float[64]] cube; output bool same; output float re; output float im;
            sum = a + b * 2;
            product = a * b;
            quotient = a / b;
            cube = b ** 3;
            b *= i;
            same = b == complex[float[32]](2 + 1im);
            re = real(a * i);
            im = imag(-a);
            """)
        func pair(_ name: String) -> [Double?] { [values[number: name + "_real"], values[number: name + "_imag"]] }
        #expect(pair("sum") == [4, -0.5])
        #expect(pair("product") == [9, -0.5])
        #expect(pair("quotient") == [-1, 1.5])
        #expect(pair("cube") == [-11, 2])
        #expect(values[number: "same"] == 1)
        #expect(values[number: "re"] == -3.5)
        #expect(values[number: "im"] == -3.5)
    }

    @Test func functionsAgreeWithTheirIdentities() throws {
        let values = try executed(
            """
            complex[float[64]] z = -3.0 - 4im;
            complex[float[64]] w = 0.5 + 0.25im;
            output complex[float[64]] root; output complex[float[64]] power; output complex[float[64]] unit;
            root = sqrt(z);
            power = pow(z, w);
            unit = exp(1im * pi);
            """)
        func near(_ name: String, _ x: Double, _ y: Double) -> Bool {
            abs(values[number: name + "_real"]! - x) < 1e-12 && abs(values[number: name + "_imag"]! - y) < 1e-12
        }
        #expect(near("root", 1, -2))
        #expect(near("unit", -1, 0))
        // Of Python's cmath: (-3 - 4j) ** (0.5 + 0.25j).
        #expect(near("power", 2.962856921343082, -2.5199351953309304))
    }

    @Test func complexNumbersPassThroughSubroutinesAndArrays() throws {
        let values = try executed(
            """
            def square(complex[float[64]] z) -> complex[float[64]] {
              if (real(z) == 0.0) { return 0 - imag(z) * imag(z); }
              return z * z;
            }
            array[complex[float[64]], 2] a = {1 + 1im, 2im};
            output float u; output float v; output float w;
            int k = 1;
            a[0] = square(a[0]);
            a[k] = square(a[k]);
            u = imag(a[0]);
            v = real(a[1]);
            w = real(a[0]);
            """)
        #expect(values[number: "u"] == 2)
        #expect(values[number: "v"] == -4)
        #expect(values[number: "w"] == 0)
    }

    @Test func mistakesAreNamed() {
        #expect(errors("complex z = 1im; float x = z;") == ["QASM0301 z"])
        #expect(errors("complex z = 1im; bool b = z < z;") == ["QASM0301 z < z"])
        #expect(errors("complex[int[8]] z;") == ["QASM0301 int[8]"])
        #expect(errors("complex z; qubit q; rx(z) q;") == ["QASM0301 z"])
    }
}
