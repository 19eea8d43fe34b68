import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import Storage
import Tracing

/// What a connection tells of itself.
struct ConnectionContext: InitializableFromSource, Sendable {
    /// The address of the other end, without its port.
    let address: String

    init(source: ApplicationRequestContextSource) {
        address = source.channel.remoteAddress?.ipAddress ?? "local"
    }
}

/// Every request's way: its route, its caller, the gate, its body, the answer, and the traces it leaves.
struct Responder: HTTPResponder {
    let service: Service

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        var response = Response(status: .internalServerError)
        try await service.telemetry.serving(request.head) { span in
            response = try await respond(to: request, context, span)
        }
        return response
    }

    private func respond(
        to request: Request, _ context: ConnectionContext, _ span: RunningSpan?
    ) async throws -> Response {
        let begin = ContinuousClock.now
        var trace = Trace(id: Secrets.newID(""), address: context.address, method: request.head.method)
        var answer: Answer
        do {
            answer = try await self.answer(request, &trace).conditional(on: request.head)
        } catch {
            let problem = self.problem(error, trace.id)
            trace.code = problem.code
            if let subject = problem.subject { trace.target = subject }
            let door = trace.route.map(\.door) ?? FrontDoor.at(request.uri.path)
            answer = door?.refusal(problem, request.head) ?? problem.answer(instance: trace.id)
            for field in problem.headers where answer.headers[field.name] == nil { answer.headers.append(field) }
        }
        answer.headers[.requestID] = trace.id
        if answer.headers[.cacheControl] == nil { answer.headers[.cacheControl] = "no-store" }
        answer.headers[.xContentTypeOptions] = "nosniff"
        service.note(trace, answer.status, begin.duration(to: .now))
        if let span { trace.describe(answer.status, in: span) }
        var response = answer.response()
        if request.head.method == .head { response = response.createHeadResponse() }
        return response
    }

    private func problem(_ error: any Error, _ request: String) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as KernelError: return Problem(error)
        case is CancellationError: return Problem(.shuttingDown, "the service is shutting down")
        default:
            service.log.error("a fault", metadata: ["request": "\(request)", "error": "\(error)"])
            return Problem(.fault, "the request met a fault of the service")
        }
    }

    private func answer(_ request: Request, _ trace: inout Trace) async throws -> Answer {
        let received = service.clock.now
        let (route, parameters) = try service.table.match(request.head.method, request.uri.path)
        trace.route = route
        let identity = try await service.identify(request.head, for: route, from: trace.address, now: received)
        trace.identity = identity
        trace.target = parameters.values.joined(separator: "/")
        try service.limits.admit(identity, from: trace.address, now: received)
        let storage = service.storage
        // Asked of the kernel for those alone who bear a token.
        var session: SessionOutlook?
        if identity != nil, let index = parameters["session"].flatMap({ SessionIndex(name: $0) }) {
            session = try await service.runtime.session(index)
        }
        let record = try identity == nil ? nil : service.record(route, named: parameters["record"])
        let admission: Gate.Admission
        do {
            admission = try service.gate.admit(
                route.access, identity, parameters: { parameters[$0] }, session: session, record: record
            ) { id throws(KernelError) in
                try storage.snapshot { store throws(KernelError) in try store.summary(of: id) }
            }
        } catch {
            guard let kept = try service.replies.kept(route, request.head, of: identity) else { throw error }
            return kept
        }
        let body = try await self.body(of: request, limit: route.bodyLimit)
        try route.door?.proof?(request.head, body, received)
        let call = Call(
            service: service, request: request.head, id: trace.id, address: trace.address, identity: identity,
            admission: admission,
            body: body, received: received, parameters: parameters, query: try Query(request.uri.query))
        guard route.isLaborious || body.count > Self.quickBody else {
            return try await service.replies.repeating(route, call)
        }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await service.replies.repeating(route, call)
        }
    }

    /// What a longer body asks for is not answered on the thread of its connection, bytes.
    private static let quickBody = 16 << 10

    private func body(of request: Request, limit: Int) async throws -> [UInt8] {
        if let text = request.headers[.contentLength], let length = Int(text), length > limit {
            // What is not read is not waited for either.
            throw Problem(
                .tooLarge,
                limit == 0
                    ? "this request has no body, \(length) bytes came along"
                    : "the body has \(length) bytes, \(limit) are possible"
            ).header(.connection, "close")
        }
        guard limit > 0 else { return [] }
        do {
            return Array(buffer: try await request.body.collect(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw Problem(.tooLarge, "the body has more than \(limit) bytes").header(.connection, "close")
        }
    }
}

/// What is known of a request when it has been answered, for the log, the meters and the audit trail.
struct Trace: Sendable {
    let id: String
    let address: String
    let method: HTTPRequest.Method
    var route: Route?
    var identity: Identity?
    var target = ""
    /// Of a problem.
    var code: String?

    init(id: String, address: String, method: HTTPRequest.Method) {
        self.id = id
        self.address = address
        self.method = method
    }

    /// By OpenTelemetry's conventions for HTTP servers.
    func describe(_ status: HTTPResponse.Status, in span: RunningSpan) {
        if let route { span.operationName = "\(method.rawValue) \(route.path)" }
        span.updateAttributes { attributes in
            attributes["http.request.method"] = method.rawValue
            attributes["http.response.status_code"] = Int(status.code)
            attributes["client.address"] = address
            attributes["kelvin.request"] = id
            if let route {
                attributes["http.route"] = route.path
                attributes["kelvin.operation"] = route.operation
            }
            if let code { attributes["error.type"] = code }
        }
        if status.code >= 500 { span.setStatus(SpanStatus(code: .error, message: code)) }
    }
}
