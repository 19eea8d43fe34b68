import Testing

@testable import Kernel

@Suite struct TrafficMemoryTests {
    /// Bursts of three from one account every 100 s: what is replayed has the same rate and the same bursts.
    @Test func theFutureLooksLikeThePast() {
        var memory = TrafficMemory()
        for k in 0..<300 {
            memory.noteArrival(
                JobCard(account: AccountIndex(1 + k / 3 % 2), shots: k, deadline: Double(k / 3 * 100) + 7),
                at: Double(k / 3 * 100))
        }
        let now = 100.0 * 100
        for seed in UInt64(0)..<20 {
            var future = memory.future(from: now, after: nil, seed: seed), times: [Double] = []
            while let arrival = future.nextArrival(), arrival.time < now + 50_000 {
                #expect(abs(arrival.card.deadline - arrival.time - 7) < 1e-6)
                times.append(arrival.time)
            }
            #expect(abs(times.count - 1_500) <= 12, "seed \(seed): \(times.count)")
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 } && times[0] >= now)
            // After the cut at the begin, jobs come by threes.
            let bursts = Dictionary(grouping: times, by: { $0 }).values.map(\.count)
            #expect(bursts.count { $0 == 3 } >= bursts.count - 2)
        }
        // After a job of the second account comes the rest of its burst, at once.
        var together = 0
        for seed in UInt64(0)..<60 {
            var future = memory.future(from: now, after: AccountIndex(2), seed: seed)
            if let first = future.nextArrival(), first.time == now, first.card.account == AccountIndex(2) {
                together += 1
            }
        }
        #expect(together > 25 && together < 55, "two of three have a companion: \(together) of 60")
    }

    /// Three days on which jobs come from eight to four: at noon of the fourth, futures end in the afternoon and go on in
    /// the morning, give or take half an hour.
    @Test func daysComeAgain() {
        var memory = TrafficMemory()
        let day = 86_400.0, hour = 3_600.0
        for d in 0..<4 {
            for k in 0..<960 where d < 3 || k < 480 {
                memory.noteArrival(JobCard(), at: Double(d) * day + 8 * hour + Double(k) * 30)
            }
        }
        let now = 3 * day + 12 * hour
        for seed in UInt64(0)..<30 {
            var future = memory.future(from: now, after: nil, seed: seed), times: [Double] = []
            while let arrival = future.nextArrival(), arrival.time < now + 2.5 * day {
                times.append(arrival.time - now)
            }
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 } && times[0] >= 0)
            for d in 0..<2 {
                let noon = Double(d) * day
                #expect(times.count { $0 > noon && $0 < noon + 3.4 * hour } >= 400, "seed \(seed), day \(d)")
                #expect(!times.contains { $0 > noon + 4.6 * hour && $0 < noon + 19.4 * hour }, "seed \(seed), day \(d)")
            }
        }
        // Nobody came for two days: what is known is old, and still the past goes round.
        var future = memory.future(from: now + 2 * day, after: AccountIndex(0), seed: 1)
        var last = now + 2 * day
        for _ in 0..<5_000 {
            guard let arrival = future.nextArrival() else { break }
            #expect(arrival.time >= last)
            last = arrival.time
        }
    }

    /// A process that starts plays the same futures as the one that watched.
    @Test func theJournalTellsThePast() {
        var seen = TrafficMemory(), entries: [JournalEntry] = []
        for k in 0..<2_000 {
            let id = JobID(UInt64(k + 1)), time = Double(k) * 60 + Double(k % 7)
            let card = JobCard(account: AccountIndex(k % 3), deadline: time + 90, tag: .max)
            let program = ProgramProfile(width: 2 + k % 5)
            let demand = JobDemand(width: program.width, shots: 100 + k, seconds: 2.5, profile: program)
            entries += [
                JournalEntry(time: time - 1, fact: .submitted(id, card)),
                JournalEntry(time: time - 0.5, fact: .validated(id, demand)),
                JournalEntry(time: time, fact: .queued(id, .accepted, notBefore: 0)),
            ]
            // Coming back into the queue is no arrival.
            if k % 10 == 0 { entries.append(JournalEntry(time: time, fact: .queued(id, .preempted, notBefore: 0))) }
            var known = card
            (known.width, known.shots, known.seconds) = (UInt16(program.width), UInt32(100 + k), 2.5)
            known.tag = UInt32(program.width)
            seen.noteArrival(known, at: time)
        }
        let read = TrafficMemory(journal: entries) { UInt32($0.width) }
        #expect(read.isTelling)
        // In slices, the latest first, as a process reads it.
        var sliced = TrafficMemory()
        for end in stride(from: 2_000, to: 0, by: -500) {
            let slice = entries.filter { UInt64(end - 499)...UInt64(end) ~= $0.fact.job!.rawValue }
            sliced.notePast(TrafficMemory(journal: slice) { UInt32($0.width) })
        }
        for (other, seed) in [read, sliced].flatMap({ other in (UInt64(0)..<5).map { (other, $0) } }) {
            var a = seen.future(from: 130_000, after: AccountIndex(1), seed: seed)
            var b = other.future(from: 130_000, after: AccountIndex(1), seed: seed)
            for _ in 0..<3_000 {
                let (x, y) = (a.nextArrival(), b.nextArrival())
                #expect(x?.time == y?.time && x?.card == y?.card && x != nil)
            }
        }
    }

    /// Until a day is known an hour counts, not only a lull at its end.
    @Test func anHourTellsTheRate() {
        var memory = TrafficMemory()
        for k in 0..<6_000 { memory.noteArrival(JobCard(), at: Double(k)) }
        for k in 0..<400 { memory.noteArrival(JobCard(), at: 6_000 + Double(k) * 1.5) }
        var counts: [Double] = []
        for seed in UInt64(0)..<40 {
            var future = memory.future(from: 6_600, after: nil, seed: seed), count = 0.0
            while let arrival = future.nextArrival(), arrival.time < 6_600 + 1_200 { count += 1 }
            counts.append(count)
        }
        // 3,000 in the first 3,000 seconds of the hour, 400 in the rest.
        let mean = counts.reduce(0, +) / 40 / 1_200
        #expect(abs(mean - 3_400.0 / 3_600) < 0.1, "\(mean) a second")
        #expect(counts.min()! < 1_100 && counts.max()! == 1_200)
    }

    @Test func tooLittleHistoryTellsNothing() {
        var memory = TrafficMemory()
        for k in 0..<39 { memory.noteArrival(JobCard(), at: Double(k)) }
        #expect(!memory.isTelling)
        memory.noteArrival(JobCard(), at: 39)
        #expect(memory.isTelling)
        // The clock went back: what was learnt before lies in the future.
        memory.noteArrival(JobCard(), at: 3)
        #expect(!memory.isTelling)
    }
}

