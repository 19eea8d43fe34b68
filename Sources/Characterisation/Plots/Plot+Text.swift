extension Plot {
    /// The plot in characters: points as letters, one letter a curve, fitted curves as dots of Braille.
    public func text(width: Int = 72, height: Int = 16) -> String {
        let columns = max(20, width - 10), rows = max(5, height - 3)
        let frame = frame
        // Two dots across and four down in a cell.
        var dots = Array(repeating: Array(repeating: 0 as UInt32, count: columns), count: rows)
        var marks = Array(repeating: Array(repeating: nil as Character?, count: columns), count: rows)
        func place(_ value: Double, _ range: ClosedRange<Double>, _ count: Int) -> Int? {
            let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
            guard share.isFinite, share >= 0, share <= 1 else { return nil }
            return min(count - 1, Int(share * Double(count)))
        }
        // Bits of U+2800 + n by column and row of the cell.
        let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
        for (k, curve) in curves.enumerated() {
            for point in curve.fitted {
                guard let x = place(point.x, frame.x, 2 * columns), let y = place(point.y, frame.y, 4 * rows) else {
                    continue
                }
                let row = 4 * rows - 1 - y
                dots[row / 4][x / 2] |= bits[x % 2][row % 4]
            }
            let letter = Self.letters[k % Self.letters.count]
            for point in curve.points {
                guard let x = place(point.x, frame.x, columns), let y = place(point.y, frame.y, rows) else { continue }
                marks[rows - 1 - y][x] = letter
            }
        }
        let xScale = Self.scale(frame.x, unit: x.unit), yScale = Self.scale(frame.y, unit: y.unit)
        var lines = [title + "   " + y.label + (yScale.unit.isEmpty ? "" : " / \(yScale.unit)")]
        for row in 0..<rows {
            var label = ""
            if row == 0 { label = Self.number(frame.y.upperBound * yScale.factor) }
            if row == rows - 1 { label = Self.number(frame.y.lowerBound * yScale.factor) }
            let cells = (0..<columns).map { column -> Character in
                if let mark = marks[row][column] { return mark }
                let pattern = dots[row][column]
                return pattern == 0 ? " " : Character(Unicode.Scalar(0x2800 + pattern)!)
            }
            var line = Self.padded(label, 8) + " │" + String(cells)
            while line.last == " " { line.removeLast() }
            lines.append(line)
        }
        lines.append(String(repeating: " ", count: 9) + "└" + String(repeating: "─", count: columns))
        let low = Self.number(frame.x.lowerBound * xScale.factor)
        let high = Self.number(frame.x.upperBound * xScale.factor)
        let name = x.label + (xScale.unit.isEmpty ? "" : " / \(xScale.unit)")
        let gap = max(1, (columns - low.count - high.count - name.count) / 2)
        lines.append(
            String(repeating: " ", count: 10) + low + String(repeating: " ", count: gap) + name
                + String(repeating: " ", count: max(1, columns - low.count - high.count - name.count - gap)) + high)
        if curves.count > 1 {
            lines.append(
                String(repeating: " ", count: 10)
                    + curves.enumerated().map { "\(Self.letters[$0 % Self.letters.count]) \($1.label)" }.joined(
                        separator: "   "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let letters: [Character] = ["o", "x", "+", "*", "a", "b", "c", "d"]

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
