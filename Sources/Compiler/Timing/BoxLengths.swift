import Circuits
import Hardware

/// Whether what stands in boxes fits into the time that the program gives them.
///
/// A box that takes longer than it was asked to would end later than the program says, without a word.
struct BoxLengths {
    let target: Target

    /// Sums of times differ from the sum by rounding.
    private static let tolerance = 1e-12

    func check(_ block: Block, _ schedule: Schedule) throws(CompilerError) {
        for position in block.indices {
            guard case .controlFlow(let place) = block.operation(at: position) else { continue }
            let statement = block.controlFlow[place]
            for (inner, own) in zip(statement.blocks, schedule.nested[place]) { try check(inner, own) }
            guard case .box(let length?, _) = statement, let asked = length.value.constant else { continue }
            let dt = target.description.timing.dt.value
            let seconds = length.unit == .dt ? asked * dt : asked
            let needed = schedule.nested[place].first?.duration ?? 0
            // On a grid, a box ends at the grid's next point.
            guard needed > Scheduler.up(seconds, to: dt > 0 ? dt : Self.tolerance) + Self.tolerance else { continue }
            throw CompilerError(
                .boxTooShort,
                "a box of \(nanoseconds(seconds)) ns holds \(nanoseconds(needed)) ns of instructions on "
                    + target.description.id,
                cure: "give it at least that length, or none: 'box { … }'", location: block.location(at: position))
        }
    }

    /// To the picosecond.
    private func nanoseconds(_ seconds: Double) -> Double { (seconds * 1e12).rounded() / 1e3 }
}
