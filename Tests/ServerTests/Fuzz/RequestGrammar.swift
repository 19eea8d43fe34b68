import Foundation

@testable import Server

/// Makes requests of every operation that the description has, right ones and wrong ones, the same for the same seed.
struct RequestGrammar {
    /// One operation of the description.
    struct Operation {
        var method: String
        var path: String
        var parameters: [[String: Any]]
        var body: [String: Any]?
    }

    let operations: [Operation]
    private let schemas: [String: Any]
    private let parameters: [String: Any]
    private var random: SplitMix
    /// What stands for `{job}` and the like: what is there, for some, and what is not.
    var names: [String: [String]]

    init(seed: UInt64, names: [String: [String]]) throws {
        guard
            let document = try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json))
                as? [String: Any],
            let components = document["components"] as? [String: Any],
            let paths = document["paths"] as? [String: [String: Any]]
        else { throw TestFailure(text: "the description is no description") }
        schemas = components["schemas"] as? [String: Any] ?? [:]
        parameters = components["parameters"] as? [String: Any] ?? [:]
        random = SplitMix(state: seed)
        self.names = names
        operations = paths.keys.sorted().flatMap { path in
            (paths[path] ?? [:]).keys.sorted().compactMap { method -> Operation? in
                guard let operation = paths[path]?[method] as? [String: Any] else { return nil }
                let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: Any]
                let body = (content?["application/json"] as? [String: Any])?["schema"] as? [String: Any]
                return Operation(
                    method: method.uppercased(), path: path,
                    parameters: operation["parameters"] as? [[String: Any]] ?? [], body: body)
            }
        }
    }

    /// A request as bytes.
    ///
    /// - Parameter token: nil for none.
    mutating func request(_ operation: Operation, token: String?) -> [UInt8] {
        var path = ""
        for segment in operation.path.dropFirst().split(separator: "/") {
            path += "/"
            guard segment.first == "{" else {
                path += segment
                continue
            }
            let name = String(segment.dropFirst().dropLast())
            path += chance(4) ? encoded(hostileText()) : pick(names[name] ?? ["x"])
        }
        if chance(40) { path += pick(["/", "//", "/..", "/../..", "/%2e%2e/%2e%2e/etc/passwd", "%00", "/;a=b"]) }
        var fields: [String] = []
        for reference in operation.parameters {
            let parameter = resolved(reference, in: parameters)
            guard parameter["in"] as? String == "query", chance(2), let name = parameter["name"] as? String,
                // A wait costs time and tells nothing.
                name != "wait"
            else { continue }
            let value = chance(3) ? hostileText() : "\(value(parameter["schema"] as? [String: Any] ?? [:], depth: 0))"
            fields.append("\(name)=\(encoded(value))")
        }
        if chance(15) { fields.append("\(encoded(hostileText()))=\(encoded(hostileText()))") }
        if !fields.isEmpty { path += "?" + fields.joined(separator: "&") }
        let method =
            chance(60) ? pick(["PUT", "POST", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD"]) : operation.method
        var head = "\(method) \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        if let token { head += "Authorization: Bearer \(token)\r\n" }
        if chance(5) { head += "Idempotency-Key: \(pick(["k1", "k2", headerText()]))\r\n" }
        if chance(20) { head += "Accept: \(pick(["application/octet-stream", "text/csv", headerText()]))\r\n" }
        if chance(20) { head += "If-Match: \(pick(["*", "\"x\"", headerText()]))\r\n" }
        if chance(30) { head += "Last-Event-ID: \(pick(["0", "-1", "99999999999999999999", headerText()]))\r\n" }
        if chance(30) { head += "Cookie: kelvin_session=\(headerText())\r\n" }
        var body: [UInt8] = []
        if let schema = operation.body {
            let json = value(schema, depth: 0)
            body = Array(
                (try? JSONSerialization.data(withJSONObject: json, options: .fragmentsAllowed)) ?? Data("{}".utf8))
            if chance(2) { mutate(&body) }
        } else if chance(20) {
            body = Array("{}".utf8)
        }
        if !body.isEmpty || operation.body != nil {
            head +=
                "Content-Type: \(chance(30) ? headerText() : "application/json")\r\nContent-Length: \(body.count)\r\n"
        }
        return Array((head + "\r\n").utf8) + body
    }

    // What a schema allows, and now and then what it does not.
    private mutating func value(_ reference: [String: Any], depth: Int) -> Any {
        let schema = resolved(reference, in: schemas)
        if chance(40) { return wrongValue() }
        if depth > 6 { return "x" }
        if let words = schema["enum"] as? [Any] { return words[Int(random.next() % UInt64(words.count))] }
        if let word = schema["const"] { return word }
        for key in ["oneOf", "anyOf", "allOf"] {
            if let choices = schema[key] as? [[String: Any]], !choices.isEmpty {
                return value(choices[Int(random.next() % UInt64(choices.count))], depth: depth + 1)
            }
        }
        switch schema["type"] as? String {
        case "object":
            var object: [String: Any] = [:]
            let required = schema["required"] as? [String] ?? []
            let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
            for name in properties.keys.sorted() where required.contains(name) ? !chance(20) : chance(4) {
                object[name] = named(name) ?? value(properties[name] ?? [:], depth: depth + 1)
            }
            if chance(15) { object[hostileText()] = wrongValue() }
            return object
        case "array":
            return (0..<Int(random.next() % 4)).map { _ in
                value(schema["items"] as? [String: Any] ?? [:], depth: depth + 1)
            }
        case "integer", "number": return Int(random.next() % 120)
        case "boolean": return chance(2)
        default:
            if let pattern = schema["pattern"] as? String, pattern.contains("T\\d") { return "2030-01-01T00:00:00Z" }
            return chance(3)
                ? hostileText() : pick(["x", "local", "other", "local/main", "other/lab", "ideal", "job-1"])
        }
    }

    /// Values that get a request further than chance would.
    private mutating func named(_ name: String) -> Any? {
        switch name {
        case "program", "text":
            pick([
                TestService.bell, "OPENQASM 3.0; qubit q; bit c; c = measure q;", "OPENQASM 3.0; qubit[70] q;",
                "OPENQASM 3.0; include \"/etc/passwd\"; qubit q;", "\u{0}", hostileText(),
            ])
        case "device": pick(["ideal", "garnet-20", "any", "../secret", "/etc/passwd", "heron-133.json"])
        case "project": pick(["other/lab", "local/main", "other/nothing", hostileText()])
        case "user": pick(["local/alice", "other/eve", hostileText()])
        default: nil
        }
    }

    private mutating func wrongValue() -> Any {
        switch random.next() % 12 {
        case 0: NSNull()
        case 1: -1
        case 2: 1e308
        case 3: Int.max
        case 4: 0.1
        case 5: [Any]()
        case 6: [String: Any]()
        case 7: true
        case 8: nested(Int(random.next() % 200))
        default: hostileText()
        }
    }

    private func nested(_ depth: Int) -> Any { (0..<depth).reduce([] as [Any]) { inner, _ in [inner] } }

    private mutating func hostileText() -> String {
        pick([
            "", "'; DROP TABLE jobs; --", "\" OR 1=1 --", "../../../../etc/passwd", "..\\..\\x", "%2e%2e%2f", "\u{0}",
            "a\r\nSet-Cookie: x=y", "{{7*7}}", "<script>alert(1)</script>", "$(reboot)", "\u{202E}abc", "\u{1F600}",
            String(repeating: "A", count: 3_000), String(repeating: "ä", count: 90), "-1", "NaN", "1e999", "null",
            "job-99999999999999999999", "ses-4294967296", "*", "a/b/c", "=cmd|'/c calc'!A0", "\u{7F}", "\u{FFFF}",
        ])
    }

    /// What may stand in a header without ending it.
    private mutating func headerText() -> String {
        String(hostileText().unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.map(Character.init))
    }

    private mutating func mutate(_ body: inout [UInt8]) {
        for _ in 0...random.next() % 4 {
            guard !body.isEmpty else { return }
            let place = Int(random.next() % UInt64(body.count))
            switch random.next() % 8 {
            case 0: body[place] ^= UInt8(truncatingIfNeeded: 1 << (random.next() % 8))
            case 1: body[place] = UInt8(truncatingIfNeeded: random.next())
            case 2: body.removeSubrange(place..<min(body.count, place + Int(random.next() % 20)))
            case 3: body.insert(contentsOf: [0xFF, 0xFE, 0xC0, 0xAF], at: place)
            case 4: body = Array(body[..<place])
            case 5: body.insert(contentsOf: body[place..<min(body.count, place + 30)], at: place)
            case 6: body.insert(contentsOf: Array(repeating: 0x5B, count: 5_000), at: place)
            default: body.insert(contentsOf: Array("\"x\":1e99999,".utf8), at: place)
            }
        }
    }

    private func resolved(_ reference: [String: Any], in table: [String: Any]) -> [String: Any] {
        guard let name = (reference["$ref"] as? String)?.split(separator: "/").last else { return reference }
        return table[String(name)] as? [String: Any] ?? reference
    }

    private func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "%FF"
    }

    private mutating func pick(_ words: [String]) -> String { words[Int(random.next() % UInt64(words.count))] }

    /// One time in so many.
    mutating func chance(_ count: UInt64) -> Bool { random.next() % count == 0 }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }
}

/// The generator of Steele, Lea and Flood (2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
