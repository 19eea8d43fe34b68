import ArgumentParser
import Characterisation
import Drivers
import Hardware
import Kernel

struct CalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Measure how well a device works, and propose what its calibration should say.",
        discussion: """
            Experiments: \(ExperimentKind.allCases.map(\.rawValue).joined(separator: ", ")); or all. Without \
            --experiments: \(CalibrationPlan.standard.map(\.rawValue).joined(separator: ", ")).
            Nothing changes unless --apply is given: then the proposal becomes the newest version of the calibration, \
            which `kelvin devices history` lists and programs are compiled against.
            """)

    @Argument(help: "A device's id; see `kelvin devices`.")
    var device: String

    @Option(help: "The experiments to run, separated by commas.")
    var experiments: String?

    @Option(help: "The sites to measure, such as 0,1,5-9; couplers between them too. Default: all that work.")
    var sites: String?

    @Option(name: .shortAndLong, help: "How often each program of an experiment runs.")
    var shots = 1000

    @Option(help: "Everything random follows from it: the same seed gives the same result. Default: a fresh one.")
    var seed: UInt64?

    @Flag(help: "Keep the proposal as the newest version of the device's calibration.")
    var apply = false

    @Flag(help: "Draw the curves in the terminal.")
    var plot = false

    @Option(help: "Write the curves as SVG files into this directory.")
    var svg: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func validate() throws {
        if shots < 1 { throw ValidationError("--shots must be at least 1") }
    }

    func run() async throws {
        do {
            try await execute()
        } catch var failure as CommandFailure {
            failure.isJSON = format == .json
            throw failure
        }
    }

    private func execute() async throws {
        let kinds = try chosenKinds(), sites = try chosenSites()
        let catalog: DeviceCatalog, target: any Device, record: Calibration
        do throws(DeviceError) {
            catalog = try DeviceCatalog()
            target = try catalog.device(device)
            record = try target.calibration()
        } catch {
            throw CommandFailure(error)
        }
        if apply, device.contains("/") || device.hasSuffix(".json") || catalog.memory == nil {
            throw CommandFailure.usage(
                catalog.memory == nil
                    ? "--apply: there is nowhere to keep calibrations; set KELVIN_STATE to a directory"
                    : "--apply: calibrations are kept of devices named by their id, not of files")
        }
        let seed = seed ?? UInt64.random(in: 0..<1 << 32)
        let shots = min(self.shots, target.description.abilities.maxShots)
        let plan: CalibrationPlan
        do throws(CalibrationPlanError) {
            plan = try CalibrationPlan(
                kinds, on: sites, of: Machine(target.description, record), shots: shots, seed: seed)
        } catch {
            throw CommandFailure(
                text: "error: \(error.message)" + (error.cure.map { "\n  cure: \($0)" } ?? ""), exitCode: 1,
                code: error.code)
        }
        let reports = try await run(plan, on: target.description, CatalogFleet(catalog: catalog), seed)
        var outcome = CalibrationOutcome(
            device: target.description.id, record: record, seed: seed, shots: shots, reports: reports, notes: plan.notes
        )
        if let svg { outcome.files = try write(reports, into: svg) }
        if apply, !outcome.proposal.isEmpty {
            do throws(DeviceError) {
                outcome.applied = try CatalogFleet(catalog: catalog)
                    .keep(outcome.proposal, over: record, of: device, now: WallClock().now)
            } catch { throw CommandFailure(error) }
        }
        switch format {
        case .text: Terminal.write(CalibrationReport(outcome, drawsCurves: plot).text)
        case .json: Terminal.write(JSON.text(CalibrationDocument(outcome)) + "\n")
        }
    }

    private func run(
        _ plan: CalibrationPlan, on description: DeviceDescription, _ devices: any DeviceProvider, _ seed: UInt64
    ) async throws -> [ExperimentReport] {
        let jobs = ExperimentJobs(runtime: Runtime(devices: devices), device: device, description: description)
        let line = ProgressLine("calibrating")
        defer { line.finish() }
        var reports: [ExperimentReport] = []
        for (index, experiment) in plan.experiments.enumerated() {
            do throws(KernelError) {
                reports.append(
                    try await jobs.run(experiment, seed: seed &+ UInt64(index)) { line.update($0, fraction: $1) })
            } catch {
                throw CommandFailure(error, source: nil)
            }
        }
        return reports
    }

    private func write(_ reports: [ExperimentReport], into directory: String) throws -> [String] {
        var files: [String] = []
        for report in reports {
            for (index, plot) in report.plots.enumerated() {
                let path = "\(directory)/\(report.kind.rawValue)-\(index + 1).svg"
                try TextFile.replace(path, with: plot.svg(), makingDirectories: true)
                files.append(path)
            }
        }
        return files
    }

    // MARK: What the user asked for

    private func chosenKinds() throws -> [ExperimentKind] {
        guard let experiments else { return CalibrationPlan.standard }
        if experiments == "all" { return ExperimentKind.allCases }
        var kinds: [ExperimentKind] = []
        for word in experiments.split(separator: ",", omittingEmptySubsequences: false) {
            let name = word.filter { $0 != " " }
            guard let kind = ExperimentKind(rawValue: name) else {
                throw CommandFailure.usage(
                    "--experiments: there is no experiment '\(name)'; there are "
                        + ExperimentKind.allCases.map(\.rawValue).joined(separator: ", ") + ", and all")
            }
            if !kinds.contains(kind) { kinds.append(kind) }
        }
        return kinds
    }

    private func chosenSites() throws -> [Site]? {
        guard let sites else { return nil }
        var chosen: [Site] = []
        for word in sites.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0.filter { $0 != " " }) }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first >= 0,
                first <= last,
                last - first < 1 << 16
            else {
                throw CommandFailure.usage("--sites: '\(word)' is no site and no range of sites; expected 0,1,5-9")
            }
            for index in first...last where !chosen.contains(Site(index)) { chosen.append(Site(index)) }
        }
        return chosen
    }
}

/// What a calibration run brought.
struct CalibrationOutcome {
    var device: String
    /// In force while it ran.
    var record: Calibration
    var seed: UInt64
    var shots: Int
    var reports: [ExperimentReport]
    var notes: [String]
    /// Curves that were written.
    var files: [String] = []
    /// The version that was kept.
    var applied: Calibration?

    var proposal: [(figure: CalibrationFigure, value: Measured)] { reports.bestProposal }
}
