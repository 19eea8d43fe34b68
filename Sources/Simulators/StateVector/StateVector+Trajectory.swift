import Circuits

// Evolution between events: an event happens where the probability that none has, falls to a drawn threshold.
extension StateVector {
    static func prepare(
        _ steps: [Program.QuantumStep], qubitCount: Int
    ) throws(SimulationError) -> TrajectorySegment {
        TrajectorySegment(steps, qubitCount: qubitCount)
    }

    func apply(
        _ segment: TrajectorySegment, from start: Int, survival: inout Double, threshold: Double
    ) -> Int? {
        let count = segment.items.count
        if !segment.hasChannels {
            applySeparately(segment, start..<count)
            return nil
        }
        var here = start
        var spare: StateVector?
        while here < count {
            let (end, fixed) = segment.reach(from: here, survival: survival, threshold: threshold)
            if end == here { return here }
            if segment.noJumps(in: here..<end) == 0 {
                apply(segment, here..<end)
                survival = fixed
                here = end
            } else {
                let saved = spare ?? copy()
                if spare != nil { saved.assign(self) }
                spare = saved
                here = advance(segment, from: here, to: end, &survival, threshold, saved)
                if here < 0 { return ~here }
            }
        }
        return nil
    }

    /// Evolves up to `end`, or up to the item at which the norm takes the survival to the threshold or below.
    ///
    /// Where the norm at the end tells of an event before, halves of the way are gone from a saved state until the item is
    /// found. That item is then not applied, and its complement returned.
    ///
    /// - Parameter saved: a copy of the state at `start`.
    private func advance(
        _ segment: TrajectorySegment, from start: Int, to end: Int, _ survival: inout Double, _ threshold: Double,
        _ saved: StateVector
    ) -> Int {
        var here = start, target = end
        // The first item that is known to lie behind the event.
        var bound = end
        while here < end {
            apply(segment, here..<target)
            // Without no-jump operators the norm tells of nothing but rounding.
            let isUnitary = segment.noJumps(in: here..<target) == 0
            let norm = isUnitary ? 1 : self.norm
            let next = segment.survivals[here..<target].reduce(survival, *) * norm
            if next > threshold {
                survival = next
                if !isUnitary { scale(by: 1 / norm.squareRoot()) }
                here = target
                if here == end { return end }
                // Rounding may have hidden the event that led here: then it is past the bound, if anywhere.
                if here == bound { bound = end }
                saved.assign(self)
            } else {
                assign(saved)
                if target == here + 1 { return ~here }
                bound = target
            }
            target = here + max(1, (bound - here) / 2)
        }
        return end
    }

    /// Gates and no-jump operators of the items.
    private func apply(_ segment: TrajectorySegment, _ range: Range<Int>) {
        if let prepared = segment.preparedKernels(of: range) {
            for kernel in prepared { apply(kernel) }
        } else if qubitCount >= TrajectorySegment.freshFusionWidth && range.count > 2 {
            for kernel in segment.kernels(of: range) { apply(kernel) }
        } else {
            applySeparately(segment, range)
        }
    }

    func applySeparately(_ segment: TrajectorySegment, _ range: Range<Int>) {
        for index in range {
            switch segment.items[index] {
            case .gate(_, let kernel): apply(kernel)
            case .channel(_, let noJump): if let noJump { apply(noJump) }
            }
        }
    }

    func applyEvent(_ segment: TrajectorySegment, at item: Int, uniform: Double, second: Double) {
        guard case .channel(let channel, _) = segment.items[item] else {
            preconditionFailure("events happen at channels")
        }
        apply(channel, uniform: uniform, second: second)
    }
}
