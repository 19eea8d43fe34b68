import Circuits
import Hardware
import Simulators

/// Motional quanta of trapped ions above the cooled state, as a program goes by.
///
/// Ions heat at a fixed rate and with every move, until a reset or a cooling move. The hotter ion of a pair adds an error
/// along the axis of the gate: a laser pulse of the wrong strength turns too far or not far enough about it.
struct Motion {
    private let figures: HeatingFigures
    private var quanta: [Double]

    init(_ figures: HeatingFigures, siteCount: Int) {
        self.figures = figures
        quanta = Array(repeating: 0, count: siteCount)
    }

    mutating func heat(_ site: Int, for time: Double) { quanta[site] += figures.rate * max(0, time) }
    mutating func add(_ amount: Double, to site: Int) { quanta[site] += amount }
    mutating func cool(_ site: Int) { quanta[site] = 0 }

    /// The error of a two-qubit gate on account of motion; nil for cold ions.
    func error(of gate: StandardGate, on qubits: Operands) -> LocatedChannel? {
        let hottest = qubits.reduce(0) { max($0, quanta[$1.index]) }
        let probability = min(0.5, figures.errorPerQuantum * hottest)
        guard qubits.count == 2, probability > 0 else { return nil }
        var probabilities = [Double](repeating: 0, count: 16)
        probabilities[0] = 1 - probability
        let axis =
            switch gate {
            case .rxx: "XX"
            case .ryy: "YY"
            default: "ZZ"
            }
        probabilities[PauliWeights.index(of: axis)] = probability
        return LocatedChannel(.pauli(probabilities), on: Array(qubits))
    }
}
