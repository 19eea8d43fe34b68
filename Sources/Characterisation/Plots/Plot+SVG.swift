extension Plot {
    /// The plot as a standalone SVG document.
    public func svg(width: Int = 720, height: Int = 440) -> String {
        let left = 70.0, right = 150.0, top = 40.0, bottom = 52.0
        let inner = (width: Double(width) - left - right, height: Double(height) - top - bottom)
        let frame = frame
        func px(_ x: Double) -> Double {
            left + (x - frame.x.lowerBound) / (frame.x.upperBound - frame.x.lowerBound) * inner.width
        }
        func py(_ y: Double) -> Double {
            top + (frame.y.upperBound - y) / (frame.y.upperBound - frame.y.lowerBound) * inner.height
        }
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            "<text x=\"\(Self.pixel(left))\" y=\"24\" font-size=\"15\">\(Self.escaped(title))</text>",
        ]
        let xScale = Self.scale(frame.x, unit: x.unit), yScale = Self.scale(frame.y, unit: y.unit)
        for tick in Self.ticks(frame.x, about: 6) {
            let place = Self.pixel(px(tick)), end = Self.pixel(top + inner.height)
            lines.append(
                "<path d=\"M\(place) \(Self.pixel(top))V\(end)\" stroke=\"#e4e4e4\"/>"
                    + "<text x=\"\(place)\" y=\"\(Self.pixel(top + inner.height + 18))\" text-anchor=\"middle\">"
                    + "\(Self.number(tick * xScale.factor))</text>")
        }
        for tick in Self.ticks(frame.y, about: 5) {
            let place = Self.pixel(py(tick))
            lines.append(
                "<path d=\"M\(Self.pixel(left)) \(place)h\(Self.pixel(inner.width))\" stroke=\"#e4e4e4\"/>"
                    + "<text x=\"\(Self.pixel(left - 8))\" y=\"\(Self.pixel(py(tick) + 4))\" text-anchor=\"end\">"
                    + "\(Self.number(tick * yScale.factor))</text>")
        }
        lines.append(
            "<rect x=\"\(Self.pixel(left))\" y=\"\(Self.pixel(top))\" width=\"\(Self.pixel(inner.width))\" "
                + "height=\"\(Self.pixel(inner.height))\" fill=\"none\" stroke=\"#444\"/>")
        let xLabel = x.label + (xScale.unit.isEmpty ? "" : " / \(xScale.unit)")
        let yLabel = y.label + (yScale.unit.isEmpty ? "" : " / \(yScale.unit)")
        lines.append(
            "<text x=\"\(Self.pixel(left + inner.width / 2))\" y=\"\(height - 12)\" text-anchor=\"middle\">"
                + "\(Self.escaped(xLabel))</text>")
        lines.append(
            "<text transform=\"translate(16 \(Self.pixel(top + inner.height / 2))) rotate(-90)\" "
                + "text-anchor=\"middle\">\(Self.escaped(yLabel))</text>")
        for (k, curve) in curves.enumerated() {
            let colour = Self.colours[k % Self.colours.count]
            if !curve.fitted.isEmpty {
                let path = curve.fitted.map { "\(Self.pixel(px($0.x))) \(Self.pixel(py($0.y)))" }
                lines.append(
                    "<path d=\"M\(path.joined(separator: "L"))\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\"/>"
                )
            }
            for point in curve.points {
                let place = Self.pixel(px(point.x))
                lines.append(
                    "<path d=\"M\(place) \(Self.pixel(py(point.y - point.sigma)))"
                        + "V\(Self.pixel(py(point.y + point.sigma)))\" stroke=\"\(colour)\"/>"
                        + "<circle cx=\"\(place)\" cy=\"\(Self.pixel(py(point.y)))\" r=\"2.6\" fill=\"\(colour)\"/>")
            }
            let row = top + 14 + 18 * Double(k)
            lines.append(
                "<circle cx=\"\(Self.pixel(left + inner.width + 16))\" cy=\"\(Self.pixel(row - 4))\" r=\"4\" "
                    + "fill=\"\(colour)\"/><text x=\"\(Self.pixel(left + inner.width + 26))\" "
                    + "y=\"\(Self.pixel(row))\">\(Self.escaped(curve.label))</text>")
        }
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Told apart by people who see no difference between red and green (Okabe, Ito, 2008).
    private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]

    private static func pixel(_ value: Double) -> String {
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
