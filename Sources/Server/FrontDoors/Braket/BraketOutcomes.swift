import Circuits

/// Outcomes on some qubits: shots in their order, or all outcomes with their probabilities.
struct BraketOutcomes: Sendable {
    var qubits: [Int]
    /// A bit for each qubit.
    var rows: [[UInt8]]
    /// Of each row; they add up to one.
    var weights: [Double]

    init(qubits: [Int], shots rows: [[UInt8]]) {
        self.qubits = qubits
        self.rows = rows
        weights = Array(repeating: 1 / Double(max(1, rows.count)), count: rows.count)
    }

    init(qubits: [Int], exact: [(row: [UInt8], probability: Double)]) {
        self.qubits = qubits
        rows = exact.map(\.row)
        weights = exact.map(\.probability)
    }

    private func places(_ targets: [Int]) -> [Int] { targets.compactMap(qubits.firstIndex(of:)) }

    /// Of each outcome on the targets, the first one most significant.
    func probabilities(_ targets: [Int]) -> [Double] {
        let places = places(targets)
        var result = Array(repeating: 0.0, count: 1 << places.count)
        for (row, weight) in zip(rows, weights) { result[Self.index(row, places)] += weight }
        return result
    }

    /// The eigenvalue that each row shows.
    func values(_ observable: RequestedObservable) -> [Double] {
        var values = Array(repeating: 1.0, count: rows.count)
        for factor in observable.factors {
            let places = places(factor.qubits.map(\.index))
            let eigenvalues: [Double]
            switch factor.kind {
            case .i: continue
            case .x, .y, .z, .h: eigenvalues = [1, -1]
            case .hermitian(let matrix): eigenvalues = matrix.hermitianEigensystem().values
            }
            for (k, row) in rows.enumerated() { values[k] *= eigenvalues[Self.index(row, places)] }
        }
        return values
    }

    func mean(_ observable: RequestedObservable) -> Double {
        zip(values(observable), weights).reduce(0) { $0 + $1.0 * $1.1 }
    }

    func variance(_ observable: RequestedObservable) -> Double {
        let values = values(observable), mean = mean(observable)
        return zip(values, weights).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 }
    }

    private static func index(_ row: [UInt8], _ places: [Int]) -> Int {
        places.reduce(0) { $0 << 1 | Int(row[$1]) }
    }
}
