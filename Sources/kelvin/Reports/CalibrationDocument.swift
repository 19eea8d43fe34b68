import Characterisation
import Hardware

/// A calibration run as JSON.
struct CalibrationDocument: Encodable {
    var device: String
    var record: String
    var seed: UInt64
    var shots: Int
    var experiments: [Experiment]
    var proposal: [Change]
    var applied: String?
    var files: [String]
    var notes: [String]

    struct Experiment: Encodable {
        var name: String
        var title: String
        var findings: [Entry]
        var notes: [String]
        var curves: [Curve]
    }

    struct Entry: Encodable {
        var quantity: String
        var sites: [Int]
        var value: Double
        var standardError: Double
        var unit: Finding.Unit
        var recorded: Double?
        var deviation: Double?
        var reducedChiSquare: Double?
    }

    /// The points as measured: x, y, and one standard deviation of y.
    struct Curve: Encodable {
        var plot: String
        var label: String
        var x: [Double]
        var y: [Double]
        var sigma: [Double]
    }

    struct Change: Encodable {
        var figure: String
        var sites: [Int]
        var old: Double?
        var new: Double
        var standardError: Double
    }

    init(_ outcome: CalibrationOutcome) {
        device = outcome.device
        record = outcome.record.id
        seed = outcome.seed
        shots = outcome.shots
        experiments = outcome.reports.map { report in
            Experiment(
                name: report.kind.rawValue, title: report.kind.title,
                findings: report.findings.map { finding in
                    Entry(
                        quantity: finding.quantity, sites: finding.sites.map(\.index), value: finding.value.value,
                        standardError: finding.value.standardError, unit: finding.unit, recorded: finding.recorded,
                        deviation: finding.deviation, reducedChiSquare: finding.reducedChiSquare)
                }, notes: report.notes,
                curves: report.plots.flatMap { plot in
                    plot.curves.map { curve in
                        Curve(
                            plot: plot.title, label: curve.label, x: curve.points.map(\.x), y: curve.points.map(\.y),
                            sigma: curve.points.map(\.sigma))
                    }
                })
        }
        proposal = outcome.proposal.map { figure, value in
            Change(
                figure: figure.quantity, sites: figure.sites.map(\.index), old: outcome.record.value(of: figure),
                new: value.value, standardError: value.standardError)
        }
        applied = outcome.applied?.id
        files = outcome.files
        notes = outcome.notes
    }
}
