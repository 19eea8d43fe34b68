import Testing

@testable import Compiler

/// Against all corners of the solution space, which small programs have few of.
@Suite struct LinearProgramTests {
    /// The solution of a square system, by Gauss; nil where it has not exactly one.
    private func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
        var rows = zip(matrix, right).map { $0 + [$1] }
        let n = rows.count
        for k in 0..<n {
            guard let best = (k..<n).max(by: { abs(rows[$0][k]) < abs(rows[$1][k]) }), abs(rows[best][k]) > 1e-9 else {
                return nil
            }
            rows.swapAt(k, best)
            for other in 0..<n where other != k {
                let factor = rows[other][k] / rows[k][k]
                for column in k...n { rows[other][column] -= factor * rows[k][column] }
            }
        }
        return (0..<n).map { rows[$0][n] / rows[$0][$0] }
    }

    private func corners(_ matrix: [[Double]], _ right: [Double], _ columns: Int) -> [[Double]] {
        (0..<1 << columns).compactMap { set -> [Double]? in
            let chosen = (0..<columns).filter { set >> $0 & 1 == 1 }
            guard chosen.count == matrix.count,
                let values = solve(matrix.map { row in chosen.map { row[$0] } }, right),
                values.allSatisfy({ $0 > -1e-7 })
            else { return nil }
            var corner = Array(repeating: 0.0, count: columns)
            for (column, value) in zip(chosen, values) { corner[column] = value }
            return corner
        }
    }

    @Test func leastCornersInOrder() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<400 {
            let columns = Int.random(in: 3...7, using: &generator)
            let count = Int.random(in: 1...3, using: &generator)
            let matrix = (0..<count).map { _ in
                (0..<columns).map { _ in Double(Int.random(in: -3...3, using: &generator)) }
            }
            let inside = (0..<columns).map { _ in Double(Int.random(in: 0...4, using: &generator)) }
            let isFeasible = Bool.random(using: &generator)
            let right = matrix.map { row in
                isFeasible
                    ? zip(row, inside).reduce(0) { $0 + $1.0 * $1.1 }
                    : Double(Int.random(in: -9...9, using: &generator))
            }
            let costs = (0..<2).map { _ in
                (0..<columns).map { _ in Double(Int.random(in: 0...3, using: &generator)) }
            }
            var program = LinearProgram()
            for _ in 0..<columns { _ = program.addVariable() }
            for (row, value) in zip(matrix, right) {
                program.addEquation(row.enumerated().map { ($0.offset, $0.element) }, equals: value)
            }
            let corners = corners(matrix, right, columns)
            // Rows that repeat each other leave no square system: such a draw tells nothing of the least corner.
            let isFound = program.satisfy()
            if corners.isEmpty { continue }
            #expect(isFound)
            for cost in costs { program.minimise(cost.enumerated().map { ($0.offset, $0.element) }) }
            let values = program.values
            for (row, value) in zip(matrix, right) {
                #expect(abs(zip(row, values).reduce(0) { $0 + $1.0 * $1.1 } - value) < 1e-6)
            }
            func price(_ point: [Double], _ cost: [Double]) -> Double {
                zip(cost, point).reduce(0) { $0 + $1.0 * $1.1 }
            }
            let first = corners.map { price($0, costs[0]) }.min()!
            let second = corners.filter { price($0, costs[0]) < first + 1e-6 }.map { price($0, costs[1]) }.min()!
            #expect(abs(price(values, costs[0]) - first) < 1e-6)
            #expect(abs(price(values, costs[1]) - second) < 1e-6)
        }
    }

    @Test func contradictions() {
        var program = LinearProgram()
        let (x, y) = (program.addVariable(), program.addVariable())
        program.addEquation([(x, 1), (y, 1)], equals: -1)
        let isFound = program.satisfy()
        #expect(!isFound)
    }
}
