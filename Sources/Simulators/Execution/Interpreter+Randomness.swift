import Circuits

extension Interpreter {
    /// Applies a segment, splitting off the shots to which its channels do something.
    func evolve(_ run: Run, _ segment: E.Segment, wait: (Run) -> Void) {
        // Thresholds descend, so the shots that meet the next event stand in front, those of one realisation together.
        while let item = run.state.apply(
            segment, from: run.place.item, survival: &run.place.survival, threshold: run.thresholds.first ?? -1)
        {
            run.place.item = item
            let stream = realisation(run.shots[0])
            let end = run.shots.firstIndex { realisation($0) != stream } ?? run.shots.count
            if end < run.shots.count {
                // The others wait in front of the same channel, so that only one state waits however many shots part.
                let rest = Run(
                    splitting: run, shots: Array(run.shots[end...]), thresholds: Array(run.thresholds[end...]),
                    state: run.state.copy())
                wait(rest)
                run.shots.removeSubrange(end...)
            }
            let draw = run.place.noiseDraws
            run.place.noiseDraws += 2
            run.state.applyEvent(
                segment, at: item, uniform: source.uniform(.noise, stream: stream, draw: draw),
                second: source.uniform(.noise, stream: stream, draw: draw + 1))
            run.place.item = item + 1
            drawThresholds(run)
        }
        run.place.item = 0
    }

    /// Splits a run by a key of each shot.
    ///
    /// The smallest part goes on. The others wait, each with a copy of the state; where that would fill the memory they
    /// wait together in front of the same step, which then draws the same numbers again.
    ///
    /// - Parameters:
    ///   - before: the run as it came to this step.
    ///   - advances: whether the parts that wait have this step behind them.
    ///   - change: what becomes of each part, once it has a state of its own.
    func split<Key: Hashable>(
        _ run: Run, by keys: [Key], before: Run.Place, sharesState: Bool = false, advances: Bool = true,
        wait: (Run) -> Void,
        change: (Run, Key) -> Void
    ) {
        var order: [Key] = []
        var places: [Key: Int] = [:]
        var parts: [[Int]] = []
        for (index, key) in keys.enumerated() {
            if let place = places[key] {
                parts[place].append(index)
            } else {
                places[key] = parts.count
                parts.append([index])
                order.append(key)
            }
        }
        if parts.count == 1 { return change(run, order[0]) }
        let ranked = parts.indices.sorted {
            parts[$0].count != parts[$1].count ? parts[$0].count > parts[$1].count : $0 < $1
        }
        let shots = run.shots, thresholds = run.thresholds
        let chosen = ranked[ranked.count - 1]
        if sharesState || ranked.count * run.state.byteCount <= waitingLimit {
            for place in ranked.dropLast() {
                let members = parts[place]
                let part = Run(
                    splitting: run, shots: members.map { shots[$0] }, thresholds: members.map { thresholds[$0] },
                    state: sharesState ? run.state : run.state.copy())
                if advances { part.place.step += 1 }
                change(part, order[place])
                wait(part)
            }
        } else {
            let others = ranked.dropLast().flatMap { parts[$0] }.sorted()
            let rest = Run(
                splitting: run, shots: others.map { shots[$0] }, thresholds: others.map { thresholds[$0] },
                state: run.state.copy())
            rest.place = before
            wait(rest)
        }
        run.shots = parts[chosen].map { shots[$0] }
        run.thresholds = parts[chosen].map { thresholds[$0] }
        change(run, order[chosen])
    }

    /// Measures a run of qubits.
    ///
    /// - Returns: whether all shots have come to their end.
    func measure(
        _ run: Run, _ measurement: Program.MeasureRun, wait: (Run) -> Void, finish: (UInt32, Environment?) -> Void
    ) throws(SimulationError) -> Bool {
        let readouts = measurement.readouts
        let qubits = readouts.map(\.qubit)
        let before = run.place
        let draw = run.place.outcomeDraws
        run.place.outcomeDraws += 1
        let readoutDraw = run.place.readoutDraws
        run.place.readoutDraws += UInt64(readouts.count)
        let uniforms = run.shots.map { source.uniform(.outcome, stream: UInt64($0), draw: draw) }
        var outcomes = run.state.sample(qubits, uniforms)
        var reported = outcomes.indices.map { confused(outcomes[$0], readouts, shot: run.shots[$0], draw: readoutDraw) }
        if measurement.detects || !run.presence.isEmpty {
            var kept: [Int] = []
            for index in outcomes.indices {
                let seen = detected(
                    reported[index], readouts, run.presence, shot: run.shots[index], draw: readoutDraw)
                guard let seen else {
                    finish(run.shots[index], nil)
                    continue
                }
                reported[index] = seen
                kept.append(index)
            }
            if kept.isEmpty { return true }
            if kept.count < outcomes.count {
                outcomes = kept.map { outcomes[$0] }
                reported = kept.map { reported[$0] }
                run.shots = kept.map { run.shots[$0] }
                run.thresholds = kept.map { run.thresholds[$0] }
            }
        }
        let next = run.place.step + 1
        if measurement.isLast, case .end = program.steps[next] {
            var environment = run.environment
            for (index, shot) in run.shots.enumerated() {
                write(reported[index], readouts, to: &environment)
                finish(shot, environment)
            }
            return true
        }
        let keys = outcomes.indices.map { measurement.isLast ? [reported[$0]] : [outcomes[$0], reported[$0]] }
        split(run, by: keys, before: before, sharesState: measurement.isLast, wait: wait) { part, key in
            if !measurement.isLast { part.state.collapse(qubits, to: key[0]) }
            write(key[key.count - 1], readouts, to: &part.environment)
        }
        return false
    }

    private func write(_ outcome: [UInt64], _ readouts: [Program.Readout], to environment: inout Environment) {
        for (k, readout) in readouts.enumerated() {
            if let bit = readout.bit { environment.bits[bit] = outcome[k >> 6] >> UInt64(k & 63) & 1 == 1 }
        }
    }

    private func confused(
        _ outcome: [UInt64], _ readouts: [Program.Readout], shot: UInt32, draw: UInt64
    ) -> [UInt64] {
        var result = outcome
        for (k, readout) in readouts.enumerated() {
            guard let confusion = readout.confusion else { continue }
            let isOne = outcome[k >> 6] >> UInt64(k & 63) & 1 == 1
            let uniform = source.uniform(.readout, stream: UInt64(shot), draw: draw + UInt64(k))
            if uniform < (isOne ? confusion.zeroGivenOne : confusion.oneGivenZero) {
                result[k >> 6] ^= 1 << UInt64(k & 63)
            }
        }
        return result
    }

    func reset(_ run: Run, _ qubit: Int, wait: (Run) -> Void) {
        // What has left its levels is pumped back; what is gone stays gone.
        if !run.presence.isEmpty, run.presence[qubit] == .leaked { run.presence[qubit] = .present }
        if E.resetsExactly { return run.state.resetExactly(qubit) }
        let before = run.place
        let draw = run.place.outcomeDraws
        run.place.outcomeDraws += 1
        let one = run.state.probabilityOfOne(qubit)
        let keys = run.shots.map { source.uniform(.outcome, stream: UInt64($0), draw: draw) < one }
        split(run, by: keys, before: before, wait: wait) { part, outcome in
            part.state.collapse(qubit, to: outcome, probability: outcome ? one : 1 - one)
            if outcome { part.state.flip(qubit) }
        }
    }
}
