import HTTPTypes
import Kernel
import Storage

extension Service {
    /// Tokens of attached machines: set, named, never shown.
    static let secretRoutes: [Route] = [
        Route(.get, "/v1/secrets", "listSecrets", .service(.admin, .read)) { call in
            try call.checkQuery()
            return .json(try call.service.vault.names().map(SecretDocument.init))
        },
        // Said twice it is the same; no digest of it is kept to tell.
        Route(
            .put, "/v1/secrets/{secret}", "setSecret", .service(.admin, .admin), bodyLimit: 64 << 10,
            repeatsReply: false
        ) { call in
            try call.checkQuery()
            let name = try call.secretName(), body: SecretBody = try call.decoded()
            try call.service.vault.set(name, to: body.value, at: call.received)
            return .json(SecretDocument(name: name))
        },
        Route(.delete, "/v1/secrets/{secret}", "removeSecret", .service(.admin, .admin)) { call in
            try call.checkQuery()
            let name = try call.secretName()
            guard try call.service.vault.remove(name, at: call.received) else {
                throw Problem(.notFound, "there is no secret '\(name)'", cure: "GET /v1/secrets lists them")
            }
            return Answer(.noContent)
        },
        Route(.post, "/v1/secrets", "rotateSecrets", .service(.admin, .admin)) { call in
            try call.checkQuery()
            return .json(RotationDocument(sealed: try call.service.vault.rotate(at: call.received)))
        },
    ]
}

private struct SecretBody: Decodable {
    var value: String

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["value"])
        value = try fields.required("value")
        guard (1...16_384).contains(value.utf8.count) else { throw fields.wrong("value", "expected 1 to 16384 bytes") }
    }
}

private struct SecretDocument: Encodable {
    var name: String
}

private struct RotationDocument: Encodable {
    /// Secrets that are sealed under the new key now.
    var sealed: Int
}

extension Call {
    fileprivate func secretName() throws -> String {
        let name = try parameter("secret")
        guard AccountName.isValid(name) else {
            throw Problem(
                .badField,
                "'\(name.clipped)' is no name: expected 1 to 40 of a-z, 0-9, '.', '_', '-', a letter or digit first")
        }
        return name
    }
}
