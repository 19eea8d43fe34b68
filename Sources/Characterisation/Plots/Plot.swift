/// Points with error bars and the curve fitted to them: a figure of an experiment's report, drawn as SVG or as text.
public struct Plot: Sendable {
    public var title: String
    public var x: Axis
    public var y: Axis
    public var curves: [Curve]

    public init(title: String, x: Axis, y: Axis, curves: [Curve]) {
        self.title = title
        self.x = x
        self.y = y
        self.curves = curves
    }

    public struct Axis: Hashable, Sendable {
        public var label: String
        public var unit: Finding.Unit

        public init(_ label: String, unit: Finding.Unit = .number) {
            self.label = label
            self.unit = unit
        }
    }

    public struct Curve: Sendable {
        public var label: String
        public var points: [DataPoint]
        /// The fitted curve, sampled over the points' range; empty without one.
        public var fitted: [(x: Double, y: Double)]

        init(label: String, points: [DataPoint], model: ((Double) -> Double)? = nil) {
            self.label = label
            self.points = points
            fitted = []
            guard let model, let low = points.map(\.x).min(), let high = points.map(\.x).max(), high > low else {
                return
            }
            fitted = (0...120).map {
                let x = low + (high - low) * Double($0) / 120
                return (x, model(x))
            }
        }
    }

    /// At most so many curves a plot, in several plots where there are more.
    static func pages(of curves: [Curve], title: String, x: Axis, y: Axis, perPage: Int = 6) -> [Plot] {
        stride(from: 0, to: curves.count, by: perPage).map { start in
            let page = Array(curves[start..<min(start + perPage, curves.count)])
            let place = curves.count > perPage ? " (\(start / perPage + 1))" : ""
            return Plot(title: title + place, x: x, y: y, curves: page)
        }
    }

    /// The frame around all points, error bars and curves; never empty.
    var frame: (x: ClosedRange<Double>, y: ClosedRange<Double>) {
        let xs = curves.flatMap { $0.points.map(\.x) }
        let ys = curves.flatMap { $0.points.flatMap { [$0.y - $0.sigma, $0.y + $0.sigma] } + $0.fitted.map(\.y) }
        func range(_ values: [Double], margin: Double) -> ClosedRange<Double> {
            let finite = values.filter(\.isFinite)
            guard let low = finite.min(), let high = finite.max() else { return 0...1 }
            let width = high > low ? high - low : max(abs(high), 1e-9)
            return low - margin * width...high + margin * width
        }
        return (range(xs, margin: 0.02), range(ys, margin: 0.05))
    }
}

extension Plot {
    /// Round numbers that divide a range: 1, 2 or 5 times a power of ten apart.
    static func ticks(_ range: ClosedRange<Double>, about count: Int) -> [Double] {
        let rough = (range.upperBound - range.lowerBound) / Double(max(1, count))
        guard rough > 0, rough.isFinite else { return [] }
        var power = 1.0
        while power > rough { power /= 10 }
        while power * 10 <= rough { power *= 10 }
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
        let first = (range.lowerBound / step).rounded(.up), last = (range.upperBound / step).rounded(.down)
        guard first <= last else { return [] }
        return stride(from: first, through: last, by: 1).map { $0 * step }
    }

    /// Numbers of an axis in the prefix that suits its largest, with that prefix's unit.
    static func scale(_ range: ClosedRange<Double>, unit: Finding.Unit) -> (factor: Double, unit: String) {
        let largest = max(abs(range.lowerBound), abs(range.upperBound))
        switch unit {
        case .seconds:
            if largest < 1e-6 { return (1e9, "ns") }
            if largest < 1e-3 { return (1e6, "µs") }
            return largest < 1 ? (1e3, "ms") : (1, "s")
        case .hertz:
            if largest < 1e3 { return (1, "Hz") }
            return largest < 1e6 ? (1e-3, "kHz") : (1e-6, "MHz")
        case .probability, .number: return (1, "")
        }
    }

    /// Up to four significant digits.
    static func number(_ value: Double) -> String {
        if value == 0 { return "0" }
        var digits = 3.0, size = abs(value)
        while size >= 10 {
            size /= 10
            digits -= 1
        }
        while size < 1 {
            size *= 10
            digits += 1
        }
        if digits <= 0 { return "\(Int(value.rounded()))" }
        if digits > 9 { return "\(value)" }
        var power = 1.0
        for _ in 0..<Int(digits) { power *= 10 }
        let rounded = (value * power).rounded() / power
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }
}
