import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Kernel
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import Storage
import Synchronization
public import UnixSignals

extension Service {
    /// Serves until it is told to end: then requests and running parts come to their end.
    ///
    /// - Parameters:
    ///   - signals: those that end it.
    ///   - onStart: told the port once connections are taken.
    public func run(
        endingOn signals: [UnixSignal] = [.sigterm, .sigint], onStart: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        let server = try httpServer()
        let application = Application(
            responder: Responder(service: self), server: server,
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), serverName: "kelvin"),
            onServerRunning: { channel in onStart(channel.localAddress?.port ?? 0) }, logger: quietLog)
        // Ended in the reverse order: first no more requests, then no more work.
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: Work(service: self)), .init(service: application),
                    .init(service: Farewell(service: self)),
                ], gracefulShutdownSignals: signals, logger: quietLog))
        running.withLock { $0 = group }
        defer { running.withLock { $0 = nil } }
        defer {
            trail.flush()
            telemetry.close()
            lock.unlock()
        }
        try await group.run()
    }

    /// Ends it as a signal would.
    public func stop() async { await running.withLock { $0 }?.triggerGracefulShutdown() }

    private func httpServer() throws -> HTTPServerBuilder {
        let seconds = options.requestSeconds
        let limits = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)
        let plain = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestDeadline(seconds: seconds)], idleTimeout: .seconds(60),
            httpDecoderConfiguration: limits)
        guard let certificate = options.certificate, let key = options.privateKey else {
            return HTTPServerBuilder { OnEventLoop(base: HTTP1Channel(responder: $0, configuration: plain)) }
        }
        var upgrade = HTTP2UpgradeChannel.Configuration()
        upgrade.idleTimeout = .seconds(60)
        // The same limits for what comes encrypted: on HTTP/1.1, and on each stream of HTTP/2.
        upgrade.streamConfiguration = plain
        let identity = try TransportIdentity(certificate: certificate, privateKey: key, log: log)
        return HTTPServerBuilder { [upgrade] responder in
            OnEventLoop(
                base: try HTTP2UpgradeChannel(
                    tlsConfiguration: Transport.configuration(identity), configuration: upgrade, responder: responder))
        }
    }

    /// The server's own talk is for who looks for a fault.
    private var quietLog: Logger {
        var log = log
        log.logLevel = max(log.logLevel, .notice)
        return log
    }
}

/// The kernel at work, as a part of the service that begins first and ends last.
private struct Work: ServiceLifecycle.Service {
    let service: Service

    func run() async throws {
        let runtime = service.runtime
        let work = Task { await runtime.drain(idleSeconds: .infinity) }
        let tidying = Task { await tidyUp() }
        defer { tidying.cancel() }
        try? await gracefulShutdown()
        let left = await runtime.standDown(within: service.options.graceSeconds)
        service.log.notice("stopped", metadata: ["partsLeft": "\(left)"])
        work.cancel()
    }
}

extension Work {
    /// What killed processes left behind is removed now, and every few hours.
    private func tidyUp() async {
        while !Task.isCancelled {
            do throws(KernelError) {
                let count = try service.storage.removeOrphans()
                if count > 0 { service.log.notice("removed orphans", metadata: ["blobs": "\(count)"]) }
            } catch { service.log.warning("orphans", metadata: ["error": "\(error.message)"]) }
            try? await Task.sleep(for: .seconds(6 * 3_600))
        }
    }
}

/// Sends home whoever waits, when the service ends: the server waits for its requests.
private struct Farewell: ServiceLifecycle.Service {
    let service: Service

    func run() async throws {
        try? await gracefulShutdown()
        service.log.notice("stopping")
        service.signals.close()
    }
}
