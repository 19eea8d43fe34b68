/// A plot in SVG: series of points over two axes, nothing else.
public struct Plot: Sendable {
    public struct Series: Sendable {
        public var name: String
        public var points: [(x: Double, y: Double)]
        /// Half widths of the 95 % intervals of y, or none.
        public var spread: [Double]
        public var isLine: Bool

        public init(_ name: String, _ points: [(x: Double, y: Double)], spread: [Double] = [], isLine: Bool = true) {
            self.name = name
            self.points = points
            self.spread = spread
            self.isLine = isLine
        }
    }

    public var title: String
    public var xLabel: String
    public var yLabel: String
    public var series: [Series]
    public var isXLogarithmic = false
    public var isYLogarithmic = false

    public init(_ title: String, x: String, y: String, series: [Series]) {
        self.title = title
        xLabel = x
        yLabel = y
        self.series = series
    }

    private static let colours = ["#1b6ca8", "#d1495b", "#2e933c", "#edae49", "#6a4c93", "#444444"]

    /// The text of the picture; equal plots give equal bytes.
    public var svg: String {
        let (width, height, left, top) = (640.0, 400.0, 70.0, 40.0)
        let (right, bottom) = (width - 160, height - 50)
        let xs = Axis(series.flatMap { $0.points.map(\.x) }, isLogarithmic: isXLogarithmic)
        let ys = Axis(
            series.flatMap { s in
                s.points.enumerated().flatMap { k, p in
                    k < s.spread.count && s.spread[k].isFinite ? [p.y - s.spread[k], p.y + s.spread[k]] : [p.y]
                }
            }, isLogarithmic: isYLogarithmic)
        let place = { (x: Double, y: Double) in
            (left + xs.position(x) * (right - left), bottom - ys.position(y) * (bottom - top))
        }
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" \
            font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            <text x="\(n((left + right) / 2))" y="20" text-anchor="middle" font-size="14">\(escaped(title))</text>
            <text x="\(n((left + right) / 2))" y="\(n(height - 10))" text-anchor="middle">\(escaped(xLabel))</text>
            <text transform="translate(16 \(n((top + bottom) / 2))) rotate(-90)" text-anchor="middle">\(escaped(yLabel))</text>
            <path d="M\(n(left)) \(n(top))V\(n(bottom))H\(n(right))" fill="none" stroke="black"/>

            """
        for tick in xs.ticks {
            let (x, _) = place(tick, ys.low)
            text += "<path d=\"M\(n(x)) \(n(bottom))v5\" stroke=\"black\"/>"
            text += "<text x=\"\(n(x))\" y=\"\(n(bottom + 18))\" text-anchor=\"middle\">\(label(tick))</text>\n"
        }
        for tick in ys.ticks {
            let (_, y) = place(xs.low, tick)
            text += "<path d=\"M\(n(left)) \(n(y))H\(n(right))\" stroke=\"#dddddd\"/>"
            text += "<text x=\"\(n(left - 6))\" y=\"\(n(y + 4))\" text-anchor=\"end\">\(label(tick))</text>\n"
        }
        for (k, one) in series.enumerated() {
            let colour = Self.colours[k % Self.colours.count]
            let points = one.points.map { place($0.x, $0.y) }
            if one.isLine, points.count > 1 {
                let path = points.map { "\(n($0.0)) \(n($0.1))" }.joined(separator: " ")
                text += "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>\n"
            }
            if points.count <= 60 {
                for (j, point) in points.enumerated() {
                    text += "<circle cx=\"\(n(point.0))\" cy=\"\(n(point.1))\" r=\"3.5\" fill=\"\(colour)\"/>\n"
                    guard j < one.spread.count, one.spread[j].isFinite else { continue }
                    let (_, high) = place(one.points[j].x, one.points[j].y + one.spread[j])
                    let (_, low) = place(one.points[j].x, one.points[j].y - one.spread[j])
                    text += "<path d=\"M\(n(point.0)) \(n(low))V\(n(high))\" stroke=\"\(colour)\"/>\n"
                }
            }
            let y = top + 10 + Double(k) * 20
            text += "<rect x=\"\(n(right + 12))\" y=\"\(n(y - 9))\" width=\"12\" height=\"12\" fill=\"\(colour)\"/>"
            text += "<text x=\"\(n(right + 30))\" y=\"\(n(y + 2))\">\(escaped(one.name))</text>\n"
        }
        return text + "</svg>\n"
    }

    private struct Axis {
        var low = 0.0
        var high = 1.0
        let isLogarithmic: Bool

        init(_ values: [Double], isLogarithmic: Bool) {
            self.isLogarithmic = isLogarithmic
            let usable = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
            guard let least = usable.min(), let most = usable.max() else { return }
            (low, high) = (least, most)
            if isLogarithmic {
                low = power10(logarithm10(low).rounded(.down))
                high = power10(logarithm10(high).rounded(.up))
                if high <= low { high = low * 10 }
            } else {
                let margin = high > low ? (high - low) * 0.06 : max(abs(high) * 0.1, 0.1)
                let crossesZero = low >= 0 && low < margin * 8
                low = crossesZero ? 0 : low - margin
                high += margin
            }
        }

        func position(_ value: Double) -> Double {
            if isLogarithmic {
                let bounded = min(high, max(low, value))
                return (logarithm10(bounded) - logarithm10(low)) / (logarithm10(high) - logarithm10(low))
            }
            return (min(high, max(low, value)) - low) / (high - low)
        }

        var ticks: [Double] {
            if isLogarithmic {
                var result: [Double] = [], tick = low
                while tick <= high * 1.001, result.count < 20 {
                    result.append(tick)
                    tick *= 10
                }
                return result
            }
            let raw = (high - low) / 5, size = power10(logarithm10(raw).rounded(.down))
            let step = [1, 2, 5, 10].map { $0 * size }.first { $0 >= raw } ?? raw
            var result: [Double] = [], tick = (low / step).rounded(.up) * step
            while tick <= high + step * 1e-9, result.count < 20 {
                result.append(abs(tick) < step * 1e-9 ? 0 : tick)
                tick += step
            }
            return result
        }
    }

    private func n(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }

    private func label(_ value: Double) -> String {
        if value == 0 { return "0" }
        if abs(value) >= 1e6 || abs(value) < 1e-3 { return "1e\(Int(logarithm10(abs(value)).rounded()))" }
        let rounded = (value * 1e4).rounded() / 1e4
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    private func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "<": result += "&lt;"
            case "&": result += "&amp;"
            default: result.append(character)
            }
        }
        return result
    }
}
