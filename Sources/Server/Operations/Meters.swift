import Kernel
import Synchronization

/// Requests by operation and status, and how long they took, in Prometheus' text format 0.0.4.
final class Meters: Sendable {
    private struct Histogram {
        var buckets = [UInt64](repeating: 0, count: Meters.bounds.count + 1)
        var sum = 0.0

        mutating func take(_ value: Double) {
            buckets[Meters.bounds.firstIndex { value <= $0 } ?? Meters.bounds.count] += 1
            sum += value
        }
    }

    private struct State {
        var counts: [String: [Int: UInt64]] = [:]
        var times: [String: Histogram] = [:]
    }

    /// Seconds.
    private static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private let state = Mutex(State())

    func count(operation: String, status: Int, seconds: Double) {
        state.withLock { state in
            state.counts[operation, default: [:]][status, default: 0] += 1
            state.times[operation, default: Histogram()].take(seconds)
        }
    }

    var text: String {
        state.withLock { state in
            var lines = [
                "# HELP kelvin_http_requests_total Requests answered.", "# TYPE kelvin_http_requests_total counter",
            ]
            for (operation, counts) in state.counts.sorted(by: { $0.key < $1.key }) {
                for (status, count) in counts.sorted(by: { $0.key < $1.key }) {
                    lines.append(
                        "kelvin_http_requests_total{operation=\"\(operation)\",status=\"\(status)\"} \(count)")
                }
            }
            lines += [
                "# HELP kelvin_http_request_seconds Time from the head of a request to the head of its answer.",
                "# TYPE kelvin_http_request_seconds histogram",
            ]
            for (operation, histogram) in state.times.sorted(by: { $0.key < $1.key }) {
                var total: UInt64 = 0
                let name = "kelvin_http_request_seconds"
                for (bound, count) in zip(Self.bounds, histogram.buckets) {
                    total += count
                    lines.append("\(name)_bucket{operation=\"\(operation)\",le=\"\(bound)\"} \(total)")
                }
                total += histogram.buckets[Self.bounds.count]
                lines.append("\(name)_bucket{operation=\"\(operation)\",le=\"+Inf\"} \(total)")
                lines.append("\(name)_sum{operation=\"\(operation)\"} \(histogram.sum)")
                lines.append("\(name)_count{operation=\"\(operation)\"} \(total)")
            }
            return lines.joined(separator: "\n") + "\n"
        }
    }
}
