import CoreMetrics
import Synchronization

/// Requests by operation and status, and how long they took. The series of an operation are looked up once.
final class Meters: Sendable {
    private struct Row {
        var counts: [Int: any CounterHandler] = [:]
        var times: any TimerHandler
    }

    let metrics: Metrics
    private let rows = Mutex<[String: Row]>([:])

    private static let requests = "kelvin_http_requests_total", times = "kelvin_http_request_seconds"

    init(_ metrics: Metrics) {
        self.metrics = metrics
        metrics.describe(Self.requests, "Requests answered.")
        metrics.describe(Self.times, "Time from the head of a request to the head of its answer.")
    }

    func count(operation: String, status: Int, seconds: Double) {
        rows.withLock { rows in
            var row =
                rows[operation]
                ?? Row(times: metrics.makeTimer(label: Self.times, dimensions: [("operation", operation)]))
            let counter =
                row.counts[status]
                ?? metrics.makeCounter(
                    label: Self.requests, dimensions: [("operation", operation), ("status", "\(status)")])
            row.counts[status] = counter
            rows[operation] = row
            counter.increment(by: 1)
            row.times.recordNanoseconds(Int64(seconds * 1e9))
        }
    }
}
