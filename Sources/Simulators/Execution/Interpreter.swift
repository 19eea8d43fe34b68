import Circuits

/// Runs a program for many shots on one kind of engine.
///
/// Shots share a run (place, classical values, quantum state) until a random event treats them differently; then the run
/// splits. The larger part waits with a copy of the state while the smaller goes on, so at most log₂(shots) runs wait for
/// each one that is underway. Each shot's random numbers depend on the seed and its own number alone.
struct Interpreter<E: Engine>: Sendable {
    let program: Program
    let circuit: Circuit
    let start: Environment
    let segments: [E.Segment]
    /// For each segment, what may happen in it.
    let events: [[(place: Int, event: Program.Event)]]
    let kept = PreparedStretches<E.Segment>()
    let source: RandomSource
    /// The source that all parts of a program draw from where they meet the same fate.
    let shared: RandomSource
    let loopLimit: Int
    /// Shots k with equal k / shotsPerRealisation meet the same noise.
    var shotsPerRealisation = 1

    /// Bytes of states that may wait on account of one split.
    var waitingLimit = 1 << 28

    /// One run and the shots that share it.
    final class Run {
        /// Where a run stands, and how many random numbers it has used up.
        struct Place {
            var step = 0
            /// The item of a segment to go on from.
            var item = 0
            var outcomeDraws: UInt64 = 0
            var noiseDraws: UInt64 = 0
            var readoutDraws: UInt64 = 0
            var eventDraws: UInt64 = 0
            /// The probability, since the shots' thresholds were drawn, that nothing has happened.
            var survival = 1.0
        }

        var place = Place()
        var environment: Environment
        var loops: [LoopState]
        var turns = 0
        /// In descending order of threshold.
        var shots: [UInt32]
        /// A shot has its next event when `survival` falls to this or below.
        var thresholds: [Double]
        /// By qubit; empty as long as all are there.
        var presence: [Presence] = []
        /// The part of a segment underway, where events cut it.
        var piece: SegmentPiece<E.Segment>?
        /// The step of that segment from which to go on.
        var resume = 0
        var state: E

        init(environment: Environment, loops: Int, shots: [UInt32], state: E) {
            self.environment = environment
            self.loops = Array(repeating: LoopState(), count: loops)
            self.shots = shots
            thresholds = []
            self.state = state
        }

        /// The same place, with other shots and a state of its own.
        init(splitting run: Run, shots: [UInt32], thresholds: [Double], state: E) {
            place = run.place
            environment = run.environment
            loops = run.loops
            turns = run.turns
            presence = run.presence
            piece = run.piece
            resume = run.resume
            self.shots = shots
            self.thresholds = thresholds
            self.state = state
        }
    }

    struct LoopState {
        var values: [ClassicalValue] = []
        var range: LoopRange?
        var count = 0
        var next = 0
    }

    init(
        _ program: Program, circuit: Circuit, start: Environment, source: RandomSource, shared: RandomSource,
        loopLimit: Int
    ) throws(SimulationError) {
        self.program = program
        self.circuit = circuit
        self.start = start
        self.source = source
        self.shared = shared
        events = program.quantum.map(Self.events)
        self.loopLimit = loopLimit
        var segments: [E.Segment] = []
        for steps in program.quantum { segments.append(try E.prepare(steps, qubitCount: program.qubitCount)) }
        self.segments = segments
    }

    func realisation(_ shot: UInt32) -> UInt64 { UInt64(shot) / UInt64(shotsPerRealisation) }

    /// A run at the first step with these shots.
    func begin(shots: Range<UInt32>, state: E) -> Run {
        let run = Run(environment: start, loops: program.loops.count, shots: Array(shots), state: state)
        drawThresholds(run)
        return run
    }

    /// Gives each shot of a run a new threshold for its next event, and sorts by it.
    func drawThresholds(_ run: Run) {
        let draw = run.place.noiseDraws
        run.place.noiseDraws += 1
        run.place.survival = 1
        let drawn = run.shots.map {
            (shot: $0, threshold: source.uniform(.noise, stream: realisation($0), draw: draw))
        }.sorted { $0.threshold != $1.threshold ? $0.threshold > $1.threshold : $0.shot < $1.shot }
        run.shots = drawn.map(\.shot)
        run.thresholds = drawn.map(\.threshold)
    }

    func fault(_ error: EvaluationError, at step: Int) -> SimulationError {
        SimulationError(error, location: program.locations[step])
    }

    func fault(_ code: SimulationError.Code, _ message: String, at step: Int) -> SimulationError {
        SimulationError(code, message, location: program.locations[step])
    }
}
