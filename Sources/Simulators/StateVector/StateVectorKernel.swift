import Circuits

/// A gate made ready for the amplitudes: which vectors to gather, with which coefficients for each lane.
///
/// Targets and controls among the lowest qubits lie within a vector. There a gate is a sum over exchanges of lanes, each
/// with a vector of coefficients; a control within the vector gives the untouched lanes the coefficient of the identity.
/// So one formula covers every placement of targets and controls.
struct StateVectorKernel: Sendable {
    enum Form: Sendable {
        /// A vector of coefficients for each (row, column, exchange).
        case dense
        /// As `dense`, but only the terms that are not zero.
        case sparse
        /// A vector of coefficients for each row.
        case diagonal
        /// Exchange of the two halves of one high target.
        case flip
        /// A number for everything.
        case phase
    }

    var form: Form
    /// Offsets, in vectors, of the rows of the high targets.
    var offsets: [Int]
    /// Lane exchanges that occur.
    var exchanges: [Int]
    /// Coefficients by row, exchange, column.
    var coefficientsRe: [Lanes]
    var coefficientsIm: [Lanes]
    /// Of a sparse kernel: which gathered vector each coefficient belongs to, and where each row's terms end.
    var sources: [Int] = []
    var rowEnds: [Int] = []
    /// Whether all coefficients are real.
    var isReal = false
    /// Whether the two halves of each vector of coefficients are equal.
    var isUniform = false
    /// Places (in vector index bits) that the enumeration leaves out: high targets and controls, ascending.
    var places: [Int]
    /// Vector index bits of high controls that hold 1.
    var base: Int

    /// - Precondition: targets and controls are different qubits, at most ten targets.
    init(_ gate: ElementaryGate) {
        self.init(
            gate.targetMatrix, targets: gate.targets.map(\.index), controls: gate.controls.map(\.index),
            values: gate.controlValues)
    }

    init(_ matrix: Matrix, targets: [Int], controls: [Int], values: [Bool]) {
        var (matrix, targets, controls, values) = (matrix, targets, controls, values)
        Self.extractControls(&matrix, &targets, &controls, &values)
        let highTargets = targets.enumerated().filter { $0.element >= laneQubits }
        let lowTargets = targets.enumerated().filter { $0.element < laneQubits }
        var lowControlMask = 0, lowControlPattern = 0
        base = 0
        places = highTargets.map { $0.element - laneQubits }
        for (control, value) in zip(controls, values) {
            if control >= laneQubits {
                places.append(control - laneQubits)
                if value { base |= 1 << (control - laneQubits) }
            } else {
                lowControlMask |= 1 << control
                if value { lowControlPattern |= 1 << control }
            }
        }
        places.sort()
        let rows = 1 << highTargets.count
        offsets = (0..<rows).map { row in
            highTargets.enumerated().reduce(0) { $0 | (row >> $1.offset & 1) << ($1.element.element - laneQubits) }
        }
        /// The index into the matrix of a row of high targets and a lane.
        func index(_ row: Int, _ lane: Int) -> Int {
            var result = 0
            for (k, target) in highTargets.enumerated() { result |= (row >> k & 1) << target.offset }
            for target in lowTargets { result |= (lane >> target.element & 1) << target.offset }
            return result
        }
        let lowMask = lowTargets.reduce(0) { $0 | 1 << $1.element }
        let isDiagonal = matrix.isDiagonal
        exchanges = isDiagonal ? [0] : (0..<laneCount).filter { $0 & ~lowMask == 0 }
        coefficientsRe = []
        coefficientsIm = []
        for row in 0..<rows {
            for exchange in exchanges {
                for column in 0..<rows where !isDiagonal || column == row {
                    var re = Lanes.zero, im = Lanes.zero
                    for lane in 0..<laneCount {
                        let value: Complex
                        if lane & lowControlMask == lowControlPattern {
                            value = matrix[index(row, lane), index(column, lane ^ exchange)]
                        } else {
                            value = row == column && exchange == 0 ? .one : .zero
                        }
                        re[lane] = value.re
                        im[lane] = value.im
                    }
                    coefficientsRe.append(re)
                    coefficientsIm.append(im)
                }
            }
        }
        if targets.isEmpty && controls.isEmpty {
            form = .phase
        } else if isDiagonal {
            form = .diagonal
        } else if highTargets.count == 1 && lowTargets.isEmpty && lowControlMask == 0
            && matrix == StandardGate.x.matrix()
        {
            form = .flip
        } else {
            form = .dense
            isUniform = (coefficientsRe + coefficientsIm).allSatisfy { $0.lowHalf == $0.highHalf }
            makeSparse(rows: rows)
        }
    }

    /// Leaves out zero coefficients where they are most of them.
    private mutating func makeSparse(rows: Int) {
        isReal = coefficientsIm.allSatisfy { $0 == .zero }
        let used = coefficientsRe.indices.filter { coefficientsRe[$0] != .zero || coefficientsIm[$0] != .zero }
        guard used.count * 4 < coefficientsRe.count * 3, coefficientsRe.count >= 16 || exchanges.count > 1 else {
            return
        }
        let columns = rows * exchanges.count
        form = .sparse
        sources = used.map { $0 % columns }
        rowEnds = (0..<rows).map { row in used.count { $0 / columns <= row } }
        coefficientsRe = used.map { coefficientsRe[$0] }
        coefficientsIm = used.map { coefficientsIm[$0] }
    }

    /// Turns targets of a diagonal matrix, or of a controlled one, into controls where the identity rules half of it.
    private static func extractControls(
        _ matrix: inout Matrix, _ targets: inout [Int], _ controls: inout [Int], _ values: inout [Bool]
    ) {
        var place = 0
        while place < targets.count && matrix.dimension > 1 {
            var isIdentityAt = [true, true]
            for r in 0..<matrix.dimension {
                for c in 0..<matrix.dimension {
                    let a = r >> place & 1, b = c >> place & 1
                    let expected: Complex = r == c ? .one : .zero
                    if matrix[r, c] == expected { continue }
                    isIdentityAt[a] = false
                    isIdentityAt[b] = false
                }
            }
            guard isIdentityAt[0] != isIdentityAt[1] else {
                place += 1
                continue
            }
            let value = isIdentityAt[0] ? 1 : 0
            var smaller = Matrix(zero: matrix.dimension / 2)
            for r in 0..<smaller.dimension {
                for c in 0..<smaller.dimension {
                    func widened(_ k: Int) -> Int {
                        (k >> place) << (place + 1) | value << place | k & ((1 << place) - 1)
                    }
                    smaller[r, c] = matrix[widened(r), widened(c)]
                }
            }
            matrix = smaller
            controls.append(targets.remove(at: place))
            values.append(value == 1)
        }
        // A phase on controls alone needs a target to act on.
        if targets.isEmpty && !controls.isEmpty {
            let value = values.removeLast()
            targets = [controls.removeLast()]
            matrix = Matrix(diagonal: value ? [.one, matrix[0, 0]] : [matrix[0, 0], .one])
            if targets[0] >= laneQubits {
                // A high one stays a control: then the diagonal touches only its half.
                controls.append(targets[0])
                values.append(value)
                targets = []
                matrix = Matrix(diagonal: [value ? matrix[1, 1] : matrix[0, 0]])
            }
        }
    }
}

extension Matrix {
    var isDiagonal: Bool {
        for r in 0..<dimension { for c in 0..<dimension where r != c && self[r, c] != .zero { return false } }
        return true
    }
}
