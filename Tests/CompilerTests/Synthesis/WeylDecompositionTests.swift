import Circuits
import Hardware
import Testing

@testable import Compiler

@Suite struct WeylDecompositionTests {
    static func isInChamber(_ w: WeylDecomposition) -> Bool {
        w.a <= .pi / 4 + 1e-9 && w.a >= w.b - 1e-12 && w.b >= abs(w.c) - 1e-12
            && (w.a < .pi / 4 - 1e-8 || w.c >= -1e-12)
    }

    static func isUnitary(_ u: Unitary2) -> Bool { (u * u.adjoint).distance(to: .identity) < 1e-12 }

    static func check(_ u: Unitary4, _ comment: Comment? = nil) {
        let w = WeylDecomposition(u)
        #expect(w.unitary.distance(to: u) < 1e-9, comment)
        #expect(isInChamber(w), comment)
        for local in [w.left.high, w.left.low, w.right.high, w.right.low] { #expect(isUnitary(local), comment) }
    }

    @Test func random() {
        var generator = SeededGenerator(seed: 1)
        var worst = 0.0
        for _ in 0..<10_000 {
            let u = Unitary4(Matrix.random(4, &generator))
            let w = WeylDecomposition(u)
            worst = max(worst, w.unitary.distance(to: u))
            if !Self.isInChamber(w) { Issue.record("outside the chamber: \(w.a) \(w.b) \(w.c)") }
        }
        #expect(worst < 1e-12)
    }

    /// Points on edges and corners of the chamber, exact and a hair off, with random locals and Clifford ones.
    @Test func degenerate() {
        var generator = SeededGenerator(seed: 2)
        let values: [Double] = [0, .pi / 8, .pi / 4, -.pi / 4, .pi / 2, 1e-9, 1e-13, .pi / 4 - 1e-9, 0.3]
        let cliffords: [Unitary2] = [.identity, .h, .x, Unitary2(.s, (0, 0, 0)), Unitary2(.sx, (0, 0, 0))]
        for a in values {
            for b in values {
                for c in values {
                    let core = WeylDecomposition.canonical(a, b, c)
                    Self.check(core)
                    let k = Int(truncatingIfNeeded: generator.next() % 25)
                    Self.check(Unitary4(high: cliffords[k / 5], low: cliffords[k % 5]) * core)
                    let left = LocalPair(
                        high: Unitary2(.random(2, &generator)), low: Unitary2(.random(2, &generator)))
                    Self.check(left.unitary * core)
                }
            }
        }
    }

    @Test(arguments: StandardGate.allCases.filter { $0.qubitCount == 2 }) func standard(_ gate: StandardGate) {
        for angle in [0.0, 1e-8, 0.4, .pi / 2, .pi, -.pi, 2 * .pi, 3.3, -5] {
            Self.check(Unitary4(gate.matrix((0..<gate.parameterCount).map { angle + Double($0) })))
        }
    }

    /// Every native gate makes what it can, exactly; with the number of uses that theory says.
    @Test func sequences() throws {
        var generator = SeededGenerator(seed: 3)
        let half: ClosedRange<Double>? = 0...(.pi / 2)
        var natives: [NativeGate] = [.cx, .cz, .ecr, .iswap, .rzz, .rxx, .ryy, .rzx, .cp, .crz, .crx, .cry].map {
            NativeGate(gate: $0)
        }
        natives += [.rzz, .rxx].map { NativeGate(gate: $0, angleRanges: [half]) }
        natives.append(NativeGate(gate: .rzz, angleRanges: [(-.pi / 2)...0]))
        natives.append(NativeGate(gate: .cp, angleRanges: [0...(.pi)]))
        var targets: [(Unitary4, Int)] = []
        for _ in 0..<100 {
            let core = [
                (WeylDecomposition.canonical(0, 0, 0), 0), (WeylDecomposition.canonical(.pi / 4, 0, 0), 1),
                (WeylDecomposition.canonical(0.5, 0.3, 0), 2), (WeylDecomposition.canonical(0.4, 0, 0), 2),
                (WeylDecomposition.canonical(.pi / 4, .pi / 4, .pi / 4), 3),
                (WeylDecomposition.canonical(0.7, 0.5, -0.3), 3), (Unitary4(.random(4, &generator)), 3),
            ]
            for (unitary, count) in core {
                let l = LocalPair(high: Unitary2(.random(2, &generator)), low: Unitary2(.random(2, &generator)))
                let r = LocalPair(high: Unitary2(.random(2, &generator)), low: Unitary2(.random(2, &generator)))
                targets.append((l.unitary * unitary * r.unitary, count))
            }
        }
        for native in natives {
            for isReversed in [false, true] {
                let entangler = try #require(Entangler(native, isReversed: isReversed, error: 0.01))
                for (unitary, count) in targets {
                    let weyl = WeylDecomposition(unitary)
                    let sequence = try #require(entangler.sequence(for: unitary, weyl), "\(native)")
                    let made = Complex(phase: sequence.phase) * sequence.product(with: entangler)
                    #expect(made.distance(to: unitary) < 1e-9, "\(native) \(isReversed) \(weyl)")
                    if native.gate.parameterCount == 0, native.gate != .iswap { #expect(sequence.count == count) }
                    #expect(sequence.count <= 3)
                    if let range = native.angleRanges.first ?? nil {
                        for k in 0..<sequence.count { #expect(range.contains(sequence.angles[k])) }
                    }
                }
            }
        }
    }
}
