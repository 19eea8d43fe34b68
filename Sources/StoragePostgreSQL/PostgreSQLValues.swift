import CPostgreSQL
import Kernel
import Storage

/// A statement that the server knows, and the types that it found for its values.
struct PreparedStatement {
    var name: String
    var types: [Oid]

    /// `?` becomes `$1`, `$2`…; those within quotes are texts.
    static func numbered(_ sql: String) -> String {
        var text = "", count = 0, isQuoted = false
        for character in sql {
            if character == "'" { isQuoted.toggle() }
            if character == "?", !isQuoted {
                count += 1
                text += "$\(count)"
            } else {
                text.append(character)
            }
        }
        return text
    }
}

/// Types by their number in `pg_type`, which never changes.
enum TypeNumber {
    static let bool: Oid = 16, bytea: Oid = 17, int8: Oid = 20, int4: Oid = 23, text: Oid = 25, float8: Oid = 701
    static let varchar: Oid = 1043
}

extension SQLValue {
    /// In the binary form of a type; nil for NULL.
    func encoded(as type: Oid) throws(SQLFailure) -> [UInt8]? {
        switch (self, type) {
        case (.null, _): return nil
        case (.integer(let value), TypeNumber.int8): return Self.bigEndian(value)
        case (.integer(let value), TypeNumber.float8): return Self.bigEndian(Double(value).bitPattern)
        case (.real(let value), TypeNumber.float8): return Self.bigEndian(value.bitPattern)
        case (.flag(let value), TypeNumber.bool): return [value ? 1 : 0]
        case (.bytes(let value), TypeNumber.bytea): return value
        case (.text(let value), TypeNumber.text), (.text(let value), TypeNumber.varchar):
            // The one character that PostgreSQL has no place for.
            guard !value.utf8.contains(0) else {
                throw .other(
                    KernelError(
                        .program, code: "storage.text", "a text holds the character U+0000, which cannot be kept",
                        cure: "leave it out"))
            }
            return Array(value.utf8)
        default: preconditionFailure("\(self) goes into a column of type \(type)")
        }
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian, Array.init)
    }
}

/// An answer of the server, freed when nobody holds it.
final class PostgreSQLResult {
    let pointer: OpaquePointer

    init(pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    /// Why a statement failed, by its SQLSTATE.
    var failure: SQLFailure {
        let state = PQresultErrorField(pointer, Int32(UInt8(ascii: "C"))).map { String(cString: $0) } ?? ""
        let text = PQresultErrorField(pointer, Int32(UInt8(ascii: "M"))).map { String(cString: $0) } ?? "no answer"
        let cure: String? =
            switch state {
            case "53100": "free space on the server's disk"
            case "53300": "allow the server more connections (max_connections)"
            case "55P03", "40P01", "40001": "another process holds the store; try again"
            case "25006": "the server only reads: give the address of the one that writes"
            case "57P01", "57P02", "57P03": "the server stops or starts; try again"
            default: nil
            }
        let error = KernelError(
            .system, code: "storage.postgresql", "the job store failed: \(text) (SQLSTATE \(state))", cure: cure)
        switch state {
        case "23505": return .collision(error)
        case "23503": return .orphan(error)
        default: return .other(error)
        }
    }
}

/// A row of an answer in binary form.
struct PostgreSQLRow: SQLRow {
    let result: PostgreSQLResult
    let row: Int32

    private func raw(_ column: Int) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(result.pointer, row, Int32(column)) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result.pointer, row, Int32(column)),
            count: Int(PQgetlength(result.pointer, row, Int32(column))))
    }

    private func type(_ column: Int) -> Oid { PQftype(result.pointer, Int32(column)) }

    func integer(_ column: Int) -> Int64? {
        guard let raw = raw(column) else { return nil }
        switch type(column) {
        case TypeNumber.int8: return Int64(bigEndian: raw.loadUnaligned(as: Int64.self))
        case TypeNumber.int4: return Int64(Int32(bigEndian: raw.loadUnaligned(as: Int32.self)))
        default: preconditionFailure("column \(column) of type \(type(column)) is no whole number")
        }
    }

    func real(_ column: Int) -> Double? {
        guard let raw = raw(column) else { return nil }
        guard type(column) == TypeNumber.float8 else { return integer(column).map(Double.init) }
        return Double(bitPattern: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)))
    }

    func text(_ column: Int) -> String? { raw(column).map { String(decoding: $0, as: UTF8.self) } }

    func bytes(_ column: Int) -> [UInt8]? { raw(column).map(Array.init) }

    func flag(_ column: Int) -> Bool { raw(column)?.first == 1 }
}

/// Words as C has them: an array of pointers that ends with NULL, good for the call.
enum CStrings {
    static func with<Value>(
        _ words: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Value
    ) -> Value? {
        let copies = words.map { word in
            let bytes = word.utf8CString
            let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
            _ = copy.initialize(from: bytes)
            return copy
        }
        defer { for copy in copies { copy.deallocate() } }
        let pointers = copies.map { UnsafePointer($0.baseAddress) } + [nil]
        return pointers.withUnsafeBufferPointer { $0.baseAddress.map(body) }
    }
}
