/// An object of a device file whose keys are known: typed access, and a fault for any other key.
struct JSONObject {
    let members: [(key: String, value: JSONNode)]
    let offset: Int

    /// - Parameter keys: all keys the format knows here.
    init(_ node: JSONNode, keys: [String]) throws(DeviceFileFault) {
        guard case .object(let members) = node.kind else { throw node.mismatch("an object") }
        self.members = members
        offset = node.offset
        for (key, value) in members where !keys.contains(key) {
            throw DeviceFileFault(
                "unknown key \"\(key)\"", cure: "the keys here are \(keys.joined(separator: ", "))", at: value.offset)
        }
    }

    func has(_ key: String) -> Bool { members.contains { $0.key == key } }

    func required<T>(
        _ key: String, _ read: (JSONNode) throws(DeviceFileFault) -> T
    ) throws(DeviceFileFault) -> T {
        guard let value = try optional(key, read) else {
            throw DeviceFileFault("\"\(key)\" is missing", cure: "add it", at: offset)
        }
        return value
    }

    func optional<T>(
        _ key: String, _ read: (JSONNode) throws(DeviceFileFault) -> T
    ) throws(DeviceFileFault) -> T? {
        guard let node = members.first(where: { $0.key == key })?.value else { return nil }
        do { return try read(node) } catch { throw error.inside(key) }
    }
}

extension JSONNode {
    func mismatch(_ wanted: String) -> DeviceFileFault {
        if case .null = kind {
            return DeviceFileFault(
                "null stands where \(wanted) belongs",
                cure: "give the figure, or leave the key out if it may be absent",
                at: offset)
        }
        return DeviceFileFault("\(excerpt) stands where \(wanted) belongs", cure: "give \(wanted)", at: offset)
    }

    func number() throws(DeviceFileFault) -> Double {
        guard case .number(let value) = kind else { throw mismatch("a number") }
        return value
    }

    func text() throws(DeviceFileFault) -> String {
        guard case .string(let value) = kind else { throw mismatch("a text") }
        return value
    }

    func flag() throws(DeviceFileFault) -> Bool {
        guard case .bool(let value) = kind else { throw mismatch("true or false") }
        return value
    }

    func elements<T>(
        _ read: (JSONNode) throws(DeviceFileFault) -> T
    ) throws(DeviceFileFault) -> [T] {
        guard case .array(let nodes) = kind else { throw mismatch("a list") }
        var result: [T] = []
        result.reserveCapacity(nodes.count)
        for (k, node) in nodes.enumerated() {
            do { result.append(try read(node)) } catch { throw error.inside(k) }
        }
        return result
    }

    /// A whole number in `range`.
    func integer(in range: ClosedRange<Int>) throws(DeviceFileFault) -> Int {
        let value = try number()
        guard let whole = Int(exactly: value) else { throw mismatch("a whole number") }
        guard range.contains(whole) else {
            let bounds =
                range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound)…\(range.upperBound)"
            throw DeviceFileFault("\(whole) is out of range", cure: "give a whole number, \(bounds)", at: offset)
        }
        return whole
    }

    /// A number in [0, 1].
    func probability() throws(DeviceFileFault) -> Double {
        let value = try number()
        guard value >= 0, value <= 1 else {
            throw DeviceFileFault(
                "\(excerpt) is outside [0, 1]", cure: "an error is a probability; 1 marks what is dead", at: offset)
        }
        return value
    }

    /// A positive time.
    func time() throws(DeviceFileFault) -> Seconds {
        let value = try number()
        guard value > 0 else {
            throw DeviceFileFault(
                "a time of \(excerpt) s", cure: "give a positive time in seconds, or leave the key out", at: offset)
        }
        return Seconds(value)
    }

    /// A time that may be zero.
    func timeOrZero() throws(DeviceFileFault) -> Seconds {
        let value = try number()
        guard value >= 0 else {
            throw DeviceFileFault("a time of \(excerpt) s", cure: "give a time in seconds, zero or more", at: offset)
        }
        return Seconds(value)
    }

    /// One of the words.
    func word<T>(_ choices: [(String, T)]) throws(DeviceFileFault) -> T {
        let value = try text()
        guard let choice = choices.first(where: { $0.0 == value }) else {
            let list = choices.map { "\"\($0.0)\"" }.joined(separator: ", ")
            throw DeviceFileFault("\(excerpt) is unknown", cure: "known: \(list)", at: offset)
        }
        return choice.1
    }
}
