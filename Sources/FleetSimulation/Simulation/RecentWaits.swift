import Kernel

/// The usual forecast, to be measured against: the central quantiles of the last waits of a class.
struct RecentWaits: Sendable {
    private var waits: [[Double]] = Array(repeating: [], count: 4)
    private static let memory = 500

    mutating func observe(_ wait: Double, _ priority: Int) {
        waits[priority].append(wait)
        if waits[priority].count > Self.memory { waits[priority].removeFirst() }
    }

    func forecast(_ other: WaitForecaster.Forecast) -> WaitForecaster.Forecast {
        let own = waits[Int(other.priority.rawValue)].sorted()
        var result = other
        guard own.count >= 20 else { return result }
        result.lower = own[Int(0.05 * Double(own.count - 1))]
        result.upper = own[Int((0.95 * Double(own.count - 1)).rounded(.up))]
        return result
    }
}
