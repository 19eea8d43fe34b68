import Testing

@testable import Kernel

@Suite struct WaitForecasterTests {
    /// Errors of different size in two classes, skewed, and three times as large in the second half.
    @Test func coverageHoldsInEveryClassThroughAChange() {
        var forecaster = WaitForecaster(coverage: 0.9, grain: 5), random = SplitMix(seed: 11)
        let uniform = { (r: inout SplitMix) in Double(r.next() >> 11) * 0x1p-53 }
        var inside = [Priority: Int](), total = [Priority: Int]()
        for k in 0..<40_000 {
            let priority = k % 3 == 0 ? Priority.low : .high
            let planned = 10 + 500 * uniform(&random)
            var error = uniform(&random) * uniform(&random) * (priority == .low ? 1.5 : 0.4)
            if k > 20_000 { error *= 3 }
            let wait = planned * (0.8 + error)
            let forecast = forecaster.forecast(planned: planned, priority: priority)
            if k > 4_000 {
                total[priority, default: 0] += 1
                if forecast.contains(wait) { inside[priority, default: 0] += 1 }
            }
            forecaster.observe(wait, forecast)
        }
        for priority in [Priority.low, .high] {
            let share = Double(inside[priority] ?? 0) / Double(total[priority] ?? 1)
            #expect(share > 0.88 && share < 0.92, "\(priority): \(share)")
        }
    }

    @Test func exactPlansMakeNarrowIntervals() {
        var forecaster = WaitForecaster()
        for k in 0..<300 {
            let planned = Double(100 + k % 50)
            forecaster.observe(planned, forecaster.forecast(planned: planned, priority: .normal))
        }
        let forecast = forecaster.forecast(planned: 120, priority: .normal)
        #expect(forecast.upper - forecast.lower < 1e-6 && abs(forecast.lower - 120) < 1e-6)
    }
}

@Suite struct DriftDetectorTests {
    private func successes(_ p: Double, _ shots: Int, _ random: inout SplitMix) -> Int {
        (0..<shots).count { _ in Double(random.next() >> 11) * 0x1p-53 < p }
    }

    @Test func aStableMachineIsLeftAlone() {
        var alarms = 0
        for seed in 0..<50 {
            var detector = DriftDetector(drop: 0.1, threshold: 8), random = SplitMix(seed: UInt64(seed))
            for _ in 0..<168 { detector.observe(successes: successes(0.8, 200, &random), of: 200, predicted: 0.8) }
            if detector.hasDrifted { alarms += 1 }
        }
        #expect(alarms <= 3, "\(alarms) of 50 weeks of hourly canaries raised a false alarm")
    }

    @Test func driftIsFoundWithinHours() {
        for seed in 0..<20 {
            var detector = DriftDetector(drop: 0.1, threshold: 8), random = SplitMix(seed: UInt64(seed))
            var hours = 0
            while !detector.hasDrifted, hours < 100 {
                detector.observe(successes: successes(0.8 * 0.85, 200, &random), of: 200, predicted: 0.8)
                hours += 1
            }
            #expect(hours <= 12, "seed \(seed): \(hours) canaries")
            detector.reset()
            #expect(!detector.hasDrifted)
        }
    }

    @Test func calibrationsWaitForAQuietMomentUnlessPressed() {
        let agenda = CalibrationAgenda(longest: 100, earliest: 50, canaryInterval: 10)
        let calm = DriftDetector()
        var drifted = DriftDetector()
        for _ in 0..<20 { drifted.observe(successes: 100, of: 200, predicted: 0.8) }
        #expect(drifted.hasDrifted)
        #expect(agenda.decision(age: 20, sinceCanaries: 5, isIdle: true, detector: calm) == .nothing)
        #expect(agenda.decision(age: 20, sinceCanaries: 11, isIdle: false, detector: calm) == .runCanaries)
        #expect(agenda.decision(age: 60, sinceCanaries: 5, isIdle: false, detector: calm) == .nothing)
        #expect(agenda.decision(age: 60, sinceCanaries: 5, isIdle: true, detector: calm) == .calibrate)
        #expect(agenda.decision(age: 100, sinceCanaries: 5, isIdle: false, detector: calm) == .calibrate)
        #expect(agenda.decision(age: 5, sinceCanaries: 5, isIdle: false, detector: drifted) == .calibrate)
    }
}
