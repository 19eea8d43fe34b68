@testable import Characterisation
import Circuits
import Compiler
@testable import Drivers
import Hardware
import Kernel
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The shipped machines of every modality, with an injected truth that their records do not tell: experiments find it
/// within their error bars.
@Suite struct ModalityTests {
    /// A machine, two neighbours on it, and a third site beside the second.
    struct Bench: CustomTestStringConvertible, Sendable {
        var id: String
        var sites: [Site]
        /// What the modality has.
        var lifetimes: [ExperimentKind]
        var testDescription: String { id }

        init(_ id: String, _ sites: [Int], _ lifetimes: [ExperimentKind]) {
            self.id = id
            self.sites = sites.map { Site($0) }
            self.lifetimes = lifetimes
        }

        static let all = [
            Bench("garnet-20", [0, 1, 4], [.t1, .t2, .ramsey]),
            Bench("ion-chain-20", [0, 1, 2], [.t1, .t2, .ramsey]),
            Bench("atoms-48", [0, 1, 2], [.t1, .t2, .ramsey]),
            // Photons do not relax: they get lost. What their detectors miss is lost too, and no wrong bit.
            Bench("photons-16", [0, 1, 2], []),
        ]
    }

    @Test(arguments: Bench.all)
    func experimentsFindTheTruth(bench: Bench) async throws {
        let world = try World(bench)
        var scores = Scores()
        for kind in bench.lifetimes {
            let experiment = CoherenceExperiment(kind, on: bench.sites, of: world.machine, shots: world.shots(1_500))
            for finding in try await world.run(experiment) {
                scores.add(finding, truth: world.lifetime(finding)!)
            }
        }
        let readout = ReadoutExperiment(on: bench.sites, of: world.machine, shots: world.shots(4_000))
        for finding in try await world.run(readout) {
            scores.add(finding, truth: try world.readout(finding, readout))
        }
        let pulses = RandomizedBenchmarking(
            sites: Array(bench.sites.prefix(2)), of: world.machine, shots: world.shots(200), seed: 9)
        for finding in try await world.run(pulses) where finding.quantity != "error per Clifford" {
            scores.add(finding, truth: world.error(finding))
        }
        // Hot ions err more the longer a sequence lasts, which is no decay; these are held cold.
        let cold = world.changing { $0.heating = nil }
        let entangler = RandomizedBenchmarking(
            pairs: [Array(bench.sites.prefix(2))], interleaving: true, of: world.machine, shots: world.shots(300),
            seed: 9)
        for finding in try await cold.run(entangler) where finding.quantity != "error per Clifford" {
            scores.add(finding, truth: world.error(finding))
            // Nobody but this test knows that they are cold: what hot gates seem to err must not become the record.
            #expect(finding.figures.isEmpty == (world.machine.calibration.environment.heating != nil))
        }
        // Times, both outcomes of the readout, two sites' pulses and a gate: all of them were found.
        #expect(scores.all.count >= 3 * (bench.lifetimes.count + (bench.lifetimes.isEmpty ? 0 : 1)) + 6 + 3)
        scores.expectHonest()
    }

    /// Where gates fail now and then, layers are as short as enough shots survive.
    @Test func layersOfGatesThatFail() async throws {
        let world = try World(Bench("photons-16", [0, 1, 2, 3, 4, 5], []))
        let layers = LayerFidelity(chain: (0..<6).map { Site($0) }, of: world.machine, shots: 200, seed: 5)
        #expect(try await world.run(layers).contains { $0.quantity == "layer fidelity" })
    }

