import Circuits
public import Hardware

/// How often each site's readout errs, with all sites read at once, as programs read them.
///
/// Half of the programs prepare all sites in 0, half in 1. A flawed preparation counts as a flaw of the readout: the
/// error of one X gate, an order of magnitude below the figures on machines of today.
public struct ReadoutExperiment: Experiment {
    public let kind = ExperimentKind.readout
    let sites: [Site]
    let machine: Machine
    let shots: Int

    public init(on sites: [Site], of machine: Machine, shots: Int) {
        self.sites = sites
        self.machine = machine
        self.shots = shots
    }

    public var programs: [ExperimentProgram] {
        [false, true].map { isOne in
            var circuit = Circuit(
                name: "readout \(isOne ? 1 : 0)", qubitCount: sites.count, bitCount: sites.count)
            if isOne { for k in sites.indices { circuit.append(.x, [k]) } }
            // All readouts begin together.
            circuit.barrier(Array(sites.indices))
            for k in sites.indices { circuit.measure(k, into: k) }
            return ExperimentProgram(circuit, on: sites, shots: shots)
        }
    }

    public func report(_ runs: [ExperimentRun]) -> ExperimentReport {
        precondition(runs.count == 2, "a run for each program")
        var report = ExperimentReport(kind: kind)
        for (k, site) in sites.enumerated() {
            let record = machine.calibration.sites[site.index].readout
            let falseOne = runs[0].ones(k), ones = runs[1].ones(k)
            let falseZero = Measured(1 - ones.value, standardError: ones.standardError)
            let isRecorded = record != nil
            report.findings += [
                Finding(
                    "P(1|0)", sites: [site], value: falseOne, unit: .probability, recorded: record?.falseOne,
                    figures: isRecorded ? [.falseOne(site)] : []),
                Finding(
                    "P(0|1)", sites: [site], value: falseZero, unit: .probability, recorded: record?.falseZero,
                    figures: isRecorded ? [.falseZero(site)] : []),
            ]
        }
        func curve(_ quantity: String) -> Plot.Curve {
            let findings = report.findings.filter { $0.quantity == quantity }
            return Plot.Curve(
                label: quantity,
                points: findings.map {
                    DataPoint(
                        x: Double($0.sites[0].index), y: $0.value.value, sigma: max($0.value.standardError, 1e-12))
                })
        }
        report.plots = [
            Plot(
                title: kind.title, x: Plot.Axis("site"), y: Plot.Axis("error"),
                curves: [curve("P(1|0)"), curve("P(0|1)")])
        ]
        return report
    }
}
