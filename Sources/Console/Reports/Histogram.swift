import Kernel

/// The outcomes of one parameter set as bars.
struct Histogram {
    let sample: SampleDocument
    /// Rows at most; what is left out is said.
    var limit = 16

    func lines(width: Int = Terminal.width) -> [String] {
        let all = rows
        // The most frequent, then in the order of the strings, so that neighbours stay neighbours.
        let shown = all.indices.sorted { (all[$1].share, $0) < (all[$0].share, $1) }.prefix(limit).sorted()
        let rows = shown.map { all[$0] }
        let top = max(rows.map(\.share).max() ?? 0, 1e-12)
        let figures = rows.map(\.figures)
        let labelWidth = header.count
        let figureWidth = figures.map(\.count).max() ?? 0
        let barWidth = max(8, min(40, width - labelWidth - figureWidth - 6))
        var lines = ["  " + header]
        for (k, row) in rows.enumerated() {
            let bar = Self.bar(row.share / top, width: barWidth)
            lines.append(
                "  \(row.label)  \(bar)  \(String(repeating: " ", count: figureWidth - figures[k].count))\(figures[k])")
        }
        if all.count > rows.count {
            let rest = all.count - rows.count
            let shots = sample.shots - shown.reduce(0) { $0 + all[$1].count }
            lines.append("  … and \(rest) more outcomes in \(shots) shots (all of them with --format json)")
        }
        return lines
    }

    private var header: String { columns(sample.registers.map(\.name)) }

    /// One column a register, wide enough for its name and its bits.
    private func columns(_ cells: [String]) -> String {
        zip(sample.registers, cells).map { register, cell in
            String(repeating: " ", count: max(register.name.count, register.size) - cell.count) + cell
        }.joined(separator: " ")
    }

    private struct Row {
        var label: String
        var count: Int
        var share: Double
        var figures: String
    }

    private var rows: [Row] {
        let total = Double(sample.shots)
        return sample.orderedCounts.map { outcome, count in
            let share = Double(count) / total
            var figures = "\(count)  \(Self.percent(share))"
            if let corrected = sample.corrected?[outcome] {
                figures +=
                    "  corrected \(Self.percent(corrected.probability)) ± \(Self.percent(corrected.standardError))"
            }
            if let exact = sample.exact?[outcome] { figures += "  exact \(Self.percent(exact))" }
            return Row(
                label: columns(outcome.split(separator: " ").map(String.init)), count: count, share: share,
                figures: figures)
        }
    }

    /// One decimal, right-aligned in six columns.
    static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        let text = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10) %"
        return String(repeating: " ", count: max(0, 7 - text.count)) + text
    }

    /// Eighths of a block give the bar a finer grain than its columns.
    private static func bar(_ share: Double, width: Int) -> String {
        let eighths = Int((share * Double(width) * 8).rounded())
        var text = String(repeating: "█", count: eighths / 8)
        if eighths % 8 > 0 { text.append(["▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8 - 1]) }
        return text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension SampleDocument {
    /// Ascending as numbers: the last register stands highest, and bit 0 is rightmost in each.
    fileprivate var orderedCounts: [(outcome: String, count: Int)] {
        counts.map { (registers: $0.key.split(separator: " ").reversed(), outcome: $0.key, count: $0.value) }
            .sorted { $0.registers.lexicographicallyPrecedes($1.registers) }
            .map { ($0.outcome, $0.count) }
    }
}
