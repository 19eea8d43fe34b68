import Circuits

extension Executable {
    /// The same program with the instructions of its body in the order in which they start.
    ///
    /// What neighbours do to each other depends on who is driven when; the text may name a later gate first as long as it
    /// is on other sites. Instructions that start together keep their order, and so do those on the same site or between
    /// a bit and what depends on it, whatever the last digits of their times say.
    public var inTimeOrder: Executable {
        guard let schedule, schedule.starts.count == circuit.body.count else { return self }
        let body = circuit.body
        let moments = Self.moments(body, schedule.starts, siteCount: circuit.qubitCount)
        let isOrdered = zip(moments, moments.dropFirst()).allSatisfy { $0 <= $1 }
        if isOrdered { return self }
        let order = body.indices.sorted { (moments[$0], $0) < (moments[$1], $1) }
        var result = Block(), nested: [[Schedule]] = []
        for position in order {
            if case .controlFlow(let place) = body.operation(at: position) { nested.append(schedule.nested[place]) }
            result.append(from: body, at: position)
        }
        var executable = self
        executable.circuit.body = result
        executable.schedule = Schedule(
            starts: order.map { schedule.starts[$0] }, durations: order.map { schedule.durations[$0] },
            duration: schedule.duration, nested: nested)
        return executable
    }

    /// The starts of instructions, none before that of an earlier instruction that it depends on.
    ///
    /// Times are sums of rounded numbers: of two instructions that follow each other at once, the later may start a
    /// rounding error earlier.
    private static func moments(_ body: Block, _ starts: [Double], siteCount: Int) -> [Double] {
        var sites = [Double](repeating: -.infinity, count: siteCount)
        // Of statements that read or write what is classical, and of all that write it.
        var statements = -Double.infinity, writers = -Double.infinity
        return body.indices.map { position in
            let qubits = body.qubits(at: position)
            var moment = qubits.reduce(starts[position]) { max($0, sites[$1.index]) }
            switch body.operation(at: position) {
            case .measure:
                moment = max(moment, statements)
                writers = max(writers, moment)
            case .assign, .controlFlow:
                moment = max(moment, writers)
                statements = moment
                writers = moment
            default: break
            }
            for qubit in qubits { sites[qubit.index] = moment }
            return moment
        }
    }
}
