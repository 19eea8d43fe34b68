public import Kernel

/// How waits are foretold in a simulation.
public struct Foretelling: Hashable, Sendable {
    /// What a forecast knows of the future.
    public enum Basis: Hashable, Sendable, CaseIterable {
        /// Nothing comes in, every estimate is exact: the plan of the queue.
        case plan
        /// What came in of late comes again.
        case recentTraffic
        /// What came in of late comes again, and the run times of all jobs that wait are known.
        case trueRuntimes
        /// By which law jobs come in and take longer or shorter, but not what it will bring: no forecast can know more,
        /// whatever it learns from the past.
        case trueLaw
        /// Every arrival, but not the run times.
        case trueArrivals
    }

    public var basis: Basis
    /// Of the jobs of a class that wait, one in so many is told; all are waited for by the baseline.
    public var every: [Priority: Int]
    public var simulation: WaitSimulation

    public init(
        _ basis: Basis = .recentTraffic, every: [Priority: Int] = [:], simulation: WaitSimulation = WaitSimulation()
    ) {
        precondition(every.values.allSatisfy { $0 > 0 }, "one in no jobs cannot be told its wait")
        (self.basis, self.every, self.simulation) = (basis, every, simulation)
    }
}

// Promises to jobs that did not start at once.
extension FleetSimulator {
    mutating func foretell(_ id: JobID, _ foretelling: Foretelling) {
        guard let slot = kernel.book.jobs.slot(of: id), kernel.book.jobs[slot].state == .queued else { return }
        live[slot.place].hasWaited = true
        let priority = kernel.book.jobs[slot].card.priority
        waited[Int(priority.rawValue)] += 1
        guard waited[Int(priority.rawValue)] % (foretelling.every[priority] ?? 1) == 0,
            let sample = sample(id, slot, foretelling)
        else { return }
        let forecast = forecaster.forecast(sample, priority: priority)
        live[slot.place].forecast = Int32(record.forecasts.count)
        record.forecasts.append(
            FleetRecord.ForecastOutcome(
                forecast: forecast, baseline: recent.forecast(forecast), wait: -1, submitted: now, sample: sample))
    }

    private func sample(_ id: JobID, _ slot: JobSlot, _ foretelling: Foretelling) -> WaitSample? {
        let seed = seed &* 0x1000_0000_01B3 ^ id.rawValue
        var sample: WaitSample?
        switch foretelling.basis {
        case .plan: break
        case .recentTraffic:
            sample = foretelling.simulation.waits(
                of: id, in: kernel, traffic: memory, isNew: true, at: now, seed: seed)
        case .trueRuntimes:
            guard memory.isTelling else { break }
            let account = kernel.book.jobs[slot].card.account
            sample = foretelling.simulation.waits(of: id, in: kernel, at: now) { path in
                var random = SplitMix(seed: seed &+ path, stream: 17)
                return KnownRuntimes(
                    future: memory.future(from: now, after: account, seed: random.next()), begin: nextJob,
                    factor: runtimeFactor)
            }
        case .trueLaw:
            let payer = live[slot.place].payer
            sample = foretelling.simulation.waits(of: id, in: kernel, at: now) { path in
                var own = traffic
                own.recorded = nil
                own.arrivals = traffic.arrivals.continued(from: now, after: payer, seed: seed &+ path)
                let next = own.next()
                return TrueFuture(
                    traffic: own, next: next, cards: cards, spread: scenario.workload.runtimeSpread,
                    random: SplitMix(seed: seed &+ path, stream: 13))
            }
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

        mutating func runtimeFactor(of job: JobID) -> Double { exponential(random.normal() * spread) }
    }

    /// Jobs that wait take what they will truly take; those that may come in, what jobs took of late.
    private struct KnownRuntimes: TrafficFuture {
        var future: TrafficMemory.Replay
        let begin: UInt64
        let factor: (JobID) -> Double

        mutating func nextArrival() -> (time: Double, card: JobCard)? { future.nextArrival() }

        mutating func runtimeFactor(of job: JobID) -> Double {
            job.rawValue < begin ? factor(job) : future.runtimeFactor(of: job)
        }
    }

    /// What a job truly takes over its estimate.
    func runtimeFactor(of job: JobID) -> Double {
        guard scenario.workload.runtimeSpread > 0 else { return 1 }
        var random = SplitMix(seed: seed ^ job.rawValue, stream: 11)
        return exponential(random.normal() * scenario.workload.runtimeSpread)
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
