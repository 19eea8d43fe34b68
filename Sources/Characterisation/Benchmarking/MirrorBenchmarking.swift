import Circuits
public import Hardware
import Simulators

/// Randomized mirror circuits: programs of any width whose right outcome is known, because their second half undoes the
/// first (Proctor et al., Nature Physics 18, 75 (2022); PRL 129, 150502 (2022)).
///
/// A layer is a random one-qubit Clifford on each site, then entangling gates on a random matching of the couplers. Random
/// Pauli operators are put in between, so that errors cannot cancel in the mirror; since entangling gates are used whose
/// square is a Pauli operator, the mirror holds the same gates as the original. The outcome is the one that the Pauli
/// operators lead to.
public struct MirrorBenchmarking: Experiment {
    public let kind = ExperimentKind.mirrorCircuits
    let machine: Machine
    let shots: Int
    let seed: UInt64
    /// Neighbouring sites by width.
    private let regions: [[Site]]
    static let circuits = 10
    /// The share of the matching that is driven.
    static let density = 0.5

    /// - Parameter regions: chains of neighbouring sites, one a width; at most 64 sites each.
    public init(regions: [[Site]], of machine: Machine, shots: Int, seed: UInt64) {
        precondition(regions.allSatisfy { (1...64).contains($0.count) }, "1 to 64 sites a region")
        self.regions = regions
        self.machine = machine
        self.shots = shots
        self.seed = seed
    }

    /// Numbers of layers, original and mirror together; even.
    private func depths(_ region: [Site]) -> [Int] {
        let pairs = zip(region, region.dropFirst()).compactMap { machine.entangler($0, $1) }
        let coupler = pairs.reduce(0) { $0 + machine.error(of: $1) } / Double(max(1, pairs.count))
        let error =
            region.reduce(0) { $0 + 2.5 * machine.oneQubitError($1) } + Self.density * coupler * Double(region.count)
            / 2
        let longest = min(128, max(8, 1 / max(error, 1e-9)))
        var depths: [Int] = []
        for fraction in [0.0, 0.1, 0.25, 0.5, 1] {
            depths.append(max(2 * Int((fraction * longest / 2).rounded()), (depths.last ?? -2) + 2))
        }
        return depths
    }

    public var programs: [ExperimentProgram] {
        regions.indices.flatMap { region in
            depths(regions[region]).flatMap { depth in
                (0..<Self.circuits).map {
                    ExperimentProgram(mirror(region, depth, $0).circuit, on: regions[region], shots: shots)
                }
            }
        }
    }

    private func mirror(_ place: Int, _ depth: Int, _ repetition: Int) -> (circuit: Circuit, outcome: UInt64) {
        let region = regions[place], n = region.count, group = CliffordGroup.oneQubit
        var generator = Philox(
            seed: seed, stream: UInt64((place * 256 + depth) * 64 + repetition) | 0x4D49 << 48)
        var circuit = Circuit(name: "mirror \(n) wide \(depth).\(repetition)", qubitCount: n, bitCount: n)
        var total = CliffordMap(qubitCount: n)
        let all = Array(0..<n)
        let paulis = [StandardGate.id, .x, .y, .z].map { CliffordMap($0)! }

        func locals(_ elements: [Int]) {
            for (qubit, element) in elements.enumerated() {
                // A random Pauli operator first, merged with the element that follows it.
                let pauli = paulis[Int.random(in: 0..<4, using: &generator)]
                let map = pauli.then(group.maps[element])
                group.append(group.element(map), to: &circuit, on: [qubit])
                total = total.then(map, on: [qubit])
            }
            circuit.barrier(all)
        }
        func entangle(_ gates: [(NativeClifford, [Int])]) {
            for (gate, qubits) in gates {
                circuit.append(gate.gate, qubits, gate.parameters)
                total = total.then(gate.map, on: qubits)
            }
            if !gates.isEmpty { circuit.barrier(all) }
        }

        var layers: [(elements: [Int], gates: [(NativeClifford, [Int])])] = []
        let opening = all.map { _ in group.random(using: &generator) }
        for _ in 0..<depth / 2 {
            let elements = all.map { _ in group.random(using: &generator) }
            layers.append((elements, matching(region, &generator)))
        }
        locals(opening)
        for layer in layers {
            locals(layer.elements)
            entangle(layer.gates)
        }
        for layer in layers.reversed() {
            entangle(layer.gates)
            locals(layer.elements.map { group.element(group.maps[$0].inverse) })
        }
        locals(opening.map { group.element(group.maps[$0].inverse) })
        for qubit in all { circuit.measure(qubit, into: qubit) }
        var outcome: UInt64 = 0
        for qubit in all {
            let image = total.zImages[qubit]
            precondition(image.x == 0 && image.z == 1 << UInt64(qubit), "a mirror circuit that is no Pauli operator")
            if image.isNegative { outcome |= 1 << UInt64(qubit) }
        }
        return (circuit, outcome)
    }

