import Circuits
import Hardware

extension Executable {
    /// The same program with an empty block wherever a branch or a switch has none for the remaining case.
    ///
    /// A branch not taken takes the time of the one taken, and its sites relax meanwhile: that needs a place in the
    /// program to stand in.
    var withEveryAlternative: Executable {
        guard !circuit.body.controlFlow.isEmpty else { return self }
        let (body, schedule) = Self.completed(circuit.body, self.schedule)
        var result = self
        result.circuit.body = body
        result.schedule = schedule
        return result
    }

    private static func completed(_ block: Block, _ schedule: Schedule?) -> (Block, Schedule?) {
        if block.controlFlow.isEmpty { return (block, schedule) }
        var result = Block(), times = schedule
        for position in block.indices {
            guard case .controlFlow(let place) = block.operation(at: position) else {
                result.append(from: block, at: position)
                continue
            }
            let inner = schedule?.nested[place]
            var blocks: [Schedule] = [], index = 0
            var statement = block.controlFlow[place].mapBlocks { block in
                let (body, time) = completed(block, inner?[index])
                index += 1
                if let time { blocks.append(time) }
                return body
            }
            if statement.addRemainingCase(), schedule != nil {
                blocks.append(Schedule(starts: [], durations: [], duration: 0, nested: []))
            }
            if schedule != nil { times?.nested[place] = blocks }
            result.append(statement, location: block.location(at: position))
            for annotation in block.annotations(at: position) { result.annotateLast(annotation) }
        }
        return (result, times)
    }
}

extension ControlFlow {
    /// Adds an empty block for the remaining case if there is none; whether it did.
    fileprivate mutating func addRemainingCase() -> Bool {
        switch self {
        case .branch(let condition, let then, nil):
            self = .branch(condition: condition, then: then, otherwise: Block())
        case .switch(let subject, let cases, nil):
            self = .switch(subject: subject, cases: cases, otherwise: Block())
        default: return false
        }
        return true
    }
}
