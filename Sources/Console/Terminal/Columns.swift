/// Rows under headings, each column as wide as its widest cell. What would move the cursor or colour the screen is shown
/// as a question mark: names come from other people.
package struct Columns {
    private let rows: [[String]]

    package init(_ headings: [String], _ rows: [[String]]) {
        self.rows = ([headings] + rows).map { row in row.map(Self.harmless) }
    }

    package var lines: [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                line += cell + (isLast ? "" : String(repeating: " ", count: widths[column] - cell.count + 2))
            }
            return line
        }
    }

    package var text: String { lines.map { $0 + "\n" }.joined() }

    /// A text of somebody else's without control characters.
    package static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
