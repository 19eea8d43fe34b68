public import Kernel

/// How waits are foretold in a simulation.
public struct Foretelling: Hashable, Sendable {
    /// What a forecast knows of the future.
    public enum Basis: Hashable, Sendable, CaseIterable {
        /// Nothing comes in, every estimate is exact: the plan of the queue.
        case plan
        /// What came in of late comes again.
        case recentTraffic
        /// Every arrival, but not the run times: what no forecast can know, to tell how much of the width is theirs.
        case trueArrivals
    }

    public var basis: Basis
    /// One in so many jobs that wait is told; all are waited for by the baseline.
    public var every: Int
    public var simulation: WaitSimulation

    public init(
        _ basis: Basis = .recentTraffic, every: Int = 1, simulation: WaitSimulation = WaitSimulation(events: 400_000)
    ) {
        precondition(every > 0, "one in \(every) jobs cannot be told its wait")
        (self.basis, self.every, self.simulation) = (basis, every, simulation)
    }
}

// Promises to jobs that did not start at once.
extension FleetSimulator {
    mutating func foretell(_ id: JobID, _ foretelling: Foretelling) {
        guard let slot = kernel.book.jobs.slot(of: id), kernel.book.jobs[slot].state == .queued else { return }
        live[slot.place].hasWaited = true
        guard id.rawValue % UInt64(foretelling.every) == 0, let sample = sample(id, slot, foretelling) else { return }
        let forecast = forecaster.forecast(sample, priority: kernel.book.jobs[slot].card.priority)
        live[slot.place].forecast = Int32(record.forecasts.count)
        samples.append(sample)
        record.forecasts.append(
            FleetRecord.ForecastOutcome(
                forecast: forecast, baseline: recent.forecast(forecast), wait: -1, submitted: now))
    }

    private func sample(_ id: JobID, _ slot: JobSlot, _ foretelling: Foretelling) -> WaitSample? {
        let seed = seed &* 0x1000_0000_01B3 ^ id.rawValue
        var sample: WaitSample?
        switch foretelling.basis {
        case .plan: break
        case .recentTraffic:
            sample = foretelling.simulation.waits(
                of: id, in: kernel, traffic: memory, isNew: true, at: now, seed: seed)
        case .trueArrivals:
            sample = foretelling.simulation.waits(of: id, in: kernel, at: now) { path in
                TrueFuture(
                    traffic: traffic, next: upcoming, cards: cards, spread: scenario.workload.runtimeSpread,
                    random: SplitMix(seed: seed &+ path, stream: 13))
            }
        }
        if let sample { return sample }
        return kernel.policy.plannedStart(of: slot, in: kernel.book, at: now).map { WaitSample(planned: $0 - now) }
    }

    /// The arrivals that the simulation has still before it.
    private struct TrueFuture: TrafficFuture {
        var traffic: Traffic
        var next: Arrival?
        let cards: ArrivalCards
        let spread: Double
        var random: SplitMix

        mutating func nextArrival() -> (time: Double, card: JobCard)? {
            guard let arrival = next else { return nil }
            next = traffic.next()
            return (arrival.time, cards.card(of: arrival))
        }

        mutating func runtimeFactor() -> Double { exponential(random.normal() * spread) }
    }
}

/// What the kernel is told of an arrival.
struct ArrivalCards: Sendable {
    let programs: ProgramTable
    /// By place among the payers.
    var accounts: [AccountIndex] = []
    let isAlone: Bool

    func card(of arrival: Arrival) -> JobCard {
        let profile = programs.entries[Int(arrival.program)].profile
        return JobCard(
            account: accounts[Int(arrival.account)], priority: Priority(rawValue: arrival.priority) ?? .normal,
            wantsMachineAlone: arrival.isAlone || profile.isDynamic || isAlone, width: profile.width,
            shots: Int(arrival.shots), seconds: 0, deadline: arrival.time + arrival.deadline,
            tag: UInt32(arrival.program))
    }
}
