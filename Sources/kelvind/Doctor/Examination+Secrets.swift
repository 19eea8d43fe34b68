import Foundation
import Kernel
import Server

// What opens what is sealed, and whose signatures are believed.
extension Examination {
    var secrets: [Finding] {
        var found: [Finding] = []
        let keys = options.keyFile ?? options.directory + "/secrets.keys"
        if FileManager.default.fileExists(atPath: keys) {
            do throws(KernelError) {
                _ = try PrivateFile.read(keys)
                found.append(.ok("secrets", keys))
            } catch {
                found.append(.failure("secrets", error.message, cure: error.cure ?? "chmod 600 \(keys)"))
            }
        }
        if let path = options.identityProvider {
            do throws(KernelError) {
                try IdentityFile.check(path)
                found.append(.ok("identity provider", path))
            } catch {
                found.append(.failure("identity provider", error.message, cure: error.cure ?? "correct it"))
            }
        }
        return found
    }
}
