import Circuits

/// A part of a segment, up to an event or to the end, as it acts on the carriers that are there.
struct SegmentPiece<Segment: Sendable>: Sendable {
    /// One after the other.
    var stretches: [Segment]
    /// Which of them is underway.
    var underway = 0
    /// The place of the event at its end among the segment's steps; nil at the segment's end.
    var event: Int?
}

// Segments with events. Which event comes first is drawn for each shot before the segment is entered, so that the shots to
// which nothing happens, most of them, go through it whole.
extension Interpreter {
    /// The events of a segment with their places among its steps.
    static func events(of steps: [Program.QuantumStep]) -> [(place: Int, event: Program.Event)] {
        steps.enumerated().compactMap { place, step in if case .event(let event) = step { (place, event) } else { nil }
        }
    }

    /// Takes a run through a segment.
    ///
    /// - Returns: whether any of its shots is left.
    func evolve(
        _ run: Run, through index: Int, wait: (Run) -> Void, finish: (UInt32, Environment?) -> Void
    ) -> Bool {
        if events[index].isEmpty && run.presence.isEmpty {
            evolve(run, segments[index], wait: wait)
            return true
        }
        while true {
            if run.piece == nil { cut(run, index, wait: wait) }
            guard let piece = run.piece else { preconditionFailure("a run without a way to go") }
            for (number, stretch) in piece.stretches.enumerated().dropFirst(piece.underway) {
                run.piece?.underway = number
                evolve(run, stretch, wait: wait)
            }
            run.piece = nil
            guard let place = piece.event, case .event(let event) = program.quantum[index][place] else {
                run.resume = 0
                return true
            }
            run.resume = place + 1
            switch event.kind {
            case .departure(.failure):
                for shot in run.shots { finish(shot, nil) }
                return false
            case .departure(let kind):
                if run.presence.isEmpty { run.presence = Array(repeating: .present, count: program.qubitCount) }
                run.presence[event.qubit] = kind == .loss ? .lost : .leaked
            case .phaseFlip:
                run.state.apply(prepare([.gate(ElementaryGate(.z, targets: [Qubit(event.qubit)]))]))
            }
        }
    }

    /// Draws the next event of each shot, and gives each part of the run its piece.
    private func cut(_ run: Run, _ index: Int, wait: (Run) -> Void) {
        let before = run.place
        // A gate fails whether its carriers are there or not; only what is there can leave.
        let ahead = events[index].filter {
            $0.place >= run.resume
                && (run.presence.isEmpty || run.presence[$0.event.qubit] == .present
                    || $0.event.kind == .departure(.failure))
        }
        let draw = run.place.eventDraws
        run.place.eventDraws += 1
        var places: [Int] = [], reached: [Double] = [], survival = 1.0
        var flips: [(place: Int, probability: Double, shared: UInt64)] = []
        for (place, event) in ahead {
            switch event.kind {
            case .departure:
                survival *= 1 - event.probability
                places.append(place)
                reached.append(1 - survival)
            case .phaseFlip(let shared): flips.append((place, event.probability, shared))
            }
        }
        let keys = run.shots.map { shot -> Int in
            let stream = realisation(shot)
            var first = Int.max
            if let last = reached.last, last > 0 {
                let uniform = source.uniform(.departure, stream: stream, draw: draw)
                if uniform < last { first = reached.firstIndex { uniform < $0 }.map { places[$0] } ?? first }
            }
            for flip in flips where flip.place < first {
                if shared.uniform(.crosstalk, stream: stream, draw: flip.shared) < flip.probability {
                    first = flip.place
                }
            }
            return first
        }
        split(run, by: keys, before: before, advances: false, wait: wait) { part, key in
            let isWhole = key == .max && part.resume == 0 && part.presence.isEmpty
            part.piece = SegmentPiece(
                stretches: isWhole
                    ? [segments[index]]
                    : stretches(
                        of: index, part.resume..<min(key, program.quantum[index].count), acting: part.presence),
                event: key == .max ? nil : key)
        }
    }

    /// Some steps of a segment, made ready in stretches: those that begin and end at multiples of a fixed length are kept,
    /// because the runs that lose a carrier somewhere meet the same steps after it.
    private func stretches(of index: Int, _ steps: Range<Int>, acting presence: [Presence]) -> [E.Segment] {
        // Long enough that gates on each qubit are gathered, short enough that what is cut off costs little.
        let length = 8 * max(2, program.qubitCount)
        var result: [E.Segment] = [], start = steps.lowerBound
        while start < steps.upperBound {
            let end = min((start / length + 1) * length, steps.upperBound)
            func made() -> E.Segment { prepare(program.quantum[index][start..<end].acting(on: presence)) }
            let isWhole = start % length == 0 && end == start + length
            result.append(
                isWhole
                    ? kept.stretch(
                        PreparedStretches<E.Segment>.Key(segment: index, start: start, presence: presence), made)
                    : made())
            start = end
        }
        return result
    }

    private func prepare(_ steps: [Program.QuantumStep]) -> E.Segment {
        do { return try E.prepare(steps, qubitCount: program.qubitCount) } catch {
            preconditionFailure("the steps of a segment have been prepared before: \(error.message)")
        }
    }

    /// What the detectors say about each readout of one shot; nil if that makes the shot worthless.
    func detected(
        _ outcome: [UInt64], _ readouts: [Program.Readout], _ presence: [Presence], shot: UInt32, draw: UInt64
    ) -> [UInt64]? {
        var result = outcome
        for (k, readout) in readouts.enumerated() {
            let presence = presence.isEmpty ? Presence.present : presence[readout.qubit]
            let detection = readout.confusion?.detection ?? Detection()
            let answer = detection.answer(presence) {
                source.uniform(.detection, stream: UInt64(shot), draw: (draw + UInt64(k)) << 2 | $0)
            }
            switch answer {
            case .state: break
            case .nothing: return nil
            case .bit(let bit):
                if bit { result[k >> 6] |= 1 << UInt64(k & 63) } else { result[k >> 6] &= ~(1 << UInt64(k & 63)) }
            }
        }
        return result
    }
}

extension ArraySlice<Program.QuantumStep> {
    func acting(on presence: [Presence]) -> [Program.QuantumStep] { Array(self).acting(on: presence) }
}
