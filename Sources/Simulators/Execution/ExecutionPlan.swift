import Circuits

/// By which engine a program, or one of its independent parts, is simulated, and what that is estimated to cost.
struct PartPlan: Sendable {
    var engine: SimulationMethod.Engine
    var seconds: Double
    var bytes: Int
    /// Noise realisations to draw, where one for each shot would take too long.
    var realisations: Int?
    /// Threads within the state, and runs at once.
    var stateThreads = 1
    var runThreads = 1
}

/// What the choice of an engine depends on.
struct Workload {
    var qubits: Int
    var gates: Int
    var channels: Int
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

    func stateVectorSeconds(_ options: SimulationOptions) -> Double {
        let pass = Double(gates) * (Self.perAmplitude * exp2i(qubits) + Self.perStep)
        let runs = isInterrupted ? min(Double(shots), 64) : 1
        return pass * runs / Double(qubits >= 16 ? min(options.threads, 2) : 1)
    }

    func densityMatrixSeconds(_ options: SimulationOptions) -> Double {
        let pass = Double(2 * gates + channels) * (Self.perElement * exp2i(2 * qubits) + Self.perStep)
        let runs = isInterrupted ? min(Double(shots), 64) : 1
        return pass * runs / Double(qubits >= 8 ? min(options.threads, 2) : 1)
    }

    /// Seconds of one run of trajectories, and how many are run for each shot or realisation on average.
    func trajectorySeconds(realisations: Int, _ options: SimulationOptions) -> Double {
        let pass = (Double(gates) + 0.6 * Double(channels)) * (1.5 * Self.perAmplitude * exp2i(qubits) + Self.perStep)
        let share = isInterrupted ? 1 : min(1, 0.6 * expectedEvents)
        return pass * (1 + Double(realisations) * share) / Double(options.threads)
    }

    private func exp2i(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// Clifford programs wider than this go to the stabilizer engine even where a state vector would do.
    static let cliffordWidth = 12
    /// Seconds of exact noise that are spent before a Clifford program is simulated with twirled noise.
    static let cliffordPatience = 10.0
    /// Fewer realisations than this say too little about the noise.
    static let minimumRealisations = 32

    func plan(_ options: SimulationOptions) throws(SimulationError) -> PartPlan {
        if let forced = options.engine { return try plan(forcing: forced, options) }
        let pureBytes = bytes(qubits, copies: copies)
        if !isNoisy {
            if qubits > Self.cliffordWidth && isClifford() { return stabilizer() }
            guard pureBytes <= options.memoryLimit else { throw tooWide(pureBytes, options) }
            let seconds = stateVectorSeconds(options)
            guard seconds <= options.timeLimit * 10 else { throw tooLong(seconds, options) }
            return placed(PartPlan(engine: .stateVector, seconds: seconds, bytes: pureBytes), options)
        }
        let mixedBytes = bytes(2 * qubits, copies: copies)
        let mixed = qubits <= 13 && mixedBytes <= options.memoryLimit ? densityMatrixSeconds(options) : .infinity
        let single =
            pureBytes * options.threads <= options.memoryLimit
            ? trajectorySeconds(realisations: shots, options) : .infinity
        if min(mixed, single) > Self.cliffordPatience && isClifford() { return stabilizer() }
        if mixed <= max(single, 1) && mixed <= options.timeLimit {
            return placed(PartPlan(engine: .densityMatrix, seconds: mixed, bytes: mixedBytes), options)
        }
        guard single < .infinity else { throw tooWide(pureBytes * options.threads, options) }
        return try trajectories(pureBytes, single, options)
    }

    private var copies: Int {
        // Waiting runs: at most one for each halving of the shots.
        isInterrupted || isNoisy ? 2 + max(1, shots).bitWidth - max(1, shots).leadingZeroBitCount : 1
    }

    private func bytes(_ vectorQubits: Int, copies: Int) -> Int {
        vectorQubits > 50 ? .max / 1024 : StateVector.byteCount(qubitCount: vectorQubits) * copies
    }

    private func trajectories(
        _ bytes: Int, _ seconds: Double, _ options: SimulationOptions
    ) throws(SimulationError) -> PartPlan {
        var plan = PartPlan(engine: .trajectories, seconds: seconds, bytes: bytes)
        if seconds > options.timeLimit {
            let each = trajectorySeconds(realisations: 1, options)
            let affordable = Int(min(Double(shots), options.timeLimit / each))
            guard affordable >= Self.minimumRealisations else { throw tooLong(seconds, options) }
            plan.realisations = affordable
            plan.seconds = each * Double(affordable)
        }
        return placed(plan, options)
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
            let bytes = bytes(qubits, copies: copies)
            guard bytes <= options.memoryLimit else { throw tooWide(bytes, options) }
            if isNoisy { return try trajectories(bytes, trajectorySeconds(realisations: shots, options), options) }
            return placed(PartPlan(engine: engine, seconds: stateVectorSeconds(options), bytes: bytes), options)
        case .densityMatrix:
            let bytes = bytes(2 * qubits, copies: copies)
            guard bytes <= options.memoryLimit && qubits <= 20 else { throw tooWide(bytes, options) }
            return placed(
                PartPlan(engine: engine, seconds: densityMatrixSeconds(options), bytes: bytes), options)
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
