import Foundation
import Hardware
import Kernel
import NIOSSL
import Server

// What encrypts: whether the two files are there, belong together, and for how long.
extension Examination {
    var certificate: [Finding] {
        let name = "certificate"
        guard let path = options.certificate, let key = options.privateKey else {
            let isLocal = options.host == "localhost" || options.host == "::1" || options.host.hasPrefix("127.")
            return [
                isLocal
                    ? .ok(name, "none: the service is for this computer alone")
                    : .warning(
                        name, "none, and \(options.host) is not this computer",
                        cure: "give --certificate and --private-key, unless something in front of it encrypts")
            ]
        }
        do throws(KernelError) { try TransportFiles.check(certificate: path, privateKey: key) } catch {
            return [.failure(name, error.message, cure: error.cure ?? "")]
        }
        var found = [validity(of: path)]
        let rights = ((try? FileManager.default.attributesOfItem(atPath: key))?[.posixPermissions] as? NSNumber)?
            .intValue
        if let rights, rights & 0o077 != 0 {
            found.append(.failure("private key", "others may read \(key)", cure: "chmod 600 \(key)"))
        } else {
            found.append(.ok("private key", key))
        }
        return found
    }

    private func validity(of path: String) -> Finding {
        let name = "certificate"
        guard let first = try? NIOSSLCertificate.fromPEMFile(path).first else {
            return .failure(name, "\(path) holds none", cure: "give the chain as a PEM file")
        }
        let now = Date().timeIntervalSince1970, end = Double(first.notValidAfter)
        let shown = "until \(Timestamp.text(from: end))"
        let cure = "renew it and put it in the same place: it is taken without a restart"
        if now < Double(first.notValidBefore) {
            return .failure(
                name, "only from \(Timestamp.text(from: Double(first.notValidBefore))) on", cure: "set the clock")
        }
        if now > end { return .failure(name, "expired, \(shown)", cure: cure) }
        if end - now < 14 * 86_400 { return .warning(name, "\(shown), \(Int((end - now) / 86_400)) days", cure: cure) }
        return .ok(name, shown)
    }
}
