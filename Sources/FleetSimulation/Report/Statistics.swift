/// Figures over samples.
public enum Statistics {
    /// Jain's index of fairness, (Σx)²/(n·Σx²): 1 when all are served alike, 1/n when one has everything.
    public static func jain(_ values: [Double]) -> Double {
        let sum = values.reduce(0, +), squares = values.reduce(0) { $0 + $1 * $1 }
        return squares > 0 ? sum * sum / (Double(values.count) * squares) : 1
    }

    /// The value below which a part of the sorted values lies, interpolated.
    public static func quantile(_ sorted: [Float], _ part: Double) -> Double {
        guard let last = sorted.last else { return .nan }
        let place = part * Double(sorted.count - 1), low = Int(place)
        guard low + 1 < sorted.count else { return Double(last) }
        return Double(sorted[low]) + (Double(sorted[low + 1]) - Double(sorted[low])) * (place - Double(low))
    }

    public static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }

    /// Half the width of the 95 % interval of a mean, by Student's distribution.
    public static func halfWidth(_ values: [Double]) -> Double {
        let n = Double(values.count)
        guard n > 1 else { return .nan }
        let mean = mean(values)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
        return student(values.count - 1) * (variance / n).squareRoot()
    }

    /// The 97.5 % point of Student's distribution.
    private static func student(_ degrees: Int) -> Double {
        let table = [
            12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
            2.120, 2.110, 2.101, 2.093, 2.086,
        ]
        if degrees <= table.count { return table[degrees - 1] }
        // Cornish and Fisher's expansion around the normal point.
        let z = 1.959964, n = Double(degrees)
        return z + (z * z * z + z) / (4 * n) + (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / (96 * n * n)
    }
}
