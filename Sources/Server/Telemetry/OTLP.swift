import Kernel
import Tracing

/// The bodies of OTLP over HTTP in JSON (OpenTelemetry protocol 1.3, "JSON Protobuf Encoding"): names of traces and spans
/// in hexadecimal, 64-bit numbers as texts, enumerations as numbers.
enum OTLP {
    struct Attribute: Encodable {
        struct Value: Encodable {
            var stringValue: String?
            var intValue: String?
            var doubleValue: Double?
            var boolValue: Bool?
        }
        var key: String
        var value: Value

        init(_ key: String, _ text: String) {
            self.key = key
            value = Value(stringValue: text)
        }

        init(_ key: String, _ attribute: SpanAttribute) {
            self.key = key
            switch attribute {
            case .bool(let flag): value = Value(boolValue: flag)
            case .int32(let number): value = Value(intValue: "\(number)")
            case .int64(let number): value = Value(intValue: "\(number)")
            case .double(let number) where number.isFinite: value = Value(doubleValue: number)
            case .string(let text): value = Value(stringValue: text)
            default: value = Value(stringValue: "\(attribute)")
            }
        }

        static func list(_ attributes: SpanAttributes) -> [Attribute] {
            var list: [Attribute] = []
            attributes.forEach { list.append(Attribute($0, $1)) }
            return list.sorted { $0.key < $1.key }
        }
    }

    struct Resource: Encodable {
        var attributes: [Attribute]
    }

    struct Scope: Encodable {
        var name = "kelvin"
        var version = KelvinVersion.current
    }

    // MARK: Traces

    struct Traces: Encodable {
        var resourceSpans: [ResourceSpans]

        struct ResourceSpans: Encodable {
            var resource: Resource
            var scopeSpans: [ScopeSpans]
        }

        struct ScopeSpans: Encodable {
            var scope = Scope()
            var spans: [Span]
        }

        init(_ spans: [FinishedSpan], _ resource: Resource) {
            resourceSpans = [ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: spans.map(Span.init))])]
        }
    }

    struct Span: Encodable {
        struct Event: Encodable {
            var timeUnixNano: String
            var name: String
            var attributes: [Attribute]
        }

        struct Link: Encodable {
            var traceId: String
            var spanId: String
        }

        struct Status: Encodable {
            /// 0 unset, 1 good, 2 an error.
            var code: Int
            var message: String?
        }

        var traceId: String
        var spanId: String
        var parentSpanId: String?
        var name: String
        var kind: Int
        var startTimeUnixNano: String
        var endTimeUnixNano: String
        var attributes: [Attribute]
        var events: [Event]
        var links: [Link]
        var status: Status

        init(_ span: FinishedSpan) {
            traceId = span.context.trace
            spanId = span.context.span
            parentSpanId = span.parent
            name = span.name
            kind =
                switch span.kind {
                case .internal: 1
                case .server: 2
                case .client: 3
                case .producer: 4
                case .consumer: 5
                }
            startTimeUnixNano = "\(span.start)"
            endTimeUnixNano = "\(span.end)"
            attributes = Attribute.list(span.attributes)
            events = span.events.map {
                Event(timeUnixNano: "\($0.time)", name: $0.name, attributes: Attribute.list($0.attributes))
            }
            links = span.links.map { Link(traceId: $0.trace, spanId: $0.span) }
            status = Status(code: span.error != nil ? 2 : span.isGood ? 1 : 0, message: span.error)
        }
    }
}

// MARK: Metrics

extension OTLP {
    struct MetricsBody: Encodable {
        var resourceMetrics: [ResourceMetrics]

        struct ResourceMetrics: Encodable {
            var resource: Resource
            var scopeMetrics: [ScopeMetrics]
        }

        struct ScopeMetrics: Encodable {
            var scope = Scope()
            var metrics: [Metric]
        }

        /// - Parameters:
        ///   - begin: since when sums are summed, nanoseconds since 1970-01-01 UTC.
        ///   - now: likewise.
        init(_ metrics: Metrics, _ resource: Resource, begin: UInt64, now: UInt64) {
            var list: [Metric] = []
            for (key, reading) in metrics.snapshot {
                if list.last?.name != key.name {
                    list.append(Metric(name: key.name, description: metrics.description(of: key.name)))
                }
                list[list.count - 1].add(reading, key, begin, now)
            }
            resourceMetrics = [ResourceMetrics(resource: resource, scopeMetrics: [ScopeMetrics(metrics: list)])]
        }
    }

    struct Metric: Encodable {
        var name: String
        var description: String?
        var sum: Sum?
        var gauge: Gauge?
        var histogram: Histogram?

        /// Since the start of the process.
        static let cumulative = 2

        struct Sum: Encodable {
            var dataPoints: [Point] = []
            var aggregationTemporality = Metric.cumulative
            var isMonotonic = true
        }

        struct Gauge: Encodable { var dataPoints: [Point] = [] }

        struct Histogram: Encodable {
            var dataPoints: [Spread] = []
            var aggregationTemporality = Metric.cumulative
        }

        struct Point: Encodable {
            var attributes: [Attribute]
            var startTimeUnixNano: String?
            var timeUnixNano: String
            var asDouble: Double
        }

        struct Spread: Encodable {
            var attributes: [Attribute]
            var startTimeUnixNano: String
            var timeUnixNano: String
            var count: String
            var sum: Double
            var bucketCounts: [String]
            var explicitBounds: [Double]
        }

        init(name: String, description: String?) {
            self.name = name
            self.description = description
        }

        mutating func add(_ reading: Series.Reading, _ key: SeriesKey, _ begin: UInt64, _ now: UInt64) {
            let attributes = key.dimensions.map { Attribute($0.name, $0.value) }
            switch reading {
            case .counter(let value):
                sum = sum ?? Sum()
                sum?.dataPoints.append(
                    Point(
                        attributes: attributes, startTimeUnixNano: "\(begin)", timeUnixNano: "\(now)", asDouble: value))
            case .gauge(let value):
                gauge = gauge ?? Gauge()
                gauge?.dataPoints.append(
                    Point(attributes: attributes, startTimeUnixNano: nil, timeUnixNano: "\(now)", asDouble: value))
            case .histogram(let buckets, let total):
                histogram = histogram ?? Histogram()
                histogram?.dataPoints.append(
                    Spread(
                        attributes: attributes, startTimeUnixNano: "\(begin)", timeUnixNano: "\(now)",
                        count: "\(buckets.reduce(0, +))", sum: total, bucketCounts: buckets.map { "\($0)" },
                        explicitBounds: Series.bounds))
            }
        }
    }
}
