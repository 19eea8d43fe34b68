import Characterisation
import Hardware

/// A calibration run as people read it.
struct CalibrationReport {
    private let outcome: CalibrationOutcome
    private let drawsCurves: Bool
    /// Rows of one experiment at most; what is left out is said.
    private static let limit = 24

    init(_ outcome: CalibrationOutcome, drawsCurves: Bool) {
        self.outcome = outcome
        self.drawsCurves = drawsCurves
    }

    var text: String {
        var lines = [
            Style.bold(outcome.device) + "  measured with \(outcome.shots) shots a program, seed \(outcome.seed)",
            "  record \(outcome.record.id) of \(outcome.record.timestampText)",
        ]
        for report in outcome.reports {
            lines.append("")
            lines.append(Style.bold(report.kind.title))
            lines += Self.table(report.findings)
            lines += report.notes.map { "  note: \($0)" }
            if drawsCurves {
                for plot in report.plots.prefix(6) {
                    lines.append("")
                    lines += plot.text(width: min(Terminal.width, 100)).split(separator: "\n").map { "  \($0)" }
                }
                if report.plots.count > 6 {
                    lines.append("  … and \(report.plots.count - 6) more plots (--svg writes them all)")
                }
            }
        }
        if !outcome.notes.isEmpty { lines.append("") }
        lines += outcome.notes.map { "note: \($0)" }
        lines.append("")
        lines += ending
        return lines.joined(separator: "\n") + "\n"
    }

    private var ending: [String] {
        var lines: [String] = []
        if !outcome.files.isEmpty { lines.append("curves: \(outcome.files.count) SVG files, \(outcome.files[0]) …") }
        let proposal = outcome.proposal
        if proposal.isEmpty { return lines + ["These experiments propose no change of the calibration."] }
        let far = outcome.reports.flatMap(\.findings).count { ($0.deviation.map(abs) ?? 0) > 3 }
        var summary = "Proposed: \(proposal.count) figures"
        if far > 0 {
            summary += "; \(far) finding\(far == 1 ? " is" : "s are") more than three standard errors from the record"
        }
        lines.append(summary + ".")
        if let applied = outcome.applied {
            lines.append("Kept as calibration \(applied.id) of \(applied.timestampText).")
        } else {
            lines.append("Nothing was changed; --apply keeps the proposal as the newest version.")
        }
        return lines
    }

    private static func table(_ findings: [Finding]) -> [String] {
        let header = ["", "sites", "measured", "record", "away"]
        let rows = findings.prefix(limit).map { finding -> [String] in
            let away = finding.deviation.map { "\(($0 * 10).rounded() / 10) σ" } ?? ""
            return [
                finding.quantity, finding.sites.map { "\($0.index)" }.joined(separator: " "),
                value(finding.value, finding.unit),
                finding.recorded.map { value($0, finding.unit) } ?? "", away,
            ]
        }
        if rows.isEmpty { return ["  no findings"] }
        var lines = TextTable([header] + rows).text.split(separator: "\n").map(String.init)
        if findings.count > rows.count {
            lines.append("  … and \(findings.count - rows.count) more (all of them with --format json)")
        }
        return lines
    }

    /// `(68.2 ± 1.4) µs`: the error with two digits, the value to the same place.
    static func value(_ measured: Measured, _ unit: Finding.Unit) -> String {
        let (factor, name) = scale(measured.value, unit)
        let value = measured.value * factor, error = measured.standardError * factor
        if error == 0 { return number(value, digits: 0) + (name.isEmpty ? "" : " \(name)") }
        let digits = decimals(error)
        let text = "\(number(value, digits: digits)) ± \(number(error, digits: digits))"
        return name.isEmpty ? text : "(\(text)) \(name)"
    }

    static func value(_ value: Double, _ unit: Finding.Unit) -> String {
        let (factor, name) = scale(value, unit)
        let scaled = value * factor
        return number(scaled, digits: decimals(scaled) + 1) + (name.isEmpty ? "" : " \(name)")
    }

    private static func scale(_ value: Double, _ unit: Finding.Unit) -> (Double, String) {
        let size = abs(value)
        switch unit {
        case .seconds: return size < 1e-6 ? (1e9, "ns") : size < 1e-3 ? (1e6, "µs") : size < 1 ? (1e3, "ms") : (1, "s")
        case .hertz:
            return size < 1e3 ? (1, "Hz") : size < 1e6 ? (1e-3, "kHz") : size < 1e9 ? (1e-6, "MHz") : (1e-9, "GHz")
        case .probability: return (100, "%")
        case .number: return (1, "")
        }
    }

    /// Places after the point that show two digits of a number.
    private static func decimals(_ value: Double) -> Int {
        var digits = 1, size = abs(value)
        guard size > 1e-12, size.isFinite else { return 0 }
        while size < 1, digits < 12 {
            size *= 10
            digits += 1
        }
        return size >= 10 && digits == 1 ? 0 : digits
    }

    private static func number(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let power = (0..<digits).reduce(1.0) { product, _ in product * 10 }
        let scaled = (abs(value) * power).rounded()
        guard scaled < 9e18 else { return "\(value)" }
        let whole = Int(scaled), unit = Int(power)
        var text = "\(whole / unit)"
        if digits > 0 {
            let rest = "\(whole % unit)"
            text += "." + String(repeating: "0", count: digits - rest.count) + rest
        }
        return (value < 0 && whole > 0 ? "-" : "") + text
    }
}
