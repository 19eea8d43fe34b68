import Kernel

/// An object of a scenario file, read key by key; what nobody asked for is an error at the end.
struct ScenarioObject {
    private let values: [String: JSONValue]
    private let place: String
    private var seen: Set<String> = []

    init(_ value: JSONValue, at place: String) throws(ScenarioError) {
        guard case .object(let values) = value else {
            throw ScenarioError(place, "an object in braces belongs here")
        }
        self.values = values
        self.place = place
    }

    func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    func has(_ key: String) -> Bool { values[key] != nil }

    mutating func text(_ key: String, default fallback: String? = nil) throws(ScenarioError) -> String {
        guard let value = try value(key, optional: fallback != nil) else { return fallback ?? "" }
        guard case .text(let text) = value else { throw ScenarioError(path(key), "a text belongs here") }
        return text
    }

    mutating func flag(_ key: String, default fallback: Bool) throws(ScenarioError) -> Bool {
        guard let value = try value(key, optional: true) else { return fallback }
        guard case .flag(let flag) = value else { throw ScenarioError(path(key), "true or false belongs here") }
        return flag
    }

    mutating func number(
        _ key: String, in range: ClosedRange<Double>, default fallback: Double? = nil
    ) throws(ScenarioError) -> Double {
        guard let value = try value(key, optional: fallback != nil) else { return fallback ?? 0 }
        return try number(value, path(key), range)
    }

    mutating func integer(
        _ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil
    ) throws(ScenarioError) -> Int {
        guard let value = try value(key, optional: fallback != nil) else { return fallback ?? 0 }
        return try integer(value, path(key), range)
    }

    /// Reads a figure of the scheduler's, where it stands there.
    mutating func read(
        _ parameter: SchedulingParameter, into rules: inout SchedulingRules
    ) throws(ScenarioError) {
        let given: SchedulingParameter.Value?
        switch try value(parameter.name, optional: true) {
        case nil: return
        case .number(let number): given = .number(number)
        case .text(let word): given = .word(word)
        case .object, .list, .flag, .null: given = nil
        }
        do throws(SchedulingParameter.Fault) { try parameter.set(given, in: &rules) } catch {
            throw ScenarioError(path(parameter.name), error.message, cure: error.cure)
        }
    }

    mutating func range(_ key: String, in limits: ClosedRange<Int>) throws(ScenarioError) -> ClosedRange<Int> {
        guard let value = try value(key, optional: false) else { return limits }
        guard case .list(let list) = value, list.count == 2 else {
            throw ScenarioError(path(key), "a pair [least, most] belongs here")
        }
        let low = try integer(list[0], path(key), limits), high = try integer(list[1], path(key), limits)
        guard low <= high else { throw ScenarioError(path(key), "\(low) is more than \(high)") }
        return low...high
    }

    mutating func numbers(
        _ key: String, in range: ClosedRange<Double>, default fallback: [Double]
    ) throws(ScenarioError) -> [Double] {
        guard let value = try value(key, optional: true) else { return fallback }
        guard case .list(let list) = value else { throw ScenarioError(path(key), "a list of numbers belongs here") }
        var result: [Double] = []
        for entry in list { result.append(try number(entry, path(key), range)) }
        return result
    }

    mutating func object<T>(
        _ key: String, _ read: (inout ScenarioObject) throws(ScenarioError) -> T
    ) throws(ScenarioError) -> T {
        guard let value = try value(key, optional: false) else { throw ScenarioError(path(key), "missing") }
        var object = try ScenarioObject(value, at: path(key))
        let result = try read(&object)
        try object.finish()
        return result
    }

    mutating func list<T>(
        _ key: String, default fallback: [T]? = nil, _ read: (inout ScenarioObject) throws(ScenarioError) -> T
    ) throws(ScenarioError) -> [T] {
        guard let value = try value(key, optional: fallback != nil) else { return fallback ?? [] }
        guard case .list(let entries) = value else { throw ScenarioError(path(key), "a list in brackets belongs here") }
        var result: [T] = []
        for (k, entry) in entries.enumerated() {
            var object = try ScenarioObject(entry, at: "\(path(key))[\(k)]")
            result.append(try read(&object))
            try object.finish()
        }
        return result
    }

    /// - Throws: if a key is left that nobody asked for.
    func finish() throws(ScenarioError) {
        guard let extra = values.keys.filter({ !seen.contains($0) }).min() else { return }
        throw ScenarioError(
            path(extra), "there is no such key", cure: "the keys here are \(seen.sorted().joined(separator: ", "))")
    }

    private mutating func value(_ key: String, optional: Bool) throws(ScenarioError) -> JSONValue? {
        seen.insert(key)
        if let value = values[key] { return value }
        guard optional else { throw ScenarioError(path(key), "missing") }
        return nil
    }

    private func number(
        _ value: JSONValue, _ path: String, _ range: ClosedRange<Double>
    ) throws(ScenarioError) -> Double {
        guard case .number(let number) = value else { throw ScenarioError(path, "a number belongs here") }
        guard range.contains(number) else {
            throw ScenarioError(path, "\(number) is outside [\(range.lowerBound), \(range.upperBound)]")
        }
        return number
    }

    private func integer(_ value: JSONValue, _ path: String, _ range: ClosedRange<Int>) throws(ScenarioError) -> Int {
        guard case .number(let number) = value, let whole = Int(exactly: number) else {
            throw ScenarioError(path, "a whole number belongs here")
        }
        guard range.contains(whole) else {
            throw ScenarioError(path, "\(whole) is outside [\(range.lowerBound), \(range.upperBound)]")
        }
        return whole
    }
}

/// A JSON value as it stands in the file.
enum JSONValue: Decodable {
    case object([String: JSONValue])
    case list([JSONValue])
    case text(String)
    case number(Double)
    case flag(Bool)
    case null

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}
