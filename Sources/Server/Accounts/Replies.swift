import HTTPTypes
import Kernel
import Storage

/// Makes repeated requests get the answer of the first.
struct Replies: Sendable {
    let accounts: any AccountStorage

    /// Answers a call; where it has an idempotency key that was seen before, with what was answered then.
    func repeating(_ route: Route, _ call: Call) async throws -> Answer {
        guard route.repeatsReply, let key = try call.request.idempotencyKey() else {
            return try await route.answer(call)
        }
        let user = try call.caller.user.path
        if let kept = try kept(route, call.request, call.body, key: key, of: user) { return kept }
        let answer = try await route.answer(call)
        guard answer.status.kind == .successful else { return answer }
        let bytes: [UInt8]
        switch answer.body {
        case .none: bytes = []
        case .bytes(let body): bytes = body
        case .stream: return answer
        }
        let reply = KeptReply(
            fingerprint: Self.fingerprint(call.request, call.body), status: Int(answer.status.code),
            body: route.hidesReply ? [] : bytes, time: call.received)
        try accounts.changeAccounts { store throws(KernelError) in
            try store.removeReplies(before: call.received - 86_400)
            try store.setReply(reply, to: key, of: user)
        }
        return answer
    }

    /// What was answered when a user first sent a request with its key; nil where it is new, or has none. What was removed is
    /// not there when it is to be removed again, and yet the answer is.
    func kept(_ route: Route, _ request: HTTPRequest, of identity: Identity?) throws -> Answer? {
        guard route.repeatsReply, route.bodyLimit == 0, let identity, let key = try request.idempotencyKey() else {
            return nil
        }
        return try kept(route, request, [], key: key, of: identity.user.path)
    }

    private func kept(
        _ route: Route, _ request: HTTPRequest, _ body: [UInt8], key: String, of user: String
    ) throws -> Answer? {
        let kept = try accounts.readAccounts { store throws(KernelError) in try store.reply(to: key, of: user) }
        guard let kept else { return nil }
        guard kept.fingerprint == Self.fingerprint(request, body) else {
            throw Problem(.keyReused, "the key '\(key.clipped)' stands for another request of yours")
        }
        guard !route.hidesReply else {
            throw Problem(
                .keyReused, "it was done when the key came first; the answer held a secret, which is shown once",
                cure: "look at the list; make another with a new key if the secret was lost")
        }
        let status = HTTPResponse.Status(code: kept.status)
        let answer = kept.body.isEmpty ? Answer(status) : Answer.bytes(kept.body, status)
        return answer.header(.idempotentReplayed, "true")
    }

    private static func fingerprint(_ request: HTTPRequest, _ body: [UInt8]) -> String {
        Secrets.fingerprint(Array("\(request.method.rawValue) \(request.path ?? "")\n".utf8) + body)
    }
}

extension HTTPRequest {
    /// - Throws: `bad-request` for one that is no key.
    func idempotencyKey() throws -> String? {
        guard let key = headerFields[.idempotencyKey] else { return nil }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem(.badRequest, "Idempotency-Key: expected 1 to 200 visible characters without spaces")
        }
        return key
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .contentType
    static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed") ?? .contentType
}
