import Dispatch

/// Searches a start layout by routing forwards and backwards from many starts (SABRE, arXiv:1809.02573, section 4.3),
/// and keeps the trial with the best estimated success probability.
///
/// Trials differ in start and in tuning, draw from generators of their own and are compared by score, then by number:
/// the outcome does not depend on the number of threads.
struct LayoutSearch {
    let starts: StartLayouts
    let target: Target
    let forward: RoutingGraph
    let backward: RoutingGraph
    let context: CompilationContext

    struct Outcome: Sendable {
        var layout: [Int32]
        var plan: RoutingPlan
        var score: Double
        var trial: Int
    }

    init(_ starts: StartLayouts, _ graph: RoutingGraph, in context: CompilationContext) {
        self.starts = starts
        self.context = context
        target = context.target
        forward = graph
        backward = graph.reversed
    }

    /// Trials that a program of this size gets.
    static func trials(for graph: RoutingGraph, effort: CompilerOptions.Effort) -> Int {
        let budget = effort == .fast ? 20_000 : 160_000
        let limits = effort == .fast ? 2...6 : 6...64
        return min(max(budget / max(graph.interactionCount, 1), limits.lowerBound), limits.upperBound)
    }

    /// - Parameter fixed: start layouts to try first, each as it is and refined.
    func best(trials: Int, fixed: [[Int32]], pinned: Bool) -> Outcome {
        let count = max(trials, fixed.count)
        let threads = max(1, min(context.options.threads, count))
        var outcomes: [Outcome?] = Array(repeating: nil, count: count)
        outcomes.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let results = buffer
            DispatchQueue.concurrentPerform(iterations: threads) { thread in
                let router = SwapRouter(target.routingMap)
                var score = RoutingScore(target)
                for trial in stride(from: thread, to: count, by: threads) {
                    results[trial] = run(trial, fixed: fixed, pinned: pinned, router, &score)
                }
            }
        }
        return outcomes.compactMap { $0 }.min { ($0.score, $0.trial) < ($1.score, $1.trial) }!
    }

    private func run(
        _ trial: Int, fixed: [[Int32]], pinned: Bool, _ router: SwapRouter, _ score: inout RoutingScore
    ) -> Outcome {
        var generator = context.generator(for: "layout", trial: trial)
        var tuning = RouterTuning()
        tuning.noise = [0, 0, 0.15, 0.3][trial % 4]
        tuning.lookaheadWeight = [0.5, 0.5, 0.3][trial % 3]
        tuning.lookahead = [20, 40][trial / 2 % 2]
        tuning.merging = [0.8, 0.4, 1.2][trial / 3 % 3]
        let program = starts.program.qubitCount
        var layout: [Int32]
        if pinned || trial < fixed.count {
            layout = fixed[min(trial, fixed.count - 1)]
        } else if trial % 2 == 0 {
            layout = starts.greedy(&generator, noise: tuning.noise)
        } else {
            layout = starts.compact(&generator, slack: trial % 4 == 1 ? 1 : 1.3)
        }
        var best: Outcome?
        func consider(_ layout: [Int32], seed: UInt64) {
            let value = score(router.events, of: forward, initial: layout, measured: starts.program.measured)
            if best.map({ value < $0.score }) ?? true {
                var plan = RoutingPlan()
                plan.tuning = tuning
                plan.seed = seed
                best = Outcome(layout: layout, plan: plan, score: value, trial: trial)
            }
        }
        let rounds = pinned ? 1 : 3
        for round in 0..<rounds {
            let seed = generator.next()
            var draws = SeededGenerator(seed: seed)
            router.place(layout)
            router.route(forward, tuning, &draws)
            consider(layout, seed: seed)
            if round + 1 < rounds {
                router.route(backward, tuning, &draws)
                layout = router.sites(ofFirst: program)
            }
        }
        return best!
    }
}
