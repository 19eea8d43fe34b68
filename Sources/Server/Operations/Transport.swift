import Foundation
public import Kernel
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// How connections are encrypted: the only place that names the algorithms.
enum Transport {
    /// TLS 1.3 and nothing older; each handshake takes the certificate that is in force then.
    static func configuration(_ identity: TransportIdentity) -> TLSConfiguration {
        let now = identity.current
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: now.chain, privateKey: now.key)
        configuration.minimumTLSVersion = .tlsv13
        configuration.sslContextCallback = { _, promise in
            let now = identity.current
            var change = NIOSSLContextConfigurationOverride()
            change.certificateChain = now.chain
            change.privateKey = now.key
            promise.succeed(change)
        }
        return configuration
    }
}

/// The files of a certificate.
public enum TransportFiles {
    /// - Throws: `service.certificate` where they cannot be used, or do not belong together.
    public static func check(certificate: String, privateKey: String) throws(KernelError) {
        _ = try TransportIdentity.read(certificate, privateKey)
    }
}

/// The certificate and its key, read again when their files have changed: a renewed certificate needs no restart.
///
/// What cannot be used is logged and left alone; connections go on with what was good before.
final class TransportIdentity: Sendable {
    struct Pair: Sendable {
        var chain: [NIOSSLCertificateSource]
        var key: NIOSSLPrivateKeySource
    }

    private struct State {
        var pair: Pair
        var stamp: [Stamp]
    }

    /// What tells a file from the one that was there before.
    private struct Stamp: Hashable {
        var inode: Int?
        var size: UInt64?
        var time: Date?

        init?(_ path: String) {
            guard let found = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
            inode = found[.systemFileNumber] as? Int
            size = found[.size] as? UInt64
            time = found[.modificationDate] as? Date
        }
    }

    private let certificate: String
    private let privateKey: String
    private let log: Logger
    private let state: Mutex<State>

    /// - Throws: `service.certificate` where a file cannot be read, does not hold what it should, or the two do not belong
    ///   together.
    init(certificate: String, privateKey: String, log: Logger) throws(KernelError) {
        self.certificate = certificate
        self.privateKey = privateKey
        self.log = log
        let stamp = [certificate, privateKey].compactMap(Stamp.init)
        state = Mutex(State(pair: try Self.read(certificate, privateKey), stamp: stamp))
    }

    /// What is in force now.
    var current: Pair {
        let stamp = [certificate, privateKey].compactMap(Stamp.init)
        return state.withLock { state in
            if stamp.count == 2, stamp != state.stamp {
                // Two files are renewed one after the other: between the two they do not belong together, and are tried again
                // when the second has changed.
                state.stamp = stamp
                do throws(KernelError) {
                    state.pair = try Self.read(certificate, privateKey)
                    log.notice("the certificate was read again", metadata: ["certificate": "\(certificate)"])
                } catch {
                    log.error("the certificate stays as it was", metadata: ["error": "\(error.message)"])
                }
            }
            return state.pair
        }
    }

    fileprivate static func read(_ certificate: String, _ privateKey: String) throws(KernelError) -> Pair {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: privateKey, format: .pem))
            // Says whether the two belong together.
            _ = try NIOSSLContext(
                configuration: .makeServerConfiguration(certificateChain: chain, privateKey: key))
            return Pair(chain: chain, key: key)
        } catch {
            throw KernelError(
                .system, code: "service.certificate", "\(certificate) and \(privateKey) cannot be used: \(error)",
                cure: "give a certificate chain and its private key, both as PEM files")
        }
    }
}
