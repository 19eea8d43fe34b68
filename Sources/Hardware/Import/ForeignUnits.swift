/// Units and moments as other people write them.
enum ForeignUnits {
    /// Powers of ten of the units that occur; "" is a plain number, "S" what Braket writes for seconds.
    private static let exponents: [String: Int] = [
        "": 0, "s": 0, "S": 0, "sec": 0, "ms": -3, "us": -6, "µs": -6, "μs": -6, "ns": -9, "ps": -12, "Hz": 0, "kHz": 3,
        "MHz": 6, "GHz": 9,
    ]

    /// `value` in SI units, rounded once: 32 ns is 3.2e-08 and not 3.2000000000000005e-08.
    static func scaled(_ value: Double, exponent: Int) -> Double {
        if exponent == 0 || value == 0 { return value }
        let digits = "\(value)"
        guard let mark = digits.firstIndex(of: "e") else { return Double("\(digits)e\(exponent)") ?? 0 }
        let own = Int(digits[digits.index(after: mark)...]) ?? 0
        return Double("\(digits[..<mark])e\(own + exponent)") ?? 0
    }

    /// - Throws: a fault that names the unit, if it is unknown.
    static func scaled(_ value: Double, unit: JSONNode?) throws(DeviceFileFault) -> Double {
        guard let unit else { return value }
        let name = try unit.text()
        guard let exponent = exponents[name] else {
            throw DeviceFileFault(
                "the unit \"\(name)\" is unknown", cure: "known: s, ms, us, ns, ps, Hz, kHz, MHz, GHz", at: unit.offset
            ).inside("unit")
        }
        return scaled(value, exponent: exponent)
    }

    /// Seconds since 1970 of an ISO 8601 moment with any offset from UTC; fractions of a second are cut off. Without an
    /// offset UTC is meant.
    static func moment(_ node: JSONNode) throws(DeviceFileFault) -> Double {
        guard let seconds = moment(try node.text()) else {
            throw DeviceFileFault(
                "\(node.excerpt) is no moment", cure: "write it as 2025-02-26T15:26:08-05:00", at: node.offset)
        }
        return seconds
    }

    static func moment(_ text: String) -> Double? {
        var bytes = Array(text.utf8)
        guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ") else { return nil }
        bytes[10] = UInt8(ascii: "T")
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { $0 >= 0x30 && $0 <= 0x39 }
        }
        guard let base = Timestamp.seconds(from: String(decoding: bytes[..<19], as: UTF8.self) + "Z") else {
            return nil
        }
        if rest.isEmpty || rest.elementsEqual([UInt8(ascii: "Z")]) { return base }
        let sign = rest.first == UInt8(ascii: "-") ? -1.0 : rest.first == UInt8(ascii: "+") ? 1.0 : 0
        let digits = rest.dropFirst().filter { $0 != UInt8(ascii: ":") }
        guard sign != 0, digits.count == 4 || digits.count == 2, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        let values = digits.map { Double($0 - 0x30) }
        let hours = values[0] * 10 + values[1], minutes = values.count == 4 ? values[2] * 10 + values[3] : 0
        guard hours <= 23, minutes <= 59 else { return nil }
        return base - sign * (hours * 3_600 + minutes * 60)
    }
}
