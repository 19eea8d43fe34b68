import Kernel
import NIOSSL

/// How connections are encrypted: the only place that names the algorithms.
enum Transport {
    /// TLS 1.3 and nothing older; the key exchange prefers the hybrid of X25519 and ML-KEM-768.
    ///
    /// - Throws: `service.certificate` where a file cannot be read or does not hold what it should.
    static func configuration(certificate: String, privateKey: String) throws(KernelError) -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
            let key = try NIOSSLPrivateKey(file: privateKey, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv13
            return configuration
        } catch {
            throw KernelError(
                .system, code: "service.certificate", "\(certificate) and \(privateKey) cannot be used: \(error)",
                cure: "give a certificate chain and its private key, both as PEM files")
        }
    }
}
