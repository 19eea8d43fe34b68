import Circuits
import Simulators
import Testing

@testable import Characterisation

@Suite struct CliffordGroupTests {
    /// Orders of the groups modulo phases: 24 and 11,520 (their dictionary would trap on an element twice).
    @Test func haveTheirOrders() {
        #expect(CliffordGroup.oneQubit.count == 24)
        #expect(CliffordGroup.twoQubits.count == 11_520)
    }

    @Test func needOneAndAHalfEntanglersOnAverage() {
        let group = CliffordGroup.twoQubits
        var classes = [0, 0, 0, 0]
        for element in 0..<group.count { classes[group.program(of: element).count { $0 == .cz }] += 1 }
        #expect(classes == [576, 5184, 5184, 576])
    }

    /// Programs against matrices: what the table says an element does is what its gates do.
    @Test func programsDoWhatTheirMapsSay() {
        var generator = Philox(seed: 5)
        let one = CliffordGroup.oneQubit, two = CliffordGroup.twoQubits
        for element in 0..<24 {
            var circuit = Circuit(qubitCount: 1)
            one.append(element, to: &circuit, on: [0])
            #expect(Self.map(circuit) == one.maps[element])
        }
        for _ in 0..<300 {
            let element = two.random(using: &generator)
            var circuit = Circuit(qubitCount: 2)
            two.append(element, to: &circuit, on: [0, 1])
            #expect(Self.map(circuit) == two.maps[element])
        }
    }

    @Test func areClosedAndHaveInverses() {
        var generator = Philox(seed: 6)
        for group in [CliffordGroup.oneQubit, .twoQubits] {
            let identity = CliffordMap(qubitCount: group.qubitCount)
            for _ in 0..<2_000 {
                let a = group.random(using: &generator), b = group.random(using: &generator)
                // `element` traps on what is not in the group.
                _ = group.element(group.maps[a].then(group.maps[b]))
                let back = group.element(group.maps[a].inverse)
                #expect(group.maps[a].then(group.maps[back]) == identity)
                #expect(group.maps[back].then(group.maps[a]) == identity)
            }
        }
    }

    @Test func sampleUniformly() {
        var generator = Philox(seed: 7)
        var counts = Array(repeating: 0, count: 24)
        for _ in 0..<48_000 { counts[CliffordGroup.oneQubit.random(using: &generator)] += 1 }
        // χ² of 24 cells has 23 degrees of freedom: 99.9 % lie below 49.7.
        let chi = counts.reduce(0.0) { $0 + (Double($1) - 2_000) * (Double($1) - 2_000) / 2_000 }
        #expect(chi < 49.7)
    }

    @Test func gatesThatAreNoCliffords() {
        #expect(CliffordMap(.t) == nil)
        #expect(CliffordMap(.rz, [0.3]) == nil)
        #expect(CliffordMap(.rzz, [.pi / 2]) != nil)
        #expect(CliffordMap(.rz, [.pi / 2]) == CliffordMap(.s))
        #expect(CliffordMap(.cs) == nil)
    }

    /// By conjugating each Pauli operator with the circuit's unitary; nothing of `CliffordMap`'s algebra.
    static func map(_ circuit: Circuit) -> CliffordMap? {
        var map = CliffordMap(qubitCount: circuit.qubitCount)
        for position in circuit.body.indices {
            let instruction = circuit.body[position]
            guard let gate = instruction.standardGate,
                let step = CliffordMap(gate, instruction.parameters.map { $0.constant ?? .infinity })
            else { return nil }
            map = map.then(step, on: instruction.qubits.map(\.index))
        }
        return map
    }
}

@Suite struct LeastSquaresTests {
    private func model(_ x: Double, _ p: [Double]) -> Double { p[0] * Exponential.of(-x / p[1]) + p[2] }

    private func normal(_ generator: inout Philox) -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
    }

    @Test func findsExactCurves() throws {
        let truth = [0.9, 3e-5, 0.05]
        let points = (0..<12).map { k -> DataPoint in
            let x = Double(k) * 1e-5
            return DataPoint(x: x, y: model(x, truth), sigma: 0.01)
        }
        let fit = try #require(
            LeastSquares.fit(
                points, start: [0.5, 1e-4, 0.3], bounds: [-2...2, 1e-6...1e-2, -1...1], model: model))
        for (found, wanted) in zip(fit.parameters, truth) { #expect(abs(found - wanted) < 1e-6 * abs(wanted)) }
    }

    /// Error bars mean what they say: over many noisy copies, z-scores have mean 0 and variance 1, and correlated
    /// parameters have the covariance of the fit.
    @Test func errorBarsAreHonest() throws {
        var generator = Philox(seed: 41)
        let truth = [0.9, 30.0, 0.05], sigma = 0.01
        var scores: [[Double]] = []
        for _ in 0..<400 {
            let points = (0..<12).map { k -> DataPoint in
                let x = Double(k) * 10
                return DataPoint(x: x, y: model(x, truth) + sigma * normal(&generator), sigma: sigma)
            }
            var fit = try #require(
                LeastSquares.fit(
                    points, start: [0.8, 25, 0.1], bounds: [-2...2, 1...1000, -1...1], model: model))
            // Undo the widening by χ², which is there for points that claim too much.
            let widening = max(1, fit.reducedChiSquare ?? 1)
            fit.covariance = fit.covariance.map { $0.map { $0 / widening } }
            scores.append(truth.indices.map { (fit.parameters[$0] - truth[$0]) / fit.parameter($0).standardError })
        }
        for k in truth.indices {
            let values = scores.map { $0[k] }
            let mean = values.reduce(0, +) / 400
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
            #expect(abs(mean) < 0.2)
            #expect((0.8...1.25).contains(variance))
        }
    }

    @Test func saysWhenPointsDoNotFixTheCurve() {
        let flat = (0..<8).map { DataPoint(x: Double($0), y: 0, sigma: 0.01) }
        #expect(LeastSquares.fit(flat, start: [0, 1, 0], bounds: [0...0, 1...1, 0...0], model: model) == nil)
        #expect(
            LeastSquares.fit(
                [DataPoint(x: 0, y: 1, sigma: 0.1)], start: [1, 1, 0], bounds: [0...2, 0.1...9, 0...1], model: model)
                == nil)
    }
}
