/// Motional quanta of trapped ions above the cooled state, as a program goes by.
///
/// Ions heat at a fixed rate and with every move, until a reset or a cooling move. The hotter ion of a pair adds an error
/// along the axis of the gate: a laser pulse of the wrong strength turns too far or not far enough about it. The compiler,
/// which needs its size, and an emulator, which needs the error, follow the same rule.
public struct Motion: Sendable {
    private let figures: HeatingFigures
    private var quanta: [Double]

    public init(_ figures: HeatingFigures, siteCount: Int) {
        self.figures = figures
        quanta = Array(repeating: 0, count: siteCount)
    }

    /// - Parameter time: in seconds.
    public mutating func heat(_ site: Int, for time: Double) { quanta[site] += figures.rate * max(0, time) }
    public mutating func add(_ amount: Double, to site: Int) { quanta[site] += amount }
    public mutating func cool(_ site: Int) { quanta[site] = 0 }

    /// The probability that a two-qubit gate errs on account of motion.
    public func error(of pair: (Int, Int)) -> Double {
        min(0.5, figures.errorPerQuantum * max(quanta[pair.0], quanta[pair.1]))
    }
}
