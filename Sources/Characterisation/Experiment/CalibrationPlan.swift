public import Hardware

/// What a user asks of a calibration run, turned into experiments.
public struct CalibrationPlan: Sendable {
    public var experiments: [any Experiment]
    /// What was left out and why.
    public var notes: [String]

    /// What `kelvin calibrate` does when nobody says which experiments.
    public static let standard: [ExperimentKind] = [
        .t1, .t2, .readout, .oneQubitBenchmarking, .interleavedBenchmarking,
    ]

    /// - Parameters:
    ///   - sites: where to measure; nil for every site that works. Couplers between them are measured too. For the layer
    ///     fidelity and mirror circuits they are the chain, in this order, if they are neighbours one after the other.
    ///   - shots: of each program; at most what the machine takes.
    /// - Throws: `CalibrationPlanError` for sites that do not exist or do not work, and where nothing can be measured.
    public init(
        _ kinds: [ExperimentKind], on sites: [Site]?, of machine: Machine, shots: Int, seed: UInt64
    ) throws(CalibrationPlanError) {
        let usable = machine.graph.usableSites
        for site in sites ?? [] where !machine.graph.isUsable(site) {
            throw CalibrationPlanError(
                code: "calibrate.site",
                message: site.index < machine.graph.siteCount
                    ? "site \(site.index) of \(machine.description.id) is reported dead"
                    : "\(machine.description.id) has no site \(site.index); its sites are 0 to \(machine.graph.siteCount - 1)",
                cure: "choose among the working sites; `kelvin devices show` draws them")
        }
        if let sites, Set(sites).count != sites.count {
            throw CalibrationPlanError(
                code: "calibrate.site", message: "a site is named twice", cure: "name each site once")
        }
        guard !machine.calibration.sites.isEmpty, !usable.isEmpty, machine.description.modality != .simulator else {
            throw CalibrationPlanError(
                code: "calibrate.nothing", message: "\(machine.description.id) has nothing to calibrate: it is exact",
                cure: "choose a machine; `kelvin devices` lists them")
        }
        let chosen = sites ?? usable
        let places = Set(chosen)
        var pairs: [[Site]] = []
        if machine.graph.isComplete {
            // Any two sites interact: a chain through all of them stands for the couplers.
            pairs = zip(chosen, chosen.dropFirst()).map { [$0, $1] }
        } else {
            pairs = machine.graph.edges.filter { places.contains($0.first) && places.contains($0.second) }.map {
                [$0.first, $0.second]
            }
        }
        experiments = []
        notes = []
        for (index, kind) in kinds.enumerated() {
            // Dice of its own for each experiment.
            let seed = seed &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(index + 1)
            func chain(_ length: Int) -> [Site]? {
                if let sites, sites.count <= length,
                    zip(sites, sites.dropFirst()).allSatisfy({ machine.graph.areNeighbours($0, $1) })
                {
                    return sites
                }
                return Chain.best(min(length, chosen.count), within: chosen, of: machine)
            }
            func without(_ what: String) { notes.append("\(kind.rawValue): \(what); left out") }
            switch kind {
            case .t1, .t2, .ramsey:
                if kind == .ramsey, machine.calibration.sites.allSatisfy({ $0.frequency == nil }) {
                    notes.append("ramsey: the record holds no frequencies, so none will be updated")
                }
                experiments.append(CoherenceExperiment(kind, on: chosen, of: machine, shots: shots))
            case .readout: experiments.append(ReadoutExperiment(on: chosen, of: machine, shots: shots))
            case .oneQubitBenchmarking:
                if machine.oneQubitGates.isEmpty {
                    without("the machine has no one-qubit pulses")
                } else {
                    experiments.append(RandomizedBenchmarking(sites: chosen, of: machine, shots: shots, seed: seed))
                }
            case .twoQubitBenchmarking, .interleavedBenchmarking:
                let working = pairs.filter { machine.entangler($0[0], $0[1]) != nil }
                if working.isEmpty {
                    without("no two of the sites share an entangling Clifford gate")
                } else {
                    experiments.append(
                        RandomizedBenchmarking(
                            pairs: working, interleaving: kind == .interleavedBenchmarking, of: machine, shots: shots,
                            seed: seed))
                }
            case .crosstalk:
                // All at once is what is asked; more than a few sites are more than a curve can tell apart.
                let near = sites ?? chain(5) ?? []
                if near.count < 2 {
                    without("it takes two sites")
                } else {
                    experiments.append(
                        RandomizedBenchmarking(crosstalkAlong: near, of: machine, shots: shots, seed: seed))
                }
            case .mirrorCircuits:
                let widths = [1, 2, 4, 8, 12].filter { $0 <= chosen.count }
                let regions = widths.compactMap { chain(min($0, chosen.count)).map { $0 } }
                experiments.append(
                    MirrorBenchmarking(
                        regions: widths.compactMap { width in
                            regions.first { $0.count == width } ?? regions.last.map { Array($0.prefix(width)) }
                        }.filter { !$0.isEmpty }, of: machine, shots: shots, seed: seed))
            case .layerFidelity:
                guard let path = chain(sites?.count ?? 10), path.count >= 2,
                    machine.benchmarkable(zip(path, path.dropFirst()).map { [$0, $1] }).count == path.count - 1
                else {
                    without("the sites hold no chain of working couplers")
                    continue
                }
                experiments.append(LayerFidelity(chain: path, of: machine, shots: shots, seed: seed))
            case .quantumVolume:
                let widest = machine.graph.components(among: chosen).first?.count ?? 0
                if widest < 2 {
                    without("it takes two sites that are coupled")
                } else {
                    experiments.append(
                        QuantumVolume(
                            widths: Array(2...min(6, widest)), within: sites, of: machine, shots: shots, seed: seed))
                }
            }
        }
        guard !experiments.isEmpty else {
            throw CalibrationPlanError(
                code: "calibrate.nothing",
                message: "none of the experiments can run on these sites: \(notes.joined(separator: "; "))",
                cure: "choose other sites or other experiments")
        }
    }
}

/// Why there is no plan.
public struct CalibrationPlanError: Error, Hashable, Sendable {
    /// Stable.
    public var code: String
    public var message: String
    public var cure: String?

    public init(code: String, message: String, cure: String? = nil) {
        self.code = code
        self.message = message
        self.cure = cure
    }
}
