import Circuits
import Testing

@testable import Mitigation

@Suite struct ReadoutConfusionTests {
    static let confusion = ReadoutConfusion(
        bits: [
            .init(falseOne: 0.02, falseZero: 0.08), .init(falseOne: 0.1, falseZero: 0.05),
            .init(falseOne: 0.01, falseZero: 0.2), .init(falseOne: 0.03, falseZero: 0.03),
        ], calibrationShots: 1_000_000)

    /// Shots of a true distribution, read through the confusion.
    private func read(_ truth: [(bits: UInt64, weight: Double)], shots: Int, seed: UInt64) -> Counts {
        var state = seed
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
        return Counts(
            (0..<shots).map { _ in
                var pick = uniform(), bits = truth[truth.count - 1].bits
                for (candidate, weight) in truth {
                    if pick < weight {
                        bits = candidate
                        break
                    }
                    pick -= weight
                }
                var outcome = BitString(bits, count: 4)
                for (k, bit) in Self.confusion.bits.enumerated()
                where uniform() < (outcome[k] ? bit.falseZero : bit.falseOne) {
                    outcome[k].toggle()
                }
                return outcome
            })
    }

    static let ghz: [(bits: UInt64, weight: Double)] = [(0, 0.5), (15, 0.5)]

    @Test func expectationValuesAreUnbiased() {
        let counts = read(Self.ghz, shots: 200_000, seed: 7)
        let parity = DiagonalObservable(terms: [
            .init(coefficient: 1, bits: [0, 1, 2, 3]), .init(coefficient: 0.5, bits: [2]),
        ])
        let raw = parity.estimate(from: counts)
        let corrected = Self.confusion.estimate(parity, from: counts)
        // ⟨ZZZZ⟩ = 1 and ⟨Z⟩ = 0; the raw value is off by many standard errors, the corrected one is not.
        #expect(abs(raw.value - 1) > 20 * raw.standardError)
        #expect(abs(corrected.value - 1) < 4 * corrected.standardError)
        #expect(corrected.standardError > raw.standardError)
    }

    /// The standard error covers the calibration's own noise: over many calibrations the pulls have unit variance.
    @Test func standardErrorsCoverTheCalibration() throws {
        var pulls: [Double] = []
        let observable = DiagonalObservable(terms: [.init(coefficient: 1, bits: [0, 1, 2, 3])])
        for seed in 1...200 as ClosedRange<UInt64> {
            let zero = read([(0, 1)], shots: 500, seed: seed &* 77),
                one = read([(15, 1)], shots: 500, seed: seed &* 131)
            let measured = try ReadoutConfusion(preparedZero: zero, preparedOne: one, bitCount: 4)
            let estimate = measured.estimate(observable, from: read(Self.ghz, shots: 2000, seed: seed &* 911))
            pulls.append((estimate.value - 1) / estimate.standardError)
        }
        let mean = pulls.reduce(0, +) / 200
        let variance = pulls.reduce(0) { $0 + $1 * $1 } / 200
        #expect(abs(mean) < 0.3)
        #expect(variance > 0.7 && variance < 1.4)
    }

    @Test func distributionsAreRecovered() throws {
        let truth: [(bits: UInt64, weight: Double)] = [(0, 0.4), (5, 0.3), (15, 0.3)]
        let counts = read(truth, shots: 100_000, seed: 3)
        let result = try Self.confusion.mitigate(counts)
        #expect(abs(result.entries.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
        for entry in result.entries {
            let expected = truth.first { BitString($0.bits, count: 4) == entry.bits }?.weight ?? 0
            #expect(abs(entry.probability - expected) < 5 * entry.standardError + 1e-4)
        }
        // The iterative solver agrees with the direct one but for the elements beyond three flips that it drops.
        let iterative = try Self.confusion.mitigate(counts, directLimit: 0)
        for (a, b) in zip(result.entries, iterative.entries) { #expect(abs(a.probability - b.probability) < 2e-4) }
    }

    @Test func aReadingThatSaysNothingIsRefused() {
        let half = read([(0, 0.5), (15, 0.5)], shots: 1000, seed: 5)
        #expect(throws: MitigationError.self) {
            try ReadoutConfusion(preparedZero: half, preparedOne: half, bitCount: 4)
        }
    }
}
