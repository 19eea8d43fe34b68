import Circuits
import Hardware

/// A device's coupling map in characters, coloured by error: sites by their readout, couplers by their two-qubit gate.
struct CouplingMapDrawing {
    let description: DeviceDescription
    let calibration: Calibration
    var usesColour = Terminal.usesColour

    /// Columns a site takes with the coupler to its right.
    private static let pitch = 5

    /// Nil where sites have no coordinates or interact all with all.
    func lines() -> [String]? {
        guard case .couplings(let couplings) = description.connectivity,
            description.coordinates.count == description.siteCount
        else { return nil }
        let rows = Set(description.coordinates.map(\.row)).sorted()
        let columns = Set(description.coordinates.map(\.column)).sorted()
        let places = description.coordinates.map {
            (rows.firstIndex(of: $0.row) ?? 0, columns.firstIndex(of: $0.column) ?? 0)
        }
        var canvas = Array(
            repeating: Array(repeating: " ", count: columns.count * Self.pitch), count: max(1, rows.count * 2 - 1))
        let edges = pairs(couplings)
        let scale = Scale(edges.compactMap(\.error))
        var elsewhere: [String] = []
        for edge in edges {
            let style = edge.error.map { Style.heat(scale.share(of: $0)) } ?? .dead
            let (a, b) = (places[edge.first.index], places[edge.second.index])
            if a.0 == b.0, abs(a.1 - b.1) == 1 {
                let column = min(a.1, b.1) * Self.pitch
                for k in 3..<Self.pitch {
                    canvas[2 * a.0][column + k] = style(edge.error == nil ? "╌" : "─", when: usesColour)
                }
            } else if a.1 == b.1, abs(a.0 - b.0) == 1 {
                canvas[min(a.0, b.0) * 2 + 1][a.1 * Self.pitch + 1] = style(
                    edge.error == nil ? "╎" : "│", when: usesColour)
            } else {
                elsewhere.append("\(edge.first.index)–\(edge.second.index)")
            }
        }
        let readout = Scale(calibration.sites.compactMap { $0.isOperational ? $0.readout?.error : nil })
        for site in 0..<description.siteCount {
            let figures = calibration.sites[site]
            let style = figures.isOperational ? Style.heat(readout.share(of: figures.readout?.error ?? 0)) : .dead
            let text = figures.isOperational ? "\(site)" : "×"
            let label = String(repeating: " ", count: max(0, (3 - text.count + 1) / 2)) + text
            let row = places[site].0 * 2, column = places[site].1 * Self.pitch
            canvas[row][column] = style(
                label + String(repeating: " ", count: max(0, 3 - label.count)), when: usesColour)
            canvas[row][column + 1] = ""
            canvas[row][column + 2] = ""
        }
        var lines = canvas.map { row in
            var line = row.joined()
            while line.last == " " { line.removeLast() }
            return "  " + line
        }
        if !elsewhere.isEmpty { lines.append("  also coupled: \(elsewhere.joined(separator: ", "))") }
        lines.append("")
        lines.append("  couplers " + scale.legend(usesColour) + "   sites (readout) " + readout.legend(usesColour))
        lines.append("  ╌ ╎ and × are reported dead and never used")
        return lines
    }

    /// Unordered pairs with the least error of a gate that works in some direction; nil where none does.
    private func pairs(_ couplings: [Coupling]) -> [(first: Site, second: Site, error: Double?)] {
        let gates = description.nativeGates.map(\.gate).filter { $0.qubitCount == 2 }
        var seen: Set<Coupling> = []
        var result: [(first: Site, second: Site, error: Double?)] = []
        for coupling in couplings {
            let pair = coupling.first < coupling.second ? coupling : coupling.reversed
            guard seen.insert(pair).inserted else { continue }
            let errors = [pair, pair.reversed].flatMap { direction in
                gates.compactMap { calibration.figures(for: $0, on: [direction.first, direction.second]) }
            }.filter { !$0.isDead }.map(\.error)
            let isAlive = calibration.isOperational(pair.first) && calibration.isOperational(pair.second)
            result.append((pair.first, pair.second, isAlive ? errors.min() : nil))
        }
        return result
    }

    /// Colours by rank between the best and the worst tenth, so that a few outliers do not paint all others green.
    private struct Scale {
        let low: Double
        let high: Double

        init(_ values: [Double]) {
            let sorted = values.sorted()
            low = sorted.isEmpty ? 0 : sorted[sorted.count / 10]
            high = sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * 9 / 10)]
        }

        func share(of value: Double) -> Double { high > low ? (value - low) / (high - low) : 0 }

        func legend(_ usesColour: Bool) -> String {
            let left = Style.heat(0)("≤ \(Self.percent(low))", when: usesColour)
            return left + " … " + Style.heat(1)("≥ \(Self.percent(high))", when: usesColour)
        }

        private static func percent(_ value: Double) -> String { "\((value * 10_000).rounded() / 100) %" }
    }
}
