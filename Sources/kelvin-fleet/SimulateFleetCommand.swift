import ArgumentParser
import Console
import Drivers
import FleetSimulation
import FoundationEssentials
import Hardware
import Kernel

struct SimulateFleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate-fleet", abstract: "Simulate a data centre of quantum machines in virtual time.",
        discussion: """
            Kelvin's scheduler and allocator drive the kernel's own state in virtual time; machines are played, and a \
            sample of the jobs is executed on the emulated machines. Docs/scheduling.md describes the scenario file. Every figure \
            is simulated.
            """)

    @Argument(help: "A scenario (JSON); - reads standard input.")
    var scenario: String

    @Option(help: "Instead of the scenario's: kelvin, bestFidelity, roundRobin, leastBusy or pairwise.")
    var policy: String?

    @Option(help: "Instead of the scenario's.")
    var seed: UInt64?

    @Option(help: "Instead of the scenario's: machine time asked for over machine time there is.")
    var load: Double?

    @Option(help: "Write plots (SVG) of waits, use, service and fidelity into this directory, which must exist.")
    var plots: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        // Before the hours that a simulation may take, not after them.
        if let plots, (try? FileManager.default.contentsOfDirectory(atPath: plots)) == nil {
            throw CommandFailure.usage("--plots: there is no directory \(plots)\n  cure: create it first")
        }
        do {
            let outcome = try await simulate()
            if let plots {
                for (name, plot) in outcome.plots { try TextFile.replace("\(plots)/\(name).svg", with: plot.svg) }
            }
            switch format {
            case .text: Terminal.write(outcome.report.text)
            case .json: Terminal.write(JSON.text(outcome.report) + "\n")
            }
        } catch let error as ScenarioError {
            var text = "error: \(scenario): \(error.path.isEmpty ? "" : "\(error.path): ")\(error.message)"
            if let cure = error.cure { text += "\n  cure: \(cure)" }
            var failure = CommandFailure(text: text, exitCode: 1, code: "scenario")
            failure.isJSON = format == .json
            throw failure
        } catch let error as DeviceError {
            var failure = CommandFailure(error)
            failure.isJSON = format == .json
            throw failure
        }
    }

    private func simulate() async throws -> FleetOutcome {
        var scenario = try FleetScenario(json: Data(TextFile.contents(of: scenario)))
        if let seed { scenario.seed = seed }
        if let load {
            guard load > 0, load <= 100 else { throw CommandFailure.usage("a load of \(load) is outside (0, 100]") }
            scenario.workload.load = load
        }
        if let policy {
            guard let known = SchedulingSettings.Policy(rawValue: policy) else {
                let names = SchedulingSettings.Policy.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandFailure.usage("there is no policy '\(policy)': take one of \(names)")
            }
            scenario.scheduling.policy = known
        }
        var trace: RecordedTrace?
        if let path = scenario.workload.trace {
            let text = String(decoding: try TextFile.contents(of: beside(path)), as: UTF8.self)
            trace = try RecordedTrace(csv: text)
        }
        let catalog = try DeviceCatalog()
        let machines = try scenario.machines { (name) throws(DeviceError) in
            try catalog.file(name.hasSuffix(".json") ? beside(name) : name)
        }
        let line = ProgressLine("simulating \(machines.count) machine\(machines.count == 1 ? "" : "s")")
        defer { line.finish() }
        return try await scenario.simulate(on: machines, trace: trace)
    }

    /// Files that a scenario names lie beside it unless the path is absolute.
    private func beside(_ path: String) -> String {
        guard !path.hasPrefix("/"), let slash = scenario.lastIndex(of: "/") else { return path }
        return scenario[...slash] + path
    }
}
