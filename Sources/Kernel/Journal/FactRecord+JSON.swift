import Foundation

extension FactRecord {
    /// The row as JSON, keys sorted, as `JSONEncoder` would write it: a job leaves a dozen rows, so that the way there counts.
    public var json: String {
        var text = "{"
        func put(_ key: String, _ value: String?) {
            guard let value else { return }
            if text.utf8.count > 1 { text += "," }
            text += "\"\(key)\":"
            text += value
        }
        put("account", account.map { "\($0)" })
        put("card", card.map(Self.encoded))
        put("code", code.map { "\($0)" })
        put("count", count.map { "\($0)" })
        put("device", device.map { "\($0)" })
        put("end", end.map { "\($0)" })
        put("fence", fence.map { "\($0)" })
        put("flag", flag.map { "\($0)" })
        put("job", job.map { "\($0)" })
        put("kind", "\"\(kind)\"")
        put("last", last.map { "\($0)" })
        put("name", name.map(Self.encoded))
        put("profile", profile.map(Self.encoded))
        put("seconds", seconds.map { "\($0)" })
        put("session", session.map { "\($0)" })
        put("sites", sites.map { "[" + $0.map(String.init).joined(separator: ",") + "]" })
        put("start", start.map { "\($0)" })
        put("state", state.map { "\"\($0)\"" })
        put("worker", worker.map { "\($0)" })
        return text + "}"
    }

    private static func encoded(_ value: some Encodable) -> String {
        String(decoding: DocumentCoding.encode(value), as: UTF8.self)
    }
}
