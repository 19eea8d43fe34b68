#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Circuits

/// By which engine a program, or one of its independent parts, is simulated, and what that is estimated to cost.
struct PartPlan: Sendable {
    var engine: SimulationMethod.Engine
    var seconds: Double
    var bytes: Int
    /// Noise realisations to draw, where one for each shot would take too long.
    var realisations: Int?
    /// Whether realisations share their way up to their first event; otherwise each starts anew and keeps no state waiting.
    var sharesRuns = true
    /// Threads within the state, and runs at once.
    var stateThreads = 1
    var runThreads = 1
}

/// What the choice of an engine depends on.
struct Workload {
    var qubits: Int
    var gates: Int
    var channels: Int
    /// Channels whose events depend on the state, so that norms are read.
    var stateDependentChannels: Int
    /// Error events that a shot is expected to meet.
    var expectedEvents: Double
    /// Whether measurements or resets stand before the last gates.
    var isInterrupted: Bool
    /// Whether all gates are Clifford gates.
    var isClifford: () -> Bool
    var shots: Int
    var name: String

    var isNoisy: Bool { channels > 0 }

    // Seconds for each amplitude and step on one core, and for each step whatever its size; measured in release builds.
    private static let perAmplitude = 1.5e-9
    private static let perElement = 3.0e-9
    private static let perStep = 4e-7
    private static let perFusion = 4e-6
    /// What a gate of a noisy program costs within fused blocks, in passes over the state.
    private static let fusedGate = 0.14
    /// Estimates are for two threads whatever there are, because engines and numbers of realisations are chosen by them,
    /// and results must not depend on the number of threads.
    private static let nominalThreads = 2.0

    func stateVectorSeconds() -> Double { statePassSeconds() * (isInterrupted ? min(Double(shots), 64) : 1) }

    /// One way through the program. How often outcomes part the shots is not known before; resets of fresh qubits never do.
    private func statePassSeconds() -> Double {
        let pass = Double(gates) * (Self.perAmplitude * exp2i(qubits) + Self.perStep)
        return pass / (qubits >= 16 ? Self.nominalThreads : 1)
    }

    func densityMatrixSeconds() -> Double {
        let pass = Double(2 * gates + channels) * (Self.perElement * exp2i(2 * qubits) + Self.perStep)
        let runs = isInterrupted ? min(Double(shots), 64) : 1
        return pass * runs / (qubits >= 8 ? Self.nominalThreads : 1)
    }

    /// Seconds of one run of trajectories, and how many are run for each shot or realisation on average.
    func trajectorySeconds(realisations: Int, sharesRuns: Bool = true) -> Double {
        let isFusedAnew = qubits >= TrajectorySegment.freshFusionWidth
        let amplitudes = Self.perAmplitude * exp2i(qubits)
        var pass = Double(gates) * (Self.fusedGate * amplitudes + (isFusedAnew ? Self.perFusion : Self.perStep))
        pass += Double(stateDependentChannels) * (0.15 * amplitudes + (isFusedAnew ? Self.perFusion : 0))
        // About each event: its own passes, and blocks that it cuts.
        pass += expectedEvents * 8 * (amplitudes + Self.perStep)
        pass /= Self.nominalThreads
        if isInterrupted || !sharesRuns || expectedEvents <= 0 { return pass * Double(max(1, realisations)) }
        // With events at even distances, the way before the first of them is shared: it takes (1 − e^−λ)/λ of a
        // realisation on average, and up to the last of the first events it is gone once.
        let own = 1 + expm1(-expectedEvents) / expectedEvents
        let shared = min(1, (1 + log(Double(max(1, realisations)))) / expectedEvents)
        return pass * (shared + Double(realisations) * own)
    }

