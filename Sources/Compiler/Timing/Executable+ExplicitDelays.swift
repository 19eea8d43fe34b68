public import Circuits
public import Hardware

extension Executable {
    /// The circuit with the gaps of its schedule written out as `delay`s in seconds: the same program for a reader that
    /// keeps no schedule, such as another simulator that relaxes idle sites.
    ///
    /// A site has delays from its first instruction to its last; before and after it is not waiting. Inside a branch, a
    /// loop or a box, sites wait from the moment it is entered to the moment it is left. A loop counts as one turn for the
    /// sites outside it, as in the schedule. Without a schedule the circuit is returned as it is.
    public var circuitWithExplicitDelays: Circuit {
        guard let schedule else { return circuit }
        let body = circuit.body.withDelays(
            schedule, siteCount: circuit.qubitCount, operands: [], start: nil, end: nil)
        return circuit.replacing(body: body, qubitRegisters: circuit.qubitRegisters)
    }
}

extension Block {
    /// Gaps below a picosecond are rounding errors of times; no machine has them.
    private static let shortestGap = 1e-12

    /// - Parameters:
    ///   - operands: the sites that are waiting when the block is entered, and until `end`.
    ///   - start: when they start to wait, seconds from the block's entry; nil for the program itself.
    fileprivate func withDelays(
        _ schedule: Schedule, siteCount: Int, operands: Operands, start: Double?, end: Double?
    ) -> Block {
        var free: [Double?] = Array(repeating: nil, count: siteCount)
        for qubit in operands { free[qubit.index] = start }
        var result = Block()
        result.reserve(instructions: count * 2, operands: count * 3, parameters: count * 2)

        func wait(_ qubit: Qubit, until moment: Double) {
            guard let since = free[qubit.index], moment - since > Self.shortestGap else { return }
            // To the femtosecond: the difference of two times has no more true digits, and prints with all its false ones.
            let gap = ((moment - since) * 1e15).rounded() / 1e15
            result.append(Instruction(.delay(.seconds), [qubit], [Parameter(gap)]))
        }
        for position in indices {
            let qubits = self.qubits(at: position), begin = schedule.starts[position]
            for qubit in qubits {
                wait(qubit, until: begin)
                free[qubit.index] = begin + schedule.durations[position]
            }
            guard case .controlFlow(let place) = operation(at: position) else {
                result.append(from: self, at: position)
                continue
            }
            var inner = schedule.nested[place].makeIterator()
            let isLoop = controlFlow[place].isLoop
            let statement = controlFlow[place].mapBlocks { block in
                guard let own = inner.next() else { preconditionFailure("a nested block without a schedule") }
                // All alternatives of a branch last as long as the longest; a turn of a loop lasts as long as it does.
                return block.withDelays(
                    own, siteCount: siteCount, operands: qubits, start: 0,
                    end: isLoop ? own.duration : schedule.durations[position])
            }
            result.append(statement, location: location(at: position))
            for annotation in annotations(at: position) { result.annotateLast(annotation) }
        }
        if let end { for qubit in operands { wait(qubit, until: end) } }
        return result
    }
}

extension ControlFlow {
    fileprivate var isLoop: Bool {
        switch self {
        case .for, .while: true
        case .branch, .switch, .box: false
        }
    }
}
