import CoreMetrics
import Foundation
import Kernel
import Logging
import Synchronization
import Testing
import Tracing

@testable import Server

/// Traces and metrics as a collector gets them.
@Suite struct TelemetryTests {
    /// Takes what is sent, and refuses while it is told to.
    private final class Collector: Sendable {
        let port: Int
        private let listener: Int32
        private let bodies = Mutex<[(path: String, body: [UInt8])]>([])

        init() throws {
            (listener, port) = try TelemetryTests.listening()
            let opened = listener
            Thread.detachNewThread { [weak self] in
                while true {
                    let connection = accept(opened, nil, nil)
                    guard connection >= 0, let self else { return }
                    self.read(connection)
                    close(connection)
                }
            }
        }

        deinit { shutdown(listener, Int32(SHUT_RDWR)) }

        private func read(_ connection: Int32) {
            var bytes: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = recv(connection, &buffer, buffer.count, 0)
                if count <= 0 { return }
                bytes += buffer[..<count]
                guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { continue }
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                let length =
                    head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
                guard bytes.count >= end.upperBound + length else { continue }
                let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                bodies.withLock { $0.append((path, Array(bytes[end.upperBound...]))) }
                let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}".utf8)
                send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
                return
            }
        }

        func objects(_ path: String) -> [[String: Any]] {
            bodies.withLock { $0 }.filter { $0.path == path }.compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.body))) as? [String: Any]
            }
        }

        var spans: [[String: Any]] {
            objects("/v1/traces").flatMap { body in
                (body["resourceSpans"] as? [[String: Any]] ?? []).flatMap { resource in
                    (resource["scopeSpans"] as? [[String: Any]] ?? []).flatMap { $0["spans"] as? [[String: Any]] ?? [] }
                }
            }
        }
    }

    private static func listening() throws -> (descriptor: Int32, port: Int) {
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(opened, $0, size) == 0 && listen(opened, 16) == 0 && getsockname(opened, $0, &size) == 0
            }
        }
        try #require(isBound)
        return (opened, Int(UInt16(bigEndian: address.sin_port)))
    }

    @Test func aJobIsATraceFromItsRequestToItsEnd() async throws {
        let collector = try Collector()
        let service = try await TestService { $0.telemetryEndpoint = "http://127.0.0.1:\(collector.port)" }
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let body = String(decoding: try JSONSerialization.data(withJSONObject: TestService.submission()), as: UTF8.self)
        let answer = try await service.send(
            "POST", "/v1/jobs?wait=30", token: service.admin, body: body,
            headers: [("traceparent", "00-\(trace)-00f067aa0ba902b7-01")])
        #expect(answer.object["status"] as? String == "completed")
        // Its span is made beside the answer.
        try await Task.sleep(for: .milliseconds(300))
        try await service.stop()
        let spans = collector.spans.filter { $0["traceId"] as? String == trace }
        let request = try #require(spans.first { $0["name"] as? String == "POST /v1/jobs" })
        #expect(request["parentSpanId"] as? String == "00f067aa0ba902b7" && request["kind"] as? Int == 2)
        let job = try #require(spans.first { $0["name"] as? String == "job" })
        #expect(job["parentSpanId"] as? String == request["spanId"] as? String)
        let states = spans.filter { $0["parentSpanId"] as? String == job["spanId"] as? String }
        #expect(Set(states.compactMap { $0["name"] as? String }).isSuperset(of: ["queued", "compiling", "running"]))
        for span in spans {
            let start = try #require((span["startTimeUnixNano"] as? String).flatMap(UInt64.init))
            let end = try #require((span["endTimeUnixNano"] as? String).flatMap(UInt64.init))
            #expect(start <= end && start > 1_700_000_000_000_000_000)
            #expect((span["spanId"] as? String)?.count == 16)
        }
        let metrics = collector.objects("/v1/metrics")
        #expect(!metrics.isEmpty && "\(metrics)".contains("kelvin_http_requests_total"))
    }

    /// A collector that takes connections and says nothing costs no job anything.
    @Test func nobodyWaitsForACollectorThatHangs() async throws {
        let (listener, port) = try Self.listening()
        let service = try await TestService { $0.telemetryEndpoint = "http://127.0.0.1:\(port)" }
        // One sending would hold each for 5 s.
        let begin = ContinuousClock.now
        for _ in 0..<12 { _ = try await service.finished() }
        #expect(begin.duration(to: .now) < .seconds(50))
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        try await service.stop()
    }

    /// The queue before a collector that is gone has an end, and what is dropped is counted.
    @Test func whatNobodyTakesIsDroppedAndCounted() {
        let metrics = Metrics()
        let exporter = TelemetryExporter(
            endpoint: "http://127.0.0.1:9", metrics: metrics, log: Logger(label: "test"), instance: "x", interval: 3_600
        )
        let span = FinishedSpan(name: "x", kind: .internal, context: .root(), parent: nil, start: 1)
        for _ in 0..<TelemetryExporter.capacity + 10 { exporter.take(span) }
        #expect(metrics.prometheusText.contains("kelvin_telemetry_dropped_total 10\n"))
        exporter.close()
        #expect(metrics.prometheusText.contains("kelvin_telemetry_dropped_total \(TelemetryExporter.capacity + 10)\n"))
    }

    @Test func headersOfTracesAreReadAsTheSpecificationSays() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        #expect(TraceContext(header: good)?.header == good)
        #expect(TraceContext(header: good.dropLast(2) + "00")?.isSampled == false)
        // A later version may say more.
        #expect(TraceContext(header: "cc" + good.dropFirst(2) + "-what-ever") != nil)
        for wrong in [
            "", "00", good + "-x", good.uppercased(), "ff" + good.dropFirst(2),
            good.replacing("4bf92f", with: "4bf92g"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        ] { #expect(TraceContext(header: wrong) == nil, "\(wrong)") }
    }

    @Test func seriesAreCountedWithoutEndOfMemory() {
        let metrics = Metrics()
        metrics.makeCounter(label: "jobs", dimensions: [("b", "2"), ("a", "x\"y\\z\n")]).increment(by: 3)
        metrics.makeCounter(label: "jobs", dimensions: [("a", "x\"y\\z\n"), ("b", "2")]).increment(by: 4)
        metrics.makeTimer(label: "wait", dimensions: []).recordNanoseconds(2_000_000)
        let text = metrics.prometheusText
        #expect(text.contains("jobs{a=\"x\\\"y\\\\z\\n\",b=\"2\"} 7\n"), "\(text)")
        #expect(text.contains("wait_bucket{le=\"0.001\"} 0\n") && text.contains("wait_bucket{le=\"0.0025\"} 1\n"))
        #expect(text.contains("wait_count 1\n") && text.contains("wait_sum 0.002\n"))
        for k in 0..<20_000 { metrics.makeCounter(label: "name-\(k)", dimensions: []).increment(by: 1) }
        #expect(metrics.snapshot.count <= 10_001)
    }
}
