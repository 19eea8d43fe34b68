import Circuits

/// Reads the text of a pragma from left to right.
struct BraketScanner {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    }

    private func fault(_ message: String, _ cure: String? = nil) -> BraketPragma.Fault {
        BraketPragma.Fault(message: message, offset: min(position, max(0, bytes.count - 1)), cure: cure)
    }

    private mutating func run(_ belongs: (UInt8) -> Bool) -> String {
        skipBlanks()
        let start = position
        while position < bytes.count, belongs(bytes[position]) { position += 1 }
        defer { skipBlanks() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Letters, digits and underscores; empty where there are none.
    mutating func word() -> String { run { CharacterClass($0) != .other } }

    mutating func take(_ character: Character) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
        position += 1
        skipBlanks()
        return true
    }

    mutating func expect(_ character: Character) throws(BraketPragma.Fault) {
        if !take(character) { throw fault("'\(character)' is expected here") }
    }

    mutating func expectEnd() throws(BraketPragma.Fault) {
        skipBlanks()
        if position < bytes.count { throw fault("the pragma should end here") }
    }

    mutating func number() throws(BraketPragma.Fault) -> Double {
        skipBlanks()
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            position += 1
        }
        while position < bytes.count {
            let byte = bytes[position]
            let isExponent = byte | 0x20 == UInt8(ascii: "e")
            guard CharacterClass(byte) == .digit || byte == UInt8(ascii: ".") || isExponent else { break }
            position += 1
            if isExponent, position < bytes.count,
                bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
            {
                position += 1
            }
        }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else {
            position = start
            throw fault("a number is expected here")
        }
        skipBlanks()
        return value
    }

    /// `1`, `2.5im`, `-1 + 2im`.
    private mutating func complex() throws(BraketPragma.Fault) -> Complex {
        let first = try number()
        if takeUnit() { return Complex(0, first) }
        let sign = position < bytes.count ? bytes[position] : 0
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return Complex(first, 0) }
        position += 1
        let second = try number()
        if !takeUnit() { throw fault("the imaginary part ends with 'im'") }
        return Complex(first, sign == UInt8(ascii: "-") ? -second : second)
    }

    private mutating func takeUnit() -> Bool {
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "i"), bytes[position + 1] == UInt8(ascii: "m")
        else { return false }
        position += 2
        skipBlanks()
        return true
    }

    /// `[[a, b], [c, d]]` of 2, 4, 8… rows.
    mutating func matrix() throws(BraketPragma.Fault) -> Matrix {
        let start = position
        var rows: [[Complex]] = []
        try expect("[")
        repeat {
            try expect("[")
            var row = [try complex()]
            while take(",") { row.append(try complex()) }
            try expect("]")
            rows.append(row)
            if rows.count > 64 { throw fault("a matrix of more than 64 rows") }
        } while take(",")
        try expect("]")
        let count = rows.count
        guard count >= 2, count & (count - 1) == 0, rows.allSatisfy({ $0.count == count }) else {
            position = start
            throw fault("a matrix has 2, 4, 8… rows and as many columns")
        }
        return Matrix(dimension: count, elements: rows.flatMap { $0 })
    }

    /// `"0110"`
    mutating func bits() throws(BraketPragma.Fault) -> BitString {
        try expect("\"")
        let digits = word()
        guard let bits = BitString(digits), bits.count > 0 else { throw fault("a state is written as \"01\"") }
        try expect("\"")
        return bits
    }

    mutating func target() throws(BraketPragma.Fault) -> BraketPragma.Target {
        skipBlanks()
        let offset = position
        let name = run { CharacterClass($0) != .other || $0 == UInt8(ascii: "$") || $0 >= 0x80 }
        if name.isEmpty { throw fault("a qubit is expected here") }
        guard take("[") else { return BraketPragma.Target(name: name, selection: nil, offset: offset) }
        let selection = try selection()
        try expect("]")
        return BraketPragma.Target(name: name, selection: selection, offset: offset)
    }

    /// What stands in the brackets behind a register: an index, a set, a range.
    private mutating func selection() throws(BraketPragma.Fault) -> BraketPragma.Selection {
        if take("{") {
            var indices = [try index()]
            while take(",") { indices.append(try index()) }
            try expect("}")
            return .list(indices)
        }
        var parts = [try optionalIndex()]
        while parts.count < 3, take(":") { parts.append(try optionalIndex()) }
        if parts.count == 1, let index = parts[0] { return .list([index]) }
        if parts.count == 1 { throw fault("an index is expected here") }
        let step = parts.count == 3 ? parts[1] ?? 1 : 1
        if step == 0 { throw fault("the step of a range is 0") }
        return .range(first: parts[0], step: step, last: parts[parts.count - 1])
    }

    private mutating func optionalIndex() throws(BraketPragma.Fault) -> Int? {
        skipBlanks()
        guard position < bytes.count, bytes[position] != UInt8(ascii: ":"), bytes[position] != UInt8(ascii: "]") else {
            return nil
        }
        return try index()
    }

    private mutating func index() throws(BraketPragma.Fault) -> Int {
        let isNegative = take("-")
        let digits = run { CharacterClass($0) == .digit }
        // Registers are far smaller; larger numbers would overflow in the sums below.
        guard let value = Int(digits), value < 1 << 32 else { throw fault("an index is expected here") }
        return isNegative ? -value : value
    }

    mutating func targets() throws(BraketPragma.Fault) -> [BraketPragma.Target] {
        var result = [try target()]
        while take(",") { result.append(try target()) }
        return result
    }

    /// Nil for none, or for `all`.
    mutating func optionalTargets() throws(BraketPragma.Fault) -> [BraketPragma.Target]? {
        skipBlanks()
        if position == bytes.count { return nil }
        let result = try targets()
        return result.count == 1 && result[0].name == "all" && result[0].selection == nil ? nil : result
    }
}
