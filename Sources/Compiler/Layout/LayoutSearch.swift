import Dispatch

/// Searches a start layout by routing forwards and backwards from many starts (SABRE, arXiv:1809.02573, section 4.3),
/// and keeps the trial with the best estimated success probability.
///
/// Trials differ in start, in tuning and in whether commuting gates are ordered; the best layouts are then routed again
/// in many ways. Each trial draws from a generator of its own, and trials are compared by score, then by number: the
/// outcome does not depend on the number of threads.
struct LayoutSearch {
    let starts: StartLayouts
    let target: Target
    let context: CompilationContext
    private let commuting: Direction
    private let ordered: Direction

    private struct Direction {
        let forward: RoutingGraph
        let backward: RoutingGraph
    }

    struct Outcome: Sendable {
        var layout: [Int32]
        var plan: RoutingPlan
        var score: Double
        var trial: Int
    }

    init(_ starts: StartLayouts, commuting: RoutingGraph, ordered: RoutingGraph, in context: CompilationContext) {
        self.starts = starts
        self.context = context
        target = context.target
        self.commuting = Direction(forward: commuting, backward: commuting.reversed)
        self.ordered = Direction(forward: ordered, backward: ordered.reversed)
    }

    /// Trials that a program of this size gets.
    static func trials(for graph: RoutingGraph, effort: CompilerOptions.Effort) -> Int {
        let budget = effort == .fast ? 10_000 : 60_000
        let limits = effort == .fast ? 2...6 : 8...48
        return min(max(budget / max(graph.interactionCount, 1), limits.lowerBound), limits.upperBound)
    }

    /// - Parameters:
    ///   - fixed: start layouts to try first.
    ///   - pinned: whether the first of them is the only one allowed.
    func best(trials: Int, fixed: [[Int32]], pinned: Bool) -> Outcome {
        let count = max(trials, fixed.count)
        let searched = parallel(count) { trial, router, score in
            search(trial, fixed: fixed, pinned: pinned, router, &score)
        }
        .sorted { ($0.score, $0.trial) < ($1.score, $1.trial) }
        let leaders = Array(searched.prefix(4))
        let polished = parallel(2 * count) { trial, router, score in
            polish(leaders[trial % leaders.count], trial: count + trial, router, &score)
        }
        return (leaders + polished).min { ($0.score, $0.trial) < ($1.score, $1.trial) }!
    }

    private func parallel(
        _ count: Int, _ body: (Int, SwapRouter, inout RoutingScore) -> Outcome
    ) -> [Outcome] {
        let threads = max(1, min(context.options.threads, count))
        var outcomes: [Outcome?] = Array(repeating: nil, count: count)
        outcomes.withUnsafeMutableBufferPointer { buffer in
            // Each trial writes its own place of the buffer, and the body only reads what it captures.
            nonisolated(unsafe) let results = buffer
            nonisolated(unsafe) let body = body
            DispatchQueue.concurrentPerform(iterations: threads) { thread in
                let router = SwapRouter(target.routingMap)
                var score = RoutingScore(target)
                for trial in stride(from: thread, to: count, by: threads) {
                    results[trial] = body(trial, router, &score)
                }
            }
        }
        return outcomes.compactMap { $0 }
    }

    /// The knobs of a trial: every combination comes up in time.
    private func tuning(_ trial: Int) -> RouterTuning {
        var tuning = RouterTuning()
        tuning.commuting = trial / 2 % 2 == 0
        tuning.noise = [0, 0, 0.15, 0.3][trial % 4]
        tuning.lookaheadWeight = [0.5, 0.5, 0.3][trial % 3]
        tuning.lookahead = [20, 40][trial / 4 % 2]
        tuning.merging = [0.8, 0.4, 1.2][trial / 3 % 3]
        tuning.decay = [0.001, 0.01][trial / 5 % 2]
        return tuning
    }

    private func search(
        _ trial: Int, fixed: [[Int32]], pinned: Bool, _ router: SwapRouter, _ score: inout RoutingScore
    ) -> Outcome {
        var generator = context.generator(for: "layout", trial: trial)
        let tuning = tuning(trial)
        let graphs = tuning.commuting ? commuting : ordered
        var layout: [Int32]
        if pinned || trial < fixed.count {
            layout = fixed[min(trial, fixed.count - 1)]
        } else if trial % 2 == 0 {
            layout = starts.greedy(&generator, noise: tuning.noise)
        } else {
            layout = starts.compact(&generator, slack: trial % 4 == 1 ? 1 : 1.3)
        }
        var best: Outcome?
        let rounds = pinned ? 1 : 3
        for round in 0..<rounds {
            let outcome = route(layout, tuning, seed: generator.next(), trial, router, &score)
            if best.map({ outcome.score < $0.score }) ?? true { best = outcome }
            if round + 1 < rounds {
                router.route(graphs.backward, tuning, &generator)
                layout = router.sites(ofFirst: starts.program.qubitCount)
            }
        }
        return best!
    }

    /// Routes a good layout once more with other knobs.
    private func polish(
        _ leader: Outcome, trial: Int, _ router: SwapRouter, _ score: inout RoutingScore
    ) -> Outcome {
        var generator = context.generator(for: "polish", trial: trial)
        var tuning = tuning(generator.below(1 << 20))
        if generator.below(4) > 0 {
            tuning.commuting = leader.plan.tuning.commuting
            tuning.merging = leader.plan.tuning.merging
            tuning.noise = leader.plan.tuning.noise
        }
        return route(leader.layout, tuning, seed: generator.next(), trial, router, &score)
    }

    private func route(
        _ layout: [Int32], _ tuning: RouterTuning, seed: UInt64, _ trial: Int, _ router: SwapRouter,
        _ score: inout RoutingScore
    ) -> Outcome {
        let graph = tuning.commuting ? commuting.forward : ordered.forward
        var draws = SeededGenerator(seed: seed)
        router.place(layout)
        router.route(graph, tuning, &draws)
        var plan = RoutingPlan()
        plan.tuning = tuning
        plan.seed = seed
        let value = score(router.events, of: graph, initial: layout, measured: starts.program.measured)
        return Outcome(layout: layout, plan: plan, score: value, trial: trial)
    }
}
