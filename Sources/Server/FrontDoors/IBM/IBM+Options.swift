import Hardware
import Kernel

extension IBM {
    /// What a job's options come to. What Kelvin has not is refused by name when it is switched on.
    struct Options {
        var shots: Int?
        /// Of expectation values: the standard error that is aimed at.
        var precision: Double?
        var seed: Int?
        var mitigation = MitigationLevel.none
    }

    static let mostShots = 100_000_000

    static func samplerOptions(_ params: inout WireObject) throws -> Options {
        var result = Options()
        guard var options = try params.object("options") else { return result }
        result.shots = try options.integer("default_shots", in: 1...mostShots)
        result.seed = try common(&options)
        try options.end()
        return result
    }

    /// Resilience level 1 is IBM's own default: readout errors are inverted.
    static func estimatorOptions(_ params: inout WireObject) throws -> Options {
        var result = Options()
        let level = try params.integer("resilience_level", in: 0...2) ?? 1
        guard level < 2 else {
            throw WireObject.missing(
                params.place("resilience_level"), "Kelvin has no zero-noise extrapolation",
                cure: "level 1 inverts readout errors, level 0 leaves values as they are")
        }
        result.mitigation = level == 1 ? .readout : .none
        guard var options = try params.object("options") else { return result }
        result.shots = try options.integer("default_shots", in: 0...mostShots).flatMap { $0 == 0 ? nil : $0 }
        result.precision = try options.number("default_precision")
        result.seed = try options.integer("seed_estimator", in: 0...(1 << 53))
        if var resilience = try options.object("resilience") {
            if let isOn = try resilience.flag("measure_mitigation") { result.mitigation = isOn ? .readout : .none }
            let learning = resilience.take("measure_noise_learning")
            if learning != nil, result.mitigation != .none {
                throw WireObject.missing(
                    resilience.place("measure_noise_learning"), "Kelvin chooses how it measures readout errors itself")
            }
            try refuse("zne_mitigation", of: &resilience, "zero-noise extrapolation", passing: "zne")
            try refuse("pec_mitigation", of: &resilience, "probabilistic error cancellation", passing: "pec")
            // Of the two above alone.
            resilience.pass("layer_noise_learning")
            if resilience.take("layer_noise_model") != nil {
                throw WireObject.missing(resilience.place("layer_noise_model"), "Kelvin has no use for noise models")
            }
            try resilience.end()
        }
        result.seed = try common(&options) ?? result.seed
        try options.end()
        return result
    }

    /// - Returns: the seed, where one is given.
    private static func common(_ options: inout WireObject) throws -> Int? {
        if var decoupling = try options.object("dynamical_decoupling") {
            try refuse("enable", of: &decoupling, "dynamical decoupling")
            decoupling.pass(
                "sequence_type", "extra_slack_distribution", "scheduling_method", "skip_reset_qubits")
            try decoupling.end()
        }
        if var twirling = try options.object("twirling") {
            try refuse("enable_gates", of: &twirling, "twirling of gates")
            try refuse("enable_measure", of: &twirling, "twirling of measurements")
            twirling.pass("num_randomizations", "shots_per_randomization", "strategy", "group")
            try twirling.end()
        }
        if var execution = try options.object("execution") { try checkExecution(&execution) }
        if var experimental = try options.object("experimental") {
            experimental.pass("image")
            try experimental.end()
        }
        guard var simulator = try options.object("simulator") else { return nil }
        let seed = try simulator.integer("seed_simulator", in: 0...(1 << 53))
        for name in ["noise_model", "coupling_map", "basis_gates"] where simulator.take(name) != nil {
            throw WireObject.missing(
                simulator.place(name), "Kelvin's machines are what their descriptions say",
                cure: "choose another backend")
        }
        try simulator.end()
        return seed
    }

    /// How shots are taken; the same words in all programs.
    static func checkExecution(_ execution: inout WireObject) throws {
        if try execution.flag("init_qubits") == false {
            throw WireObject.missing(
                execution.place("init_qubits"), "every shot of Kelvin begins with all qubits in 0",
                cure: "leave init_qubits at True")
        }
        if execution.take("rep_delay") != nil {
            throw WireObject.missing(
                execution.place("rep_delay"), "the machine keeps its own delay between shots", cure: "leave it out")
        }
        if let form = try execution.text("meas_type"), form != "classified" {
            throw WireObject.missing(
                execution.place("meas_type"), "'\(form.clipped)' is not there: measurements give bits",
                cure: "classified")
        }
        try refuse("scheduler_timing", of: &execution, "a report of the schedule")
        try refuse("stretch_values", of: &execution, "a report of stretches")
        try execution.end()
    }

    /// - Parameter details: fields that say how, and nothing as long as it is off.
    private static func refuse(
        _ name: String, of object: inout WireObject, _ what: String, passing details: String...
    ) throws {
        let place = object.place(name)
        if try object.flag(name) == true {
            throw WireObject.missing(place, "Kelvin has no \(what)", cure: "switch it off")
        }
        for name in details { object.pass(name) }
    }
}
