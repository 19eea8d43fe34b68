import Circuits
import Testing

@testable import Simulators

let cliffordGates: [StandardGate] = [
    .id, .x, .y, .z, .h, .s, .sdg, .sx, .sxdg, .cx, .cy, .cz, .swap, .iswap, .ecr, .dcx,
]

@Suite struct StabilizerTests {
    /// A Clifford gate, some by parameters that happen to be multiples of π/2.
    private func gate(_ random: inout RandomCircuits, qubitCount: Int) -> ElementaryGate {
        let rotations: [StandardGate] = [.rx, .ry, .rz, .p, .rzz, .rxx, .ryy, .rzx, .u, .crz]
        if random.below(3) > 0 { return random.gate(in: cliffordGates, qubitCount: qubitCount) }
        let gate = rotations[random.below(qubitCount > 1 ? rotations.count : 4)]
        let unit = gate == .crz ? Double.pi * 2 : .pi / 2
        return ElementaryGate(
            gate, (0..<gate.parameterCount).map { _ in Double(random.below(8) - 4) * unit },
            targets: random.qubits(gate.qubitCount, of: qubitCount).map { Qubit($0) })
    }

    @Test(arguments: 0..<30)
    func agreesWithTheStateVectorThroughMeasurements(_ round: Int) {
        var random = RandomCircuits(seed: UInt64(round))
        var recognizer = CliffordRecognizer()
        let qubitCount = 1 + round % 7
        let tableau = StabilizerTableau(qubitCount: qubitCount)
        let state = StateVector(qubitCount: qubitCount)
        for step in 0..<120 {
            if step % 9 == 8 {
                let qubit = random.below(qubitCount)
                let one = state.probabilityOfOne(qubit)
                #expect(abs(tableau.probabilityOfOne(qubit) - one) < 1e-9)
                let outcome = tableau.measure(qubit, ifRandom: random.below(2) == 1)
                state.collapse(qubit, to: outcome, probability: outcome ? one : 1 - one)
            } else {
                let gate = gate(&random, qubitCount: qubitCount)
                guard let steps = recognizer.steps(for: gate) else {
                    Issue.record("\(gate) was not recognised")
                    return
                }
                for step in steps { tableau.apply(step) }
                state.apply(gate)
            }
        }
    }

    @Test func gatesOutsideTheGroupAreNotRecognised() {
        var recognizer = CliffordRecognizer()
        for gate in [StandardGate.t, .ch, .csx, .ccx, .cs] {
            #expect(
                recognizer.steps(for: ElementaryGate(gate, targets: (0..<gate.qubitCount).map { Qubit($0) })) == nil)
        }
        #expect(recognizer.steps(for: ElementaryGate(.rz, [.pi / 2 + 1e-8], targets: [Qubit(0)])) == nil)
        #expect(recognizer.steps(for: ElementaryGate(.rz, [.pi / 2 + 1e-12], targets: [Qubit(0)])) != nil)
    }

    /// Two-sample comparison of frames, tableau with shared runs, and state vector.
    @Test(arguments: 0..<6)
    func framesAndTableauSampleTheSameDistribution(_ round: Int) throws {
        var random = RandomCircuits(seed: UInt64(1000 + round))
        var circuit = Circuit(qubitCount: 4, bitCount: 7)
        for step in 0..<40 {
            if case .standard(let gate, let parameters) = gate(&random, qubitCount: 4).kernel {
                circuit.append(gate, random.qubits(gate.qubitCount, of: 4), parameters)
            }
            if step == 15 { circuit.measure(random.below(4), into: 4) }
            if step == 25 { circuit.measure(random.below(4), into: 5) }
            if step == 30 { circuit.reset(random.below(4)) }
            if step == 35 { circuit.measure(random.below(4), into: 6) }
        }
        for qubit in 0..<4 { circuit.measure(qubit, into: qubit) }
        let shots = 20_000
        var results: [[String: Int]] = []
        for engine in [SimulationMethod.Engine.stabilizer, .stateVector, .densityMatrix] {
            let options = SimulationOptions(threads: 2, engine: engine)
            results.append(counts(try Simulation(circuit, options: options).run(shots: shots, seed: 11)))
        }
        let program = try Program(circuit, noise: nil)
        let simulation = Simulation(circuit, options: SimulationOptions(threads: 2, engine: .stabilizer))
        let interpreted = try simulation.interpret(program, shots: shots, source: RandomSource(seed: 5))
        results.append(counts(interpreted))
        for other in results.dropFirst() {
            #expect(twoSample(results[0], other).isPlausible, "\(twoSample(results[0], other))")
        }
    }

    @Test func wideGHZ() throws {
        var circuit = Circuit(qubitCount: 127)
        circuit.append(.h, [0])
        for qubit in 1..<127 { circuit.append(.cx, [qubit - 1, qubit]) }
        circuit.measureAll()
        let result = try Simulation(circuit).run(shots: 10_000, seed: 1)
        #expect(result.method.engine == .stabilizer)
        #expect(result.method.isExact)
        #expect(Set(result.bits.map(\.nonzeroBitCount)) == [0, 127])
        let ones = result.bits.count { $0[0] }
        #expect(abs(ones - 5000) < 250)
    }
}

/// χ² of two samples over their common outcomes; rare outcomes are gathered.
struct Comparison: CustomStringConvertible {
    var chiSquare = 0.0
    var degrees = 0

    /// Five standard deviations of a χ² distribution, which no fixed seed should reach by chance.
    var isPlausible: Bool {
        degrees == 0 || chiSquare < Double(degrees) + 5 * (2 * Double(degrees)).squareRoot() + 5
    }

    var description: String { "χ² \(chiSquare) with \(degrees) degrees of freedom" }
}

func twoSample(_ a: [String: Int], _ b: [String: Int]) -> Comparison {
    let n = Double(a.values.reduce(0, +)), m = Double(b.values.reduce(0, +))
    var result = Comparison(chiSquare: 0, degrees: -1)
    var rareA = 0.0, rareB = 0.0
    func add(_ x: Double, _ y: Double) {
        let difference = x * (m / n).squareRoot() - y * (n / m).squareRoot()
        result.chiSquare += difference * difference / (x + y)
        result.degrees += 1
    }
    for key in Set(a.keys).union(b.keys).sorted() {
        let (x, y) = (Double(a[key] ?? 0), Double(b[key] ?? 0))
        if x + y < 20 {
            rareA += x
            rareB += y
        } else {
            add(x, y)
        }
    }
    if rareA + rareB >= 10 { add(rareA, rareB) }
    return result
}

/// χ² of a sample against exact probabilities.
func oneSample(_ counts: [String: Int], _ exact: [(bits: BitString, probability: Double)]) -> Comparison {
    let n = Double(counts.values.reduce(0, +))
    var result = Comparison(chiSquare: 0, degrees: -1)
    var rare = 0.0, rareExpected = 0.0
    for (bits, probability) in exact {
        let expected = n * probability, seen = Double(counts[bits.description] ?? 0)
        if expected < 8 {
            rare += seen
            rareExpected += expected
            continue
        }
        result.chiSquare += (seen - expected) * (seen - expected) / expected
        result.degrees += 1
    }
    if rareExpected > 4 {
        result.chiSquare += (rare - rareExpected) * (rare - rareExpected) / rareExpected
        result.degrees += 1
    }
    let known = Set(exact.map(\.bits.description))
    if counts.keys.contains(where: { !known.contains($0) }) { result.chiSquare = .infinity }
    return result
}
