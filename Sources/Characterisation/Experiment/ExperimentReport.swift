public import Hardware

/// What an experiment found.
public struct ExperimentReport: Sendable {
    public var kind: ExperimentKind
    public var findings: [Finding]
    /// What the reader must know: sites whose curve could not be fitted, assumptions of a formula.
    public var notes: [String]
    public var plots: [Plot]

    public init(kind: ExperimentKind, findings: [Finding] = [], notes: [String] = [], plots: [Plot] = []) {
        self.kind = kind
        self.findings = findings
        self.notes = notes
        self.plots = plots
    }

    /// The figures of the calibration that the experiment would change, in the order of the findings.
    public var proposal: [(figure: CalibrationFigure, value: Measured)] {
        findings.flatMap { finding in finding.figures.map { ($0, finding.calibrated) } }
    }
}

/// One figure with its error bar.
public struct Finding: Sendable {
    /// In a word or two: "T1", "error per Clifford".
    public var quantity: String
    public var sites: [Site]
    public var value: Measured
    public var unit: Unit
    /// χ² per degree of freedom of the fit behind it; nil where nothing was fitted.
    public var reducedChiSquare: Double?
    /// The same figure by the record, where it holds one.
    public var recorded: Double?
    /// The figures of the calibration that it stands for; empty where it stands for none.
    public var figures: [CalibrationFigure]
    /// The value as the calibration holds it.
    public var calibrated: Measured

    public enum Unit: String, Hashable, Sendable, Codable {
        case seconds, hertz, probability, number
    }

    public init(
        _ quantity: String, sites: [Site], value: Measured, unit: Unit, reducedChiSquare: Double? = nil,
        recorded: Double? = nil, figures: [CalibrationFigure] = [], calibrated: Measured? = nil
    ) {
        self.quantity = quantity
        self.sites = sites
        self.value = value
        self.unit = unit
        self.reducedChiSquare = reducedChiSquare
        self.recorded = recorded
        self.figures = figures
        self.calibrated = calibrated ?? value
    }

    /// How many standard errors the record is away; nil where the record holds no such figure.
    public var deviation: Double? {
        guard let recorded, calibrated.standardError > 0 else { return nil }
        return (calibrated.value - recorded) / calibrated.standardError
    }
}
