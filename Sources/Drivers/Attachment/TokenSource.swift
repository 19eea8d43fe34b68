public import Hardware

/// Keeps secrets and gives them out by name.
public protocol SecretSource: Sendable {
    /// - Throws: `DeviceError.unavailable` where there is none of that name, or it cannot be opened.
    func secret(_ name: String) throws(DeviceError) -> String
}

extension Attachment.TokenSource {
    func read(_ secrets: (any SecretSource)?) throws(DeviceError) -> String {
        let text: String
        switch self {
        case .environment(let name):
            guard let value = Directories.environment(name), !value.isEmpty else {
                throw DeviceError(
                    .unavailable, "no token: the environment variable \(name) is not set", cure: "set it to the token")
            }
            text = value
        case .file(let path):
            let bytes: [UInt8]
            do throws(DeviceError) { bytes = try DeviceImport.Source(path: path).bytes } catch {
                throw DeviceError(.unavailable, "no token: \(error.message)", cure: "write the token into the file")
            }
            text = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        case .secret(let name):
            guard let secrets else {
                throw DeviceError(
                    .unavailable, "no token: the secret '\(name)' is kept by a service, and this is none",
                    cure: "use the machine through the service, or give {\"file\": \"PATH\"}")
            }
            text = try secrets.secret(name)
        }
        let token = text.drop { $0 == " " }
        guard !token.isEmpty, token.utf8.count <= 16_384, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw DeviceError(
                .unavailable, "the token is empty, or holds spaces or characters that no token has",
                cure: "give the token alone, on one line")
        }
        return String(token)
    }
}