    /// Couplers of the region's chain without a common site, each driven with a probability.
    private func matching(_ region: [Site], _ generator: inout Philox) -> [(NativeClifford, [Int])] {
        var gates: [(NativeClifford, [Int])] = []
        var place = Int.random(in: 0..<2, using: &generator)
        while place + 1 < region.count {
            if Double.random(in: 0..<1, using: &generator) < Self.density,
                let gate = machine.entangler(region[place], region[place + 1]), machine.survival(of: gate) > 0.5
            {
                gates.append((gate, gate.sites.map { region.firstIndex(of: $0)! }))
            }
            place += 2
        }
        return gates
    }

    public func report(_ runs: [ExperimentRun]) -> ExperimentReport {
        var report = ExperimentReport(kind: kind)
        var curves: [Plot.Curve] = []
        var next = 0
        for (place, region) in regions.enumerated() {
            let n = region.count, states = Exponential.power(4, Double(n))
            var samples: [(length: Int, values: [Measured])] = []
            for depth in depths(region) {
                let values = (0..<Self.circuits).map { repetition -> Measured in
                    defer { next += 1 }
                    return Self.polarisation(runs[next], mirror(place, depth, repetition).outcome, n)
                }
                samples.append((depth, values))
            }
            // The decay's own d is that of its fit: here polarisations of d² operators.
            guard let decay = BenchmarkingDecay(samples, dimension: states) else {
                report.notes.append("width \(n): the outcomes do not fit a decay")
                continue
            }
            report.findings.append(
                Finding(
                    "error per layer, width \(n)", sites: region, value: decay.error, unit: .probability,
                    reducedChiSquare: decay.fit.reducedChiSquare))
            curves.append(Plot.Curve(label: "width \(n)", points: decay.points, model: decay.curve))
        }
        report.plots = Plot.pages(
            of: curves, title: kind.title, x: Plot.Axis("layers"), y: Plot.Axis("polarisation"))
        return report
    }

    /// S = 4ⁿ/(4ⁿ − 1)·Σₖ (−½)ᵏ hₖ − 1/(4ⁿ − 1), hₖ the share of outcomes k bits away from the right one.
    private static func polarisation(_ run: ExperimentRun, _ outcome: UInt64, _ n: Int) -> Measured {
        let states = Exponential.power(4, Double(n))
        let right = BitString(outcome, count: n)
        var mean = 0.0, square = 0.0
        for entry in run.counts.entries {
            let weight = Exponential.power(-0.5, Double((entry.bits ^ right).nonzeroBitCount))
            mean += weight * Double(entry.count)
            square += weight * weight * Double(entry.count)
        }
        let total = Double(run.counts.total)
        mean /= total
        let variance = max(square / total - mean * mean, 0.25 / total) / Double(max(1, run.independentShots))
        let factor = states / (states - 1)
        return Measured(
            factor * mean - 1 / (states - 1), standardError: factor * variance.squareRoot())
    }
}