    private func exp2i(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// Clifford programs wider than this go to the stabilizer engine even where a state vector would do.
    static let cliffordWidth = 12
    /// Seconds of exact noise that are spent before a Clifford program is simulated with twirled noise.
    static let cliffordPatience = 10.0
    /// Fewer realisations than this say too little about the noise.
    static let minimumRealisations = 16

    func plan(_ options: SimulationOptions) throws(SimulationError) -> PartPlan {
        if let forced = options.engine { return try plan(forcing: forced, options) }
        let pureBytes = bytes(qubits, copies: copies)
        if !isNoisy {
            if qubits > Self.cliffordWidth && isClifford() { return stabilizer() }
            guard pureBytes <= options.memoryLimit else { throw tooWide(pureBytes, options) }
            let seconds = stateVectorSeconds()
            // Refused only where a single way through takes too long already.
            guard statePassSeconds() <= options.timeLimit * 10 else { throw tooLong(seconds, options) }
            return placed(PartPlan(engine: .stateVector, seconds: seconds, bytes: pureBytes), options)
        }
        let mixedBytes = bytes(2 * qubits, copies: copies)
        let mixed = qubits <= 13 && mixedBytes <= options.memoryLimit ? densityMatrixSeconds() : .infinity
        let single = try? trajectories(options)
        let singleSeconds = single == nil ? .infinity : trajectorySeconds(realisations: shots)
        if min(mixed, singleSeconds) > Self.cliffordPatience && isClifford() { return stabilizer() }
        if mixed <= max(singleSeconds, 1) && mixed <= options.timeLimit {
            return placed(PartPlan(engine: .densityMatrix, seconds: mixed, bytes: mixedBytes), options)
        }
        return try trajectories(options)
    }

    private var copies: Int {
        // Waiting runs: at most one for each halving of the shots.
        isInterrupted || isNoisy ? 2 + max(1, shots).bitWidth - max(1, shots).leadingZeroBitCount : 1
    }

    private func bytes(_ vectorQubits: Int, copies: Int) -> Int {
        vectorQubits > 50 ? .max / 1024 : StateVector.byteCount(qubitCount: vectorQubits) * copies
    }

    /// States that live at once: of each thread its own and one to go back to, and those that wait.
    ///
    /// Of runs that part at events alone only one waits, because what has parted is one realisation and parts no more.
    private func liveStates(threads: Int, waiting: Int) -> Int {
        (stateDependentChannels > 0 ? 2 : 1) * threads + waiting
    }

    private func trajectories(_ options: SimulationOptions) throws(SimulationError) -> PartPlan {
        let vector = bytes(qubits, copies: 1)
        func fits(_ states: Int) -> Bool { vector <= options.memoryLimit / states }
        let shared = liveStates(threads: 1, waiting: isInterrupted ? copies : 1)
        var plan = PartPlan(engine: .trajectories, seconds: 0, bytes: vector)
        plan.sharesRuns = fits(shared)
        func seconds(_ realisations: Int) -> Double {
            trajectorySeconds(realisations: realisations, sharesRuns: plan.sharesRuns)
        }
        plan.seconds = seconds(shots)
        if plan.seconds > options.timeLimit {
            let each = seconds(shots) - seconds(shots - 1)
            let excess = (plan.seconds - options.timeLimit) / max(each, plan.seconds * 1e-12)
            let affordable = excess >= Double(shots) ? 0 : shots - Int(excess.rounded(.up))
            // Outcomes within a program part the shots of a realisation, which without waiting states nothing may do.
            guard affordable >= Self.minimumRealisations, plan.sharesRuns || !isInterrupted else {
                throw tooLong(plan.seconds, options)
            }
            plan.realisations = affordable
            plan.seconds = seconds(affordable)
        }
        let waiting = plan.sharesRuns ? (isInterrupted ? copies : 1) : 0
        guard fits(liveStates(threads: 1, waiting: waiting)) else {
            throw tooWide(bytes(qubits, copies: liveStates(threads: 1, waiting: 0)), options)
        }
        plan = placed(plan, options)
        while plan.runThreads > 1 && !fits(liveStates(threads: plan.runThreads, waiting: waiting)) {
            plan.runThreads -= 1
        }
        plan.bytes = bytes(qubits, copies: liveStates(threads: plan.runThreads, waiting: waiting))
        return plan
    }

    private func stabilizer() -> PartPlan {
        PartPlan(engine: .stabilizer, seconds: Double(gates + channels) * Double(shots) * 1e-10, bytes: qubits * qubits)
    }

    private func plan(
        forcing engine: SimulationMethod.Engine, _ options: SimulationOptions
    ) throws(SimulationError) -> PartPlan {
        switch engine {
        case .stabilizer:
            guard isClifford() else {
                throw SimulationError(
                    .unsupported, "\(name) has gates that are no Clifford gates, so the stabilizer engine cannot run it"
                )
            }
            return stabilizer()
        case .stateVector, .trajectories:
            if isNoisy && engine == .stateVector {
                throw SimulationError(
                    .unsupported, "\(name) has noise, which a single state vector cannot hold; use trajectories")
            }
            if isNoisy { return try trajectories(options) }
            let bytes = bytes(qubits, copies: copies)
            guard bytes <= options.memoryLimit else { throw tooWide(bytes, options) }
            return placed(PartPlan(engine: engine, seconds: stateVectorSeconds(), bytes: bytes), options)
        case .densityMatrix:
            let bytes = bytes(2 * qubits, copies: copies)
            guard bytes <= options.memoryLimit && qubits <= 20 else { throw tooWide(bytes, options) }
            return placed(
                PartPlan(engine: engine, seconds: densityMatrixSeconds(), bytes: bytes), options)
        }
    }

    /// Large states use the threads themselves; of small ones, several runs go on at once.
    private func placed(_ plan: PartPlan, _ options: SimulationOptions) -> PartPlan {
        var plan = plan
        let vectorQubits = plan.engine == .densityMatrix ? 2 * qubits : qubits
        let splits = isInterrupted || plan.engine == .trajectories
        if vectorQubits >= 15 && !(splits && vectorQubits <= 22) {
            plan.stateThreads = options.threads
        } else {
            plan.runThreads = splits ? options.threads : 1
        }
        return plan
    }

    private func tooWide(_ bytes: Int, _ options: SimulationOptions) -> SimulationError {
        let hint =
            isNoisy
            ? "without noise, with fewer interacting qubits, or with Clifford gates only"
            : "with fewer interacting qubits, or with Clifford gates only"
        return SimulationError(
            .memory,
            "\(name) needs \(Self.text(bytes: bytes)) to be simulated, and \(Self.text(bytes: options.memoryLimit)) are "
                + "allowed; it could run \(hint)")
    }

    private func tooLong(_ seconds: Double, _ options: SimulationOptions) -> SimulationError {
        SimulationError(
            .work,
            "\(name) would take about \(Self.text(seconds: seconds)) to simulate (\(gates) gates, \(channels) noise "
                + "channels, \(shots) shots), and \(Self.text(seconds: options.timeLimit)) are allowed; take fewer shots "
                + "or a smaller program, or allow more with --time-limit")
    }

    static func text(bytes: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024 && unit + 1 < units.count {
            value /= 1024
            unit += 1
        }
        return bytes >= .max / 2048
            ? "more memory than any machine has" : "\((value * 10).rounded() / 10) \(units[unit])"
    }

    static func text(seconds: Double) -> String {
        if seconds < 120 { return "\((seconds * 10).rounded() / 10) s" }
        if seconds < 7200 { return "\((seconds / 6).rounded() / 10) min" }
        if seconds < 172_800 { return "\((seconds / 360).rounded() / 10) h" }
        return "\(Int(min(seconds / 86_400, 1e15))) days"
    }
}