    /// Simultaneous benchmarking sees the ZZ coupling of a driven pair to its neighbour, as much of it as there is.
    ///
    @Test(arguments: Bench.all.filter { $0.id != "atoms-48" } + [Bench("heron-156", [0, 1, 2], [])])
    func crosstalkOfADrivenNeighbour(bench: Bench) async throws {
        let world = try World(bench)
        let gate = try #require(world.machine.entangler(bench.sites[0], bench.sites[1]))
        let duration = world.machine.calibration.figures(for: gate.gate, on: gate.sites)!.duration.value
        let angle = 0.5
        // Nothing but the coupling tells sequences alone from sequences together: nobody relaxes while waiting.
        let coupled = world.changing(relaxes: false) {
            $0 = EnvironmentFigures(
                crosstalk: [
                    CrosstalkFigure(pair: Coupling(bench.sites[1], bench.sites[2]), zz: angle / (.pi * duration))
                ], absence: $0.absence)
        }
        let experiment = RandomizedBenchmarking(
            crosstalkAlong: bench.sites, of: world.machine, shots: world.shots(600), seed: 12)
        let findings = try await coupled.run(experiment).filter { $0.sites == [bench.sites[2]] }
        func value(_ quantity: String) throws -> Measured {
            try #require(findings.first { $0.quantity == quantity }).value
        }
        // Each gate of the pair turns the third site by ±angle about Z, as the pair's random state has it: a flip with
        // probability sin²(angle/2), which costs a Clifford two thirds of that.
        let flips = try coupled.entanglersPerClifford(experiment) * (1 - cos(angle)) / 2
        let alone = try value("error per Clifford alone"), crosstalk = try value("crosstalk")
        let expected = 0.5 * (1 - (1 - 2 * alone.value) * (1 - 4 / 3 * flips)) - alone.value
        #expect(crosstalk.value > 4 * crosstalk.standardError, "\(crosstalk), expected \(expected)")
        #expect(abs(crosstalk.value - expected) < 3.7 * crosstalk.standardError, "\(crosstalk), expected \(expected)")
    }

    /// A site alone is benchmarked by addressed pulses, which are its own figures, not by pulses on all atoms at once.
    @Test func oneAtomAlone() async throws {
        let world = try World(Bench("atoms-48", [3], [.t1]))
        let findings = try await world.run(
            RandomizedBenchmarking(sites: [Site(3)], of: world.machine, shots: world.shots(300), seed: 4))
        var scores = 0
        for finding in findings where finding.quantity != "error per Clifford" {
            let truth = world.error(finding)
            #expect(abs(finding.value.value - truth) < 3.7 * finding.value.standardError, "\(finding), \(truth)")
            #expect(finding.value.standardError < truth / 5)
            scores += 1
        }
        #expect(scores > 0)
    }

    /// Carriers that a pair leaves behind when it moves together have no neighbour: benchmarking finds no crosstalk, with
    /// an error bar that would tell what neighbours on a chip do to each other.
    @Test(arguments: ["atoms-48", "racetrack-32"])
    func carriersApartDoNotMeet(id: String) async throws {
        let bench = Bench(id, [0, 1, 2], [])
        let world = try World(bench).changing(relaxes: false) { $0.heating = nil }
        let experiment = RandomizedBenchmarking(
            crosstalkAlong: bench.sites, of: world.machine, shots: world.shots(100), seed: 12)
        let crosstalk = try #require(
            try await world.run(experiment).first { $0.quantity == "crosstalk" && $0.sites == [bench.sites[2]] }
        ).value
        #expect(crosstalk.standardError < 0.003, "\(crosstalk)")
        #expect(abs(crosstalk.value) < 3.7 * crosstalk.standardError, "\(crosstalk)")
    }
}

/// A shipped machine whose figures are off by known factors.
private struct World {
    let file: DeviceFile
    let truth: MachineTruth
    let machine: Machine

    init(_ bench: ModalityTests.Bench) throws {
        file = try DeviceCatalog().file(bench.id)
        let record = file.calibration
        var sites = record.sites
        for k in sites.indices {
            sites[k].t1?.value *= [0.7, 1.2, 0.85][k % 3]
            if let t2 = sites[k].t2 {
                let time = t2.value * [1.3, 0.8, 0.6][k % 3]
                sites[k].t2 = Seconds(sites[k].t1.map { min(time, 2 * $0.value) } ?? time)
            }
            sites[k].readout?.falseOne *= [4, 2, 3][k % 3]
            sites[k].readout?.falseZero *= [2, 5, 3][k % 3]
        }
        var gates = record.expandingDefaults(over: file.description).gates
        let pair = Array(bench.sites.prefix(2))
        for gate in record.defaults where gate.gate.qubitCount == 2 {
            for sites in [pair, pair.reversed()]
            where !gates.contains(where: { $0.gate == gate.gate && $0.sites == sites }) {
                gates.append(gate.placed(on: sites))
            }
        }
        // Larger than published, so that short sequences tell; a third of it is not known to the record.
        for k in gates.indices where !gates[k].isDead {
            gates[k].error = gates[k].sites.count == 1 ? gates[k].error * 2 + 2e-3 : gates[k].error * 1.3 + 5e-3
        }
        let known = gates.map { gate in
            var gate = gate
            if !gate.isDead { gate.error *= 0.67 }
            return gate
        }
        machine = Machine(file.description, record.replacing(sites: record.sites, gates: known))
        truth = MachineTruth(
            figures: record.replacing(sites: sites, gates: gates),
            detuning: sites.enumerated().map { k, site in
                site.effectiveT2.map { [0.2, -0.35, 0.5][k % 3] / $0.value } ?? 0
            })
    }

