import Synchronization
import Tracing

/// Traces for swift-distributed-tracing: what is finished goes to whoever takes it, without waiting.
struct SpanTracer: Tracer {
    let finish: @Sendable (FinishedSpan) -> Void

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> RunningSpan {
        var context = context()
        let parent = context.trace
        let own = parent?.child ?? .root()
        context.trace = own
        return RunningSpan(
            FinishedSpan(
                name: operationName, kind: kind, context: own, parent: parent?.span,
                start: instant().nanosecondsSinceEpoch), context, finish)
    }

    func activeSpan(identifiedBy context: InstrumentationContext) -> RunningSpan? { nil }

    func forceFlush() {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        if let header = extractor.extract(key: "traceparent", from: carrier), let found = TraceContext(header: header) {
            context.trace = found
        }
    }

    func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        if let trace = context.trace { injector.inject(trace.header, forKey: "traceparent", into: &carrier) }
    }
}

/// A span that is over, or would be now.
struct FinishedSpan: Sendable {
    struct Event: Sendable {
        var name: String
        var time: UInt64
        var attributes: SpanAttributes
    }

    var name: String
    var kind: SpanKind
    var context: TraceContext
    /// The span above it; nil for the first.
    var parent: String?
    /// Nanoseconds since 1970-01-01 UTC.
    var start: UInt64
    var end: UInt64 = 0
    var attributes: SpanAttributes = [:]
    var events: [Event] = []
    var links: [TraceContext] = []
    var error: String?
    var isGood = false
}

/// A span that runs.
final class RunningSpan: Span {
    let context: InstrumentationContext
    private let finish: @Sendable (FinishedSpan) -> Void
    private let state: Mutex<(span: FinishedSpan, isOver: Bool)>

    /// Of events, links and attributes each: what comes after is left out.
    private static let most = 128

    init(
        _ span: FinishedSpan, _ context: InstrumentationContext, _ finish: @escaping @Sendable (FinishedSpan) -> Void
    ) {
        self.context = context
        self.finish = finish
        state = Mutex((span, false))
    }

    var isRecording: Bool { state.withLock { !$0.isOver } }

    var operationName: String {
        get { state.withLock { $0.span.name } }
        set { change { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock { $0.span.attributes } }
        set { change { if newValue.count <= Self.most { $0.attributes = newValue } } }
    }

    private func change(_ body: (inout FinishedSpan) -> Void) {
        state.withLock { if !$0.isOver { body(&$0.span) } }
    }

    func setStatus(_ status: SpanStatus) {
        change { span in
            span.isGood = status.code == .ok
            span.error = status.code == .error ? status.message ?? "" : nil
        }
    }

    func addEvent(_ event: SpanEvent) {
        change { span in
            guard span.events.count < Self.most else { return }
            span.events.append(
                .init(name: event.name, time: event.nanosecondsSinceEpoch, attributes: event.attributes))
        }
    }

    func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = "\(type(of: error))"
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    func addLink(_ link: SpanLink) {
        guard let trace = link.context.trace else { return }
        change { if $0.links.count < Self.most { $0.links.append(trace) } }
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let time = instant().nanosecondsSinceEpoch
        let span = state.withLock { state -> FinishedSpan? in
            guard !state.isOver else { return nil }
            state.isOver = true
            state.span.end = max(time, state.span.start)
            return state.span
        }
        if let span, span.context.isSampled { finish(span) }
    }
}
