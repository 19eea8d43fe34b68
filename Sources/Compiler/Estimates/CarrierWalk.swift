import Circuits
import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What moves and heat cost a program: the natural logarithm of the chance that they do nothing to it.
///
/// Blocks are walked in the order of the text, as the carriers are moved (`Itinerary`). A Pauli error of probability p on
/// one carrier counts by its average infidelity 2p/3, on a pair by 4p/5.
struct CarrierWalk {
    private let target: Target
    private let environment: EnvironmentFigures
    private let siteCount: Int
    private let assumedIterations: Int
    private var motion: Motion?

    /// Nil for a machine where nothing moves and nothing heats up.
    init?(_ target: Target, siteCount: Int, assumedIterations: Int) {
        environment = target.calibration.environment
        guard environment.heating != nil || target.description.transport != nil else { return nil }
        self.target = target
        self.siteCount = siteCount
        self.assumedIterations = assumedIterations
        motion = environment.heating.map { Motion($0, siteCount: siteCount) }
    }

    mutating func block(_ block: Block, _ schedule: Schedule) -> Double {
        var itinerary = Itinerary(target.description)
        var heated = Array(repeating: 0.0, count: siteCount), pulses: Set<Double> = []
        var total = 0.0
        for position in block.indices {
            let qubits = block.qubits(at: position)
            let start = schedule.starts[position], end = start + schedule.durations[position]
            func heat(until moment: Double) {
                for qubit in qubits {
                    motion?.heat(qubit.index, for: moment - heated[qubit.index])
                    heated[qubit.index] = moment
                }
            }
            switch block.operation(at: position) {
            case .gate(.standard(let gate)):
                if qubits.isEmpty || target.isVirtual(gate) { continue }
                heat(until: start)
                guard qubits.count == 2 else { continue }
                let pair = (qubits[0].index, qubits[1].index)
                for move in itinerary?.bring(Site(pair.0), Site(pair.1)) ?? [] {
                    if target.description.transport?.cools == true { motion?.cool(move.site.index) }
                    guard let figures = environment.transport else { continue }
                    motion?.add(figures.quanta, to: move.site.index)
                    total += log1p(-min(figures.paulis.total * 2 / 3, 0.5)) + log1p(-min(figures.loss, 0.999))
                }
                if let motion { total += log1p(-0.8 * motion.error(of: pair)) }
                if let unpaired = environment.unpaired, target.description.concurrency.sharedPulses.contains(gate),
                    pulses.insert(end).inserted
                {
                    // One pulse, whatever the number of pairs it serves.
                    let alone = Double(itinerary?.unpaired.count ?? 0)
                    total += alone * log1p(-min(unpaired.total * 2 / 3, 0.5))
                }
            case .reset:
                heat(until: end)
                for qubit in qubits { motion?.cool(qubit.index) }
            case .controlFlow(let place):
                heat(until: start)
                total += nested(block.controlFlow[place], schedule.nested[place])
            default: break
            }
        }
        return total
    }

    private mutating func nested(_ statement: ControlFlow, _ schedules: [Schedule]) -> Double {
        let before = motion
        defer { motion = before }
        var worst = 0.0
        for (inner, schedule) in zip(statement.blocks, schedules) {
            motion = before
            worst = min(worst, block(inner, schedule))
        }
        return worst * Double(statement.turns ?? assumedIterations)
    }
}

extension ControlFlow {
    /// How often its blocks run, one of alternatives once; nil where that is not known before the run.
    var turns: Int? {
        switch self {
        case .branch, .switch, .box: return 1
        case .while: return nil
        case .for(_, .list(let list), _): return list.count
        case .for(_, .range(let start, let step, let stop), _):
            guard let a = start.literal?.real, let s = step.literal?.real, let b = stop.literal?.real, s != 0 else {
                return nil
            }
            return max(0, Int(((b - a) / s).rounded(.down)) + 1)
        }
    }
}
