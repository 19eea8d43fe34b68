import HTTPTypes
import Kernel
import Logging
import Storage
import Synchronization
import Tracing

/// What the service tells of itself: metrics always, traces where somebody takes them.
final class Telemetry: Sendable {
    let metrics = Metrics()
    private let exporter: TelemetryExporter?
    private let tracer: SpanTracer?
    /// Jobs on their way, and the request that each came with.
    private let jobs = Mutex<[JobID: TraceContext]>([:])

    private static let mostJobs = 100_000

    /// - Parameter endpoint: of a collector; nil for none.
    init(endpoint: String?, log: Logger) {
        let metrics = metrics
        let exporter = endpoint.map {
            TelemetryExporter(endpoint: $0, metrics: metrics, log: log, instance: Secrets.newID("kelvind-"))
        }
        self.exporter = exporter
        tracer = exporter.map { exporter in SpanTracer { exporter.take($0) } }
    }

    func close() { exporter?.close() }

    /// Answers a request within a span, the caller's own if it told of one.
    func serving(
        _ head: HTTPRequest, _ body: (RunningSpan?) async throws -> Void
    ) async rethrows {
        guard let tracer else { return try await body(nil) }
        var context = InstrumentationContext.topLevel
        tracer.extract(head.headerFields, into: &context, using: HeaderExtractor())
        try await tracer.withSpan(head.method.rawValue, context: context, ofKind: .server) { span in
            try await body(span)
        }
    }

    /// What the job does belongs to the trace of its submission.
    func note(submission job: JobID) {
        guard exporter != nil, let context = InstrumentationContext.current?.trace, context.isSampled else { return }
        jobs.withLock { if $0.count < Self.mostJobs { $0[job] = context } }
    }

    /// Tells of jobs that are over: a span each, and one in it for every state that the job was in.
    func note(_ news: JobNews, in storage: any KernelStorage) {
        guard let exporter else { return }
        let traced = jobs.withLock { jobs in news.settled.filter { jobs[$0] != nil } }
        if traced.isEmpty { return }
        // Whoever brings the news does not wait while the history is read.
        Task.detached(priority: .utility) { [self] in
            for job in traced {
                let history = try? storage.snapshot { store throws(KernelError) in try store.history(of: job) }
                guard let history, history.contains(where: { $0.fact.state?.isFinal == true }) else { continue }
                // Taken out before it is told, so that it is told once.
                guard let context = jobs.withLock({ $0.removeValue(forKey: job) }) else { continue }
                for span in Self.spans(of: job, history, within: context) { exporter.take(span) }
            }
        }
    }

    private static func spans(
        of job: JobID, _ history: [JournalEntry], within context: TraceContext
    ) -> [FinishedSpan] {
        let steps = history.compactMap { entry in entry.fact.state.map { (state: $0, time: nanoseconds(entry.time)) } }
        guard let first = steps.first, let last = steps.last(where: { $0.state.isFinal }) else { return [] }
        var whole = FinishedSpan(
            name: "job", kind: .internal, context: context.child, parent: context.span, start: first.time)
        whole.end = last.time
        whole.attributes["kelvin.job"] = "\(job)"
        whole.attributes["kelvin.state"] = "\(last.state)"
        if last.state == .failed { whole.error = "the job failed" }
        var spans = [whole]
        for (step, next) in zip(steps, steps.dropFirst()) where !step.state.isFinal {
            var span = FinishedSpan(
                name: "\(step.state)", kind: .internal, context: whole.context.child, parent: whole.context.span,
                start: step.time)
            span.end = max(next.time, step.time)
            span.attributes["kelvin.job"] = "\(job)"
            spans.append(span)
        }
        return spans
    }

    private static func nanoseconds(_ time: Double) -> UInt64 { UInt64(max(0, time) * 1e9) }
}

private struct HeaderExtractor: Extractor {
    func extract(key: String, from carrier: HTTPFields) -> String? {
        HTTPField.Name(key).flatMap { carrier[$0] }
    }
}
