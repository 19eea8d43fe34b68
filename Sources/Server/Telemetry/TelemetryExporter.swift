import CoreMetrics
@preconcurrency import Dispatch
import Drivers
import Foundation
import Kernel
import Logging
import Synchronization

/// Sends traces and metrics by OTLP over HTTP, from a thread of its own.
///
/// Nobody waits for it: spans go into a queue that holds so many and no more; those that find it full, or whose collector
/// does not answer, are dropped and counted (`kelvin_telemetry_dropped_total`).
final class TelemetryExporter: Sendable {
    private struct State {
        var spans: [FinishedSpan] = []
        var isScheduled = false
        var isFailing = false
    }

    private let endpoint: String
    private let client: HTTPClient
    private let metrics: Metrics
    private let dropped: any CounterHandler
    private let log: Logger
    private let resource: OTLP.Resource
    private let begin = TelemetryExporter.now
    private let queue = DispatchQueue(label: "telemetry")
    private let timer: any DispatchSourceTimer
    private let state = Mutex(State())

    static let capacity = 4_096
    /// Seconds between two sendings.
    private let interval: Double

    init(endpoint: String, metrics: Metrics, log: Logger, instance: String, interval: Double = 5) {
        var endpoint = endpoint
        while endpoint.hasSuffix("/") { endpoint.removeLast() }
        self.endpoint = endpoint
        self.metrics = metrics
        self.log = log
        self.interval = interval
        client = HTTPClient(timeout: 5, connectTimeout: 2, bodyLimit: 1 << 20)
        resource = OTLP.Resource(attributes: [
            .init("service.name", "kelvin"), .init("service.version", KelvinVersion.current),
            .init("service.instance.id", instance),
        ])
        metrics.describe("kelvin_telemetry_dropped_total", "Spans that no collector took.")
        dropped = metrics.makeCounter(label: "kelvin_telemetry_dropped_total", dimensions: [])
        dropped.increment(by: 0)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { [weak self] in self?.send() }
        timer.activate()
    }

    func take(_ span: FinishedSpan) {
        let isFull = state.withLock { state in
            if state.spans.count >= Self.capacity { return true }
            state.spans.append(span)
            return false
        }
        if isFull { dropped.increment(by: 1) }
    }

    /// Sends what is left; waits no longer than the collector takes to answer, or not to.
    func close() {
        timer.cancel()
        queue.sync { send() }
    }

    private func send() {
        let spans = state.withLock { state in
            defer { state.spans = [] }
            return state.spans
        }
        var failure: String?
        if !spans.isEmpty {
            failure = post("/v1/traces", DocumentCoding.encode(OTLP.Traces(spans, resource)))
            if failure != nil { dropped.increment(by: Int64(spans.count)) }
        }
        // A collector that is gone is asked once a round.
        if failure == nil {
            failure = post(
                "/v1/metrics",
                DocumentCoding.encode(OTLP.MetricsBody(metrics, resource, begin: begin, now: Self.now)))
        }
        let wasFailing = state.withLock { state in
            defer { state.isFailing = failure != nil }
            return state.isFailing
        }
        // Once when it begins and once when it is over: the log is no place for a line every few seconds.
        if let failure, !wasFailing {
            log.warning("telemetry is not taken", metadata: ["endpoint": "\(endpoint)", "error": "\(failure)"])
        } else if failure == nil, wasFailing {
            log.notice("telemetry is taken again", metadata: ["endpoint": "\(endpoint)"])
        }
    }

    /// Why it was not taken; nil where it was.
    private func post(_ path: String, _ body: [UInt8]) -> String? {
        do throws(HTTPClient.Failure) {
            let response = try client.send(
                .init(
                    method: "POST", url: endpoint + path, headers: [("Content-Type", "application/json")], body: body))
            return (200..<300).contains(response.status) ? nil : "status \(response.status)"
        } catch { return error.message }
    }

    static var now: UInt64 { UInt64(Date().timeIntervalSince1970 * 1e9) }
}

extension ServiceOptions {
    /// Whether traces can be sent there.
    public static func isTelemetryEndpoint(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty, parts.query == nil,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return false }
        return parts.scheme == "http" || parts.scheme == "https"
    }
}
