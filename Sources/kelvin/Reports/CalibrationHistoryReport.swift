import Circuits
import Hardware

/// The versions of a device's calibration as people read them.
struct CalibrationHistoryReport {
    let history: CalibrationHistory

    init(_ history: CalibrationHistory) { self.history = history }

    var text: String {
        let changes = [nil] + history.changes.map { $0.changes.count }
        var rows = [["version", "in force from", "2q error", "T1", "T2", "readout", "changed"]]
        for (version, changed) in zip(history.versions, changes) {
            rows.append([
                version.id, version.timestampText,
                version.twoQubitGate.flatMap { version.medianError(of: $0) }.map(DeviceReport.percent) ?? "–",
                version.medianT1.map(DeviceReport.time) ?? "–", version.medianEffectiveT2.map(DeviceReport.time) ?? "–",
                version.medianReadoutError.map(DeviceReport.percent) ?? "–", changed.map { "\($0) figures" } ?? "",
            ])
        }
        let table = TextTable(rows)
        return Style.bold("\(history.deviceID)") + "  medians of each version\n" + table.text
    }
}

/// What changed, as people read it.
struct CalibrationDiffReport {
    let diff: CalibrationDiff
    let limit: Int

    init(_ diff: CalibrationDiff, limit: Int) {
        self.diff = diff
        self.limit = limit
    }

    var text: String {
        let days = (diff.interval / 864).rounded() / 100
        var text = Style.bold("\(diff.older) → \(diff.newer)") + "  \(days) days\n"
        if diff.changes.isEmpty { return text + "  nothing changed\n" }
        var quantities: [String] = []
        for change in diff.changes where !quantities.contains(change.figure.quantity) {
            quantities.append(change.figure.quantity)
        }
        for quantity in quantities {
            let count = diff.changes.count { $0.figure.quantity == quantity }
            let median = diff.medianRelativeChange(of: quantity).map {
                ", by \(DeviceReport.percent($0)) in the median"
            }
            text += "  \(quantity): \(count) changed\(median ?? "")\n"
        }
        let sized = diff.byRelativeSize, others = diff.changes.filter { $0.relative == nil }
        let shown = (others + sized).prefix(limit)
        var rows = [["figure", "before", "after", "change"]]
        for change in shown {
            rows.append([
                change.figure.description, Self.value(change.old, change.figure), Self.value(change.new, change.figure),
                change.relative.map { ($0 > 0 ? "+" : "") + "\(($0 * 1000).rounded() / 10) %" } ?? "",
            ])
        }
        text += TextTable(rows).text
        if diff.changes.count > shown.count {
            text += "  … and \(diff.changes.count - shown.count) more (--limit, or --format json)\n"
        }
        return text
    }

    private static func value(_ value: Double?, _ figure: CalibrationFigure) -> String {
        guard let value else { return "–" }
        switch figure {
        case .t1, .t2, .readoutDuration, .resetDuration, .gateDuration: return DeviceReport.time(Seconds(value))
        case .falseOne, .falseZero, .resetError, .gateError: return "\((value * 1e6).rounded() / 1e4) %"
        case .frequency: return "\((value / 1e3).rounded() / 1e6) GHz"
        case .operational: return value == 0 ? "dead" : "works"
        }
    }
}

/// Rows under a heading, in columns.
struct TextTable {
    private let rows: [[String]]

    /// - Parameter rows: the heading first; all of one length.
    init(_ rows: [[String]]) { self.rows = rows }

    var text: String {
        guard let heading = rows.first else { return "" }
        let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.enumerated().map { index, cells in
            var line =
                "  "
                + zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return index == 0 ? Style.dim(line) : line
        }.joined(separator: "\n") + "\n"
    }
}

/// What changed, as JSON.
struct CalibrationDiffDocument: Encodable {
    var older: String
    var newer: String
    var seconds: Double
    var changes: [Change]

    struct Change: Encodable {
        var figure: String
        var sites: [Int]
        var old: Double?
        var new: Double?
        var relative: Double?
    }

    init(_ diff: CalibrationDiff) {
        older = diff.older
        newer = diff.newer
        seconds = diff.interval
        changes = diff.changes.map {
            Change(
                figure: $0.figure.quantity, sites: $0.figure.sites.map(\.index), old: $0.old, new: $0.new,
                relative: $0.relative)
        }
    }
}