@Suite struct WaitSampleTests {
    @Test func levelsAndValuesAreInverse() {
        let sample = WaitSample([40, 10, 30, 20, 80])
        for level in stride(from: -0.4, through: 1.4, by: 0.05) where level < 0 || level > 1 || abs(level - 0.5) < 0.35
        {
            let wait = sample.value(at: level, grain: 5)
            #expect(abs(sample.level(of: wait, grain: 5) - level) < 1e-9, "\(level)")
        }
        #expect(sample.median == 30 && sample.level(of: 30, grain: 5) == 0.5)
        let certain = WaitSample([7, 7, 7])
        #expect(certain.level(of: 7, grain: 5) == 0.5 && certain.value(at: 0.97, grain: 5) == 7)
    }

    /// Futures that vary half as much as the waits themselves do, and are a fifth too early: what was learnt of them makes
    /// the promise hold all the same, in either class.
    @Test func biasedFuturesAreSetRight() {
        var forecaster = WaitForecaster(), random = SplitMix(seed: 3)
        let uniform = { (r: inout SplitMix) in Double(r.next() >> 11) * 0x1p-53 }
        var inside = [Priority: Int](), raw = 0, total = 0
        for k in 0..<12_000 {
            let priority = k % 4 == 0 ? Priority.high : .normal, length = 50 + 400 * uniform(&random)
            let spread = priority == .high ? 0.2 : 0.6
            let sample = WaitSample(
                (0..<40).map { _ in length * 0.8 * (1 + spread / 2 * (uniform(&random) - 0.5)) })
            let wait = length * (1 + spread * (uniform(&random) - 0.5))
            let forecast = forecaster.forecast(sample, priority: priority)
            if k > 3_000 {
                total += 1
                if forecast.contains(wait) { inside[priority, default: 0] += 1 }
                if wait >= sample.value(at: 0.05, grain: 5), wait <= sample.value(at: 0.95, grain: 5) { raw += 1 }
            }
            forecaster.observe(wait, forecast, sample)
        }
        #expect(Double(raw) / Double(total) < 0.6)
        for (priority, part) in [(Priority.high, 0.25), (.normal, 0.75)] {
            let share = Double(inside[priority] ?? 0) / (Double(total) * part)
            #expect(share > 0.87 && share < 0.93, "\(priority): \(share)")
        }
    }
}
