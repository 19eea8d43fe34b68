import Characterisation
import Circuits
@testable import Drivers
import Hardware
import Testing

/// Benchmarks of many sites at once against what the injected errors make of them.
@Suite struct HolisticTests {
    /// Nothing happens to a waiting qubit, so that the errors of the gates are all there is.
    private let known = KnownMachine(sites: 4, relaxes: false, oneQubitError: 5e-4)

    /// 1 − entanglement fidelity of a gate with this average infidelity.
    private func processInfidelity(_ error: Double, qubits: Int) -> Double {
        let d = Double(1 << qubits)
        return (d + 1) / d * error
    }

    private func error(_ gate: StandardGate, _ sites: Int...) -> Double {
        known.truth.figures.figures(for: gate, on: sites.map { Site($0) })!.error
    }

    /// Pulses of a random one-qubit Clifford in sx and x with virtual rz: 4 of 24 take none, 16 one, 4 an x (one pulse) or
    /// none; see the table of u's angles. θ = 0: 0, θ = π/2: 1, θ = π: 1.
    private let pulses = 20.0 / 24

    @Test func layerFidelityIsTheProductOfItsGates() async throws {
        let report = try await known.run(
            LayerFidelity(chain: known.sites, of: known.machine, shots: 1_000, seed: 5), seed: 6)
        // Every group of a layer: its gate, and a random Clifford on each of its sites.
        func group(_ sites: Int...) -> Double {
            let local = sites.reduce(1.0) { $0 * (1 - pulses * processInfidelity(error(.sx, $1), qubits: 1)) }
            return sites.count == 1 ? local : local * (1 - processInfidelity(error(.cz, sites[0], sites[1]), qubits: 2))
        }
        let expected = group(0, 1) * group(2, 3) * group(1, 2) * group(0) * group(3)
        let fidelity = try #require(report.findings.first { $0.quantity == "layer fidelity" })
        #expect(
            abs(fidelity.value.value - expected) < 4 * fidelity.value.standardError, "\(fidelity.value) \(expected)")
        #expect(fidelity.value.standardError < 0.012)
        let eplg = try #require(report.findings.first { $0.quantity == "EPLG" })
        let share = 1 - Exponentiation.root(expected, 3)
        #expect(abs(eplg.value.value - share) < 4 * eplg.value.standardError)
        // Each pair for itself, not only their product.
        for finding in report.findings where finding.quantity.hasPrefix("process") && finding.sites.count == 2 {
            let sites = finding.sites.map(\.index)
            let truth = 1 - group(sites[0], sites[1])
            #expect(abs(finding.value.value - truth) < 4 * finding.value.standardError, "\(finding)")
        }
    }

    @Test func mirrorCircuitsSeeTheErrorOfALayer() async throws {
        let regions = [[0], [0, 1], [0, 1, 2, 3]].map { $0.map { Site($0) } }
        let report = try await known.run(
            MirrorBenchmarking(regions: regions, of: known.machine, shots: 400, seed: 8), seed: 9)
        #expect(report.findings.count == 3)
        for (finding, region) in zip(report.findings, regions) {
            // A random Clifford on each site; of the two matchings of a chain one is drawn, and half of its couplers.
            var kept = 1.0
            for site in region { kept *= 1 - pulses * processInfidelity(error(.sx, site.index), qubits: 1) }
            let couplers = zip(region, region.dropFirst()).reduce(0.0) {
                $0 + processInfidelity(error(.cz, $1.0.index, $1.1.index), qubits: 2)
            }
            let truth = 1 - kept * (1 - 0.25 * couplers)
            let value = finding.value
            #expect(abs(value.value - truth) < 4 * value.standardError + 0.08 * truth, "\(value) truth \(truth)")
            #expect(value.standardError < 0.25 * truth)
        }
        #expect(report.findings[2].value.value > 2 * report.findings[1].value.value)
    }

    @Test func quantumVolumeTellsGoodMachinesFromBad() async throws {
        let good = KnownMachine(sites: 4, relaxes: false, oneQubitError: 1e-5, twoQubitError: 1e-4)
        let bad = KnownMachine(sites: 4, relaxes: false, oneQubitError: 1e-3, twoQubitError: 0.12)
        func measure(_ known: KnownMachine, width: Int) async throws -> ExperimentReport {
            try await known.run(
                QuantumVolume(widths: [2, width], circuits: 100, of: known.machine, shots: 100, seed: 3), seed: 4)
        }
        let high = try await measure(good, width: 3), low = try await measure(bad, width: 3)
        // Without errors the mean share of heavy outcomes at these widths is near its limit (1 + ln 2)/2 = 0.85.
        let shares = high.findings.filter { $0.quantity.hasPrefix("heavy") }.map(\.value.value)
        #expect(shares.count == 2)
        for share in shares { #expect((0.74...0.88).contains(share)) }
        #expect(high.findings.contains { $0.quantity == "quantum volume" && $0.value.value >= 4 })
        for (a, b) in zip(high.findings, low.findings) where a.quantity.hasPrefix("heavy") {
            #expect(a.value.value > b.value.value + 0.03)
        }
        #expect(!low.findings.contains { $0.quantity == "quantum volume" && $0.value.value > 4 })
    }

    /// The ZZ coupling of a driven neighbour: seen where it is, not made up where it is not.
    @Test func crosstalkIsFoundWhereItIs() async throws {
        let chain = (0..<3).map { Site($0) }
        func measure(_ zz: Double?) async throws -> [Finding] {
            let known = KnownMachine(sites: 3, relaxes: false, oneQubitError: 5e-4, crosstalk: zz)
            return try await known.run(
                RandomizedBenchmarking(crosstalkAlong: chain, of: known.machine, shots: 300, seed: 12), seed: 13
            ).findings.filter { $0.quantity == "crosstalk" }
        }
        let without = try await measure(nil), zz = 1.2e6, with = try await measure(zz)
        #expect(without.map(\.sites) == [[0, 1], [2]].map { $0.map { Site($0) } })
        for finding in without { #expect(abs(finding.value.value) < 4 * finding.value.standardError, "\(finding)") }
        let spectator = try #require(with.last).value
        #expect(spectator.value > 6 * spectator.standardError, "\(spectator)")
        // While sites 0 and 1 are driven, H = (ζ/4)·Z⊗Z turns site 2 by ±πζt/2 about Z: a flip with probability sin². A
        // CZ takes 80 ns; a two-qubit Clifford takes 1.5 of them and as many layers of 40 ns pulses beside and between.
        // A Clifford on the spectator takes 20/24 of a pulse, so that it meets so many CZs:
        let angle = Double.pi * zz * KnownMachine.coupler / 2
        let meets = 20.0 / 24 * KnownMachine.pulse * 1.5 / (1.5 * KnownMachine.coupler + 2.2 * KnownMachine.pulse)
        let expected = meets * 2 / 3 * angle * angle
        #expect((0.5...1.6).contains(spectator.value / expected), "\(spectator) expected \(expected)")
    }

    @Test func theSameSeedGivesTheSameReport() async throws {
        func measure() async throws -> [Finding] {
            try await known.run(
                RandomizedBenchmarking(sites: [Site(0), Site(1)], of: known.machine, shots: 50, seed: 2), seed: 3
            ).findings
        }
        let first = try await measure(), second = try await measure()
        #expect(first.map(\.value) == second.map(\.value))
    }
}

enum Exponentiation {
    /// x^(1/n) by Newton's steps.
    static func root(_ x: Double, _ n: Int) -> Double {
        var y = x
        for _ in 0..<60 {
            let power = (1..<n).reduce(1.0) { product, _ in product * y }
            y -= (y * power - x) / (Double(n) * power)
        }
        return y
    }
}
