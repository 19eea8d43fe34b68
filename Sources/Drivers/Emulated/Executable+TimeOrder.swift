import Circuits
import Hardware

extension Executable {
    /// The same program with the instructions of its body in the order in which they start.
    ///
    /// What neighbours do to each other depends on who is driven when; the text may name a later gate first as long as it
    /// is on other sites. Instructions that start together keep their order.
    var inTimeOrder: Executable {
        guard let schedule, schedule.starts.count == circuit.body.count else { return self }
        let body = circuit.body
        let isOrdered = zip(schedule.starts, schedule.starts.dropFirst()).allSatisfy { $0 <= $1 }
        if isOrdered { return self }
        let order = body.indices.sorted { (schedule.starts[$0], $0) < (schedule.starts[$1], $1) }
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
}
