/// A place in a buffer of bytes that nobody trusts: every step forward is checked.
struct ByteCursor {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// Bytes not yet read.
    var remaining: Int { bytes.endIndex - place }

    func fault(_ message: String, cure: String? = nil) -> QPYError {
        QPYError(message: message, cure: cure, offset: place)
    }

    mutating func take(_ count: Int) throws(QPYError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else {
            throw fault("the file is cut off: \(count) more bytes belong here, \(remaining) are left")
        }
        defer { place += count }
        return bytes[place..<place + count]
    }

    /// As many bytes as a length field said, on their own.
    mutating func section(_ length: some BinaryInteger) throws(QPYError) -> ByteCursor {
        ByteCursor(try take(Int(clamping: length)))
    }

    mutating func byte() throws(QPYError) -> UInt8 { try take(1).first! }

    mutating func flag() throws(QPYError) -> Bool { try byte() != 0 }

    mutating func integer<T: FixedWidthInteger>(_ type: T.Type, isLittleEndian: Bool = false) throws(QPYError) -> T {
        var value: T = 0
        for (k, byte) in try take(T.bitWidth / 8).enumerated() {
            value |= T(truncatingIfNeeded: byte) << ((isLittleEndian ? k : T.bitWidth / 8 - 1 - k) * 8)
        }
        return value
    }

    mutating func double(isLittleEndian: Bool = false) throws(QPYError) -> Double {
        Double(bitPattern: try integer(UInt64.self, isLittleEndian: isLittleEndian))
    }

    mutating func text(_ length: some BinaryInteger) throws(QPYError) -> String {
        let bytes = try take(Int(clamping: length))
        guard let text = String(validating: bytes, as: UTF8.self) else { throw fault("a name is not valid UTF-8") }
        return text
    }

    /// A number of things of which each takes at least so many bytes: more than fit into the rest is a lie.
    mutating func count<T: FixedWidthInteger & UnsignedInteger>(
        _ type: T.Type, atLeast size: Int, _ things: String
    ) throws(QPYError) -> Int {
        let count = try integer(type)
        guard count <= T(clamping: remaining / size) else {
            throw fault("\(count) \(things) are announced, more than the rest of the file can hold")
        }
        return Int(count)
    }

    /// The universally unique identifier of a parameter or variable.
    mutating func identifier() throws(QPYError) -> UniqueIdentifier {
        UniqueIdentifier(high: try integer(UInt64.self), low: try integer(UInt64.self))
    }
}

/// 128 bits that tell two parameters of one name apart.
struct UniqueIdentifier: Hashable {
    var high: UInt64
    var low: UInt64

    /// The identifier of element `index` of a vector whose first element has this one (version 18).
    func advanced(by index: UInt64) -> UniqueIdentifier {
        let (sum, overflow) = low.addingReportingOverflow(index)
        return UniqueIdentifier(high: overflow ? high &+ 1 : high, low: sum)
    }
}
