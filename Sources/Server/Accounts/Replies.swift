import HTTPTypes
import Kernel
import Storage

/// Makes repeated requests get the answer of the first.
struct Replies: Sendable {
    let accounts: any AccountStorage

    /// Answers a call; where it has an idempotency key that was seen before, with what was answered then.
    func repeating(_ route: Route, _ call: Call) async throws -> Answer {
        guard route.repeatsReply, let key = try call.idempotencyKey() else { return try await route.answer(call) }
        let user = try call.caller.user.path
        let fingerprint = Secrets.fingerprint(
            Array("\(call.request.method.rawValue) \(call.request.path ?? "")\n".utf8) + call.body)
        let kept = try accounts.readAccounts { store throws(KernelError) in try store.reply(to: key, of: user) }
        if let kept {
            guard kept.fingerprint == fingerprint else {
                throw Problem(.keyReused, "the key '\(key.clipped)' stands for another request of yours")
            }
            guard !route.hidesReply else {
                throw Problem(
                    .keyReused, "it was done when the key came first; the answer held a secret, which is shown once",
                    cure: "look at the list; make another with a new key if the secret was lost")
            }
            return Answer.bytes(kept.body, HTTPResponse.Status(code: kept.status)).header(.idempotentReplayed, "true")
        }
        let answer = try await route.answer(call)
        guard case .bytes(let bytes) = answer.body, answer.status.kind == .successful else { return answer }
        let reply = KeptReply(
            fingerprint: fingerprint, status: Int(answer.status.code), body: route.hidesReply ? [] : bytes,
            time: call.received)
        try accounts.changeAccounts { store throws(KernelError) in
            try store.removeReplies(before: call.received - 86_400)
            try store.setReply(reply, to: key, of: user)
        }
        return answer
    }
}

extension HTTPField.Name {
    static let idempotentReplayed = HTTPField.Name("Idempotent-Replayed") ?? .contentType
}