    private init(_ file: DeviceFile, _ truth: MachineTruth, _ machine: Machine) {
        self.file = file
        self.truth = truth
        self.machine = machine
    }

    /// The same machine in other surroundings, which its record does not tell of either.
    func changing(relaxes: Bool = true, _ body: (inout EnvironmentFigures) -> Void) -> World {
        let figures = truth.figures
        var environment = figures.environment, sites = figures.sites
        body(&environment)
        if !relaxes {
            for k in sites.indices { (sites[k].t1, sites[k].t2) = (nil, nil) }
        }
        let changed = Calibration(
            id: figures.id, timestamp: figures.timestamp, sites: sites, gates: figures.gates,
            defaults: figures.defaults, globals: figures.globals, environment: environment)
        return World(
            file, MachineTruth(figures: changed, detuning: relaxes ? truth.detuning : sites.map { _ in 0 }), machine)
    }

    func shots(_ wanted: Int) -> Int { min(wanted, file.description.abilities.maxShots) }

    func run(_ experiment: some Experiment) async throws -> [Finding] {
        let device = EmulatedDevice(
            DeviceFile(description: file.description, calibration: machine.calibration), truth: truth)
        let jobs = ExperimentJobs(
            runtime: Runtime(devices: OneDevice(device: device)), device: file.description.id,
            description: file.description)
        return try await jobs.run(experiment, seed: 31).findings
    }

    // MARK: What is to be found

    func lifetime(_ finding: Finding) -> Double? {
        let site = finding.sites[0], figures = truth.figures.sites[site.index]
        return switch finding.quantity {
        case "T1": figures.t1?.value
        case "detuning": truth.detuning[site.index]
        default: figures.effectiveT2?.value
        }
    }

    /// The confusion of the bits that are read. Ones are prepared by pulses that fail now and then, by one for all sites
    /// where the machine has such pulses.
    func readout(_ finding: Finding, _ experiment: ReadoutExperiment) throws -> Double {
        let site = finding.sites[0], readout = truth.figures.sites[site.index].readout!
        if finding.quantity == "P(1|0)" { return readout.falseOne }
        let body = try executable(experiment.programs[1]).circuit.body
        var works = 1.0
        for position in body.indices where Array(body.qubits(at: position)) == [Qubit(site.index)] {
            guard case .gate(.standard(let gate)) = body.operation(at: position), machine.oneQubitGates.contains(gate)
            else { continue }
            let figures =
                truth.figures.globals.first { $0.gate == gate } ?? truth.figures.figures(for: gate, on: [site])!
            // Shots that lost their photon are not among those that are counted.
            works *= 1 - (1 - (1 - figures.error) / (1 - figures.faults.loss)) * 2 / 3
        }
        return readout.falseZero * works + (1 - readout.falseOne) * (1 - works)
    }

    func error(_ finding: Finding) -> Double {
        let gate =
            finding.sites.count == 2
            ? machine.entangler(finding.sites[0], finding.sites[1])!.gate
            : machine.oneQubitGates.first { finding.quantity == "\($0.name) error" } ?? machine.oneQubitGates[0]
        return truth.figures.figures(for: gate, on: finding.sites)!.error
    }

    /// How many gates of the pair a Clifford on the third site meets before that is read, in the longest sequences.
    func entanglersPerClifford(_ experiment: RandomizedBenchmarking) throws -> Double {
        let together = experiment.programs.suffix(RandomizedBenchmarking.sequences)
        let length = experiment.batches.last!.last!.lengths.last! + 1
        var met = 0
        for program in together {
            let executable = try executable(program)
            let body = executable.circuit.body, starts = executable.schedule!.starts
            let site = Qubit(program.sites[2].index)
            let end = body.indices.reduce(0) { body.qubits(at: $1).contains(site) ? max($0, starts[$1]) : $0 }
            for position in body.indices where body.qubits(at: position).count == 2 && starts[position] < end {
                if case .gate = body.operation(at: position) { met += 1 }
            }
        }
        return Double(met) / Double(length * together.count)
    }

    private func executable(_ program: ExperimentProgram) throws -> Executable {
        try Compilation(
            of: program.circuit, for: file.description, calibration: machine.calibration,
            options: CompilerOptions(
                effort: .fast, rewriting: .experiment, scheduling: .asap, initialLayout: program.sites), seed: 1
        ).executable
    }
}
