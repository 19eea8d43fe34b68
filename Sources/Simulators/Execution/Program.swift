import Circuits

/// A circuit as a flat list of steps with jumps: what the interpreter runs.
///
/// A flat list makes the state of a run small (a place, the classical values, the loops underway), so that shots can share
/// a run until their outcomes differ. Qubits are numbered over those that the program touches.
struct Program: Sendable {
    enum Step: Sendable {
        /// A run of gates and channels without classical influence.
        case quantum(Int)
        /// A gate whose parameters are computed while the program runs.
        case dynamic(Int)
        /// Measurements of different qubits in a row.
        case measure(Int)
        case reset(Int)
        case assign(Int)
        /// To the step, if the condition is false.
        case unless(Int, target: Int)
        case jump(Int)
        /// To the step of the matching label.
        case select(Int)
        /// Computes the values of a `for` loop.
        case begin(loop: Int)
        /// Next value into the variable, or to the step when there is none left.
        case turn(loop: Int, exit: Int)
        /// Counts a turn of a `while` loop.
        case count
        case end
    }

    enum QuantumStep: Sendable {
        case gate(ElementaryGate)
        case channel(NoiseChannel, [Int])
        case event(Event)
    }

    struct Readout: Sendable {
        var qubit: Int
        var bit: Int?
        var confusion: ReadoutConfusion?
    }

    struct MeasureRun: Sendable {
        var readouts: [Readout]
        /// Whether no quantum step can follow, so that the state need not be kept.
        var isLast = false
        var location: SourceLocation = .none
        /// Whether a detector may miss a carrier, or click without one.
        var detects: Bool {
            readouts.contains { $0.confusion?.detection.map { $0.efficiency < 1 || $0.darkCounts > 0 } ?? false }
        }
    }

    struct Selection: Sendable {
        var subject: Expression
        var targets: [(labels: [Int64], step: Int)]
        var otherwise: Int
    }

    struct Loop: Sendable {
        var variable: VariableID
        var values: ControlFlow.LoopValues
        var location: SourceLocation
    }

    struct DynamicGate: Sendable {
        var gate: Gate
        var parameters: Parameters
        var qubits: [Qubit]
        var location: SourceLocation
    }

    var steps: [Step] = []
    var locations: [SourceLocation] = []
    var quantum: [[QuantumStep]] = []
    var dynamic: [DynamicGate] = []
    var measurements: [MeasureRun] = []
    var assignments: [Assignment] = []
    var conditions: [Expression] = []
    var selections: [Selection] = []
    var loops: [Loop] = []
    /// Qubits of the compact numbering.
    var qubitCount = 0
    var bitCount = 0
}
