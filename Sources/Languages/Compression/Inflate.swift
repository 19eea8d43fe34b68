/// Takes apart what DEFLATE (RFC 1951) has pressed: inside zlib, gzip and ZIP.
///
/// Nobody trusts the bytes: what comes out has a limit, because a few bytes can stand for gigabytes.
public struct Inflate {
    /// What came out.
    public private(set) var output: [UInt8] = []
    /// Bytes of the input that were read.
    public private(set) var consumed = 0

    private let limit: Int

    /// - Parameters:
    ///   - input: begins with the first block; what follows the last one is left alone.
    ///   - limit: the most bytes that may come out.
    /// - Throws: `CompressionError`.
    public init(_ input: ArraySlice<UInt8>, limit: Int) throws(CompressionError) {
        self.limit = limit
        // What deflates best grows a thousandfold; most grows threefold.
        output.reserveCapacity(min(limit, input.count * 4))
        let result = input.withUnsafeBufferPointer { buffer -> Result<Int, CompressionError> in
            var bits = BitReader(buffer)
            do throws(CompressionError) {
                try blocks(&bits)
                return .success(bits.bytesRead)
            } catch { return .failure(error) }
        }
        consumed = try result.get()
    }

    private mutating func blocks(_ bits: inout BitReader) throws(CompressionError) {
        var isLast = false
        while !isLast {
            isLast = try bits.take(1) == 1
            switch try bits.take(2) {
            case 0: try copyStored(&bits)
            case 1: try expand(&bits, literals: Self.fixedLiterals, distances: Self.fixedDistances)
            case 2:
                let (literals, distances) = try Self.tables(&bits)
                try expand(&bits, literals: literals, distances: distances)
            default: throw .damaged("a block is of no known kind")
            }
        }
    }

    private mutating func copyStored(_ bits: inout BitReader) throws(CompressionError) {
        bits.alignToByte()
        let length = try bits.take(16), complement = try bits.take(16)
        guard length == ~complement & 0xFFFF else { throw .damaged("the length of a stored block is wrong") }
        try makeRoom(length)
        for _ in 0..<length { output.append(UInt8(try bits.take(8))) }
    }

    private func makeRoom(_ count: Int) throws(CompressionError) {
        guard output.count + count <= limit else { throw .tooLong(limit: limit) }
    }

    private mutating func expand(
        _ bits: inout BitReader, literals: HuffmanTable, distances: HuffmanTable
    ) throws(CompressionError) {
        while true {
            let symbol = try literals.symbol(&bits)
            if symbol < 256 {
                try makeRoom(1)
                output.append(UInt8(symbol))
                continue
            }
            if symbol == 256 { return }
            guard symbol < 286 else { throw .damaged("a length is of no known kind") }
            let place = symbol - 257
            let length = Self.lengthBase[place] + (try bits.take(Self.lengthExtra[place]))
            let code = try distances.symbol(&bits)
            guard code < 30 else { throw .damaged("a distance is of no known kind") }
            let distance = Self.distanceBase[code] + (try bits.take(Self.distanceExtra[code]))
            guard distance <= output.count else { throw .damaged("a distance reaches before the beginning") }
            try makeRoom(length)
            let start = output.count - distance
            // What is copied may begin to be written while it is read.
            for k in 0..<length { output.append(output[start + k]) }
        }
    }

    // MARK: Tables (RFC 1951, section 3.2.5 to 3.2.7)

    private static let lengthBase = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthExtra = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBase = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ]
    private static let distanceExtra = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
    private static let fixedLiterals = HuffmanTable(
        complete: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
            + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8))
    private static let fixedDistances = HuffmanTable(complete: [UInt8](repeating: 5, count: 32))
    /// The order in which the lengths of the code of lengths stand.
    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    private static func tables(
        _ bits: inout BitReader
    ) throws(CompressionError) -> (literals: HuffmanTable, distances: HuffmanTable) {
        let literalCount = try bits.take(5) + 257, distanceCount = try bits.take(5) + 1
        let codeCount = try bits.take(4) + 4
        var codeLengths = [UInt8](repeating: 0, count: 19)
        for place in order.prefix(codeCount) { codeLengths[place] = UInt8(try bits.take(3)) }
        let code = try HuffmanTable(codeLengths)
        var lengths: [UInt8] = []
        while lengths.count < literalCount + distanceCount {
            let symbol = try code.symbol(&bits)
            switch symbol {
            case 0..<16: lengths.append(UInt8(symbol))
            case 16:
                guard let last = lengths.last else { throw .damaged("the first code length repeats none") }
                lengths += [UInt8](repeating: last, count: 3 + (try bits.take(2)))
            case 17: lengths += [UInt8](repeating: 0, count: 3 + (try bits.take(3)))
            default: lengths += [UInt8](repeating: 0, count: 11 + (try bits.take(7)))
            }
        }
        guard lengths.count == literalCount + distanceCount, lengths[256] != 0 else {
            throw .damaged("the code lengths of a block are wrong")
        }
        return (
            try HuffmanTable(Array(lengths[..<literalCount])), try HuffmanTable(Array(lengths[literalCount...]))
        )
    }
}

/// Why bytes cannot be taken apart.
public enum CompressionError: Error, Hashable, Sendable, CustomStringConvertible {
    case cutOff
    case damaged(String)
    case tooLong(limit: Int)

    public var description: String {
        switch self {
        case .cutOff: "the compressed bytes are cut off"
        case .damaged(let what): "the compressed bytes are damaged: \(what)"
        case .tooLong(let limit): "the compressed bytes stand for more than \(limit) bytes"
        }
    }
}

/// A canonical prefix code: the next bits of the input are the place of their symbol.
private struct HuffmanTable {
    /// Symbol times 16 plus the length of its code; 0 where no code begins so.
    private var entries: [UInt16]
    private let width: Int

    /// - Parameter lengths: of the code of each symbol, 0 for none.
    init(_ lengths: [UInt8]) throws(CompressionError) {
        self.init(complete: lengths)
        // Counted in the shortest unit there is: more than all of them means that two codes begin alike.
        let used = lengths.reduce(0) { $1 == 0 ? $0 : $0 + (1 << (15 - Int($1))) }
        guard used <= 1 << 15 else { throw .damaged("the codes of a block contradict each other") }
    }

    init(complete lengths: [UInt8]) {
        width = max(1, Int(lengths.max() ?? 1))
        entries = [UInt16](repeating: 0, count: 1 << width)
        var code = 0
        for length in 1...width {
            for (symbol, own) in lengths.enumerated() where Int(own) == length {
                var reversed = 0
                for k in 0..<length where code >> k & 1 == 1 { reversed |= 1 << (length - 1 - k) }
                var place = reversed
                while place < entries.count {
                    entries[place] = UInt16(symbol << 4 | length)
                    place += 1 << length
                }
                code += 1
            }
            code <<= 1
        }
    }

    func symbol(_ bits: inout BitReader) throws(CompressionError) -> Int {
        let entry = Int(entries[bits.peek(width)])
        guard entry & 15 != 0 else { throw bits.isEmpty ? .cutOff : .damaged("a code stands for nothing") }
        try bits.skip(entry & 15)
        return entry >> 4
    }
}

/// Bits of bytes, the lowest first.
private struct BitReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var next = 0
    private var held: UInt64 = 0
    private var count = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isEmpty: Bool { count == 0 && next == bytes.count }

    /// Bytes of which some bit was taken.
    var bytesRead: Int { next - count / 8 }

    private mutating func fill() {
        while count <= 56, next < bytes.count {
            held |= UInt64(bytes[next]) << UInt64(count)
            next += 1
            count += 8
        }
    }

    /// The next bits, zeros behind the end.
    mutating func peek(_ width: Int) -> Int {
        if count < width { fill() }
        return Int(held & (1 << UInt64(width) - 1))
    }

    mutating func skip(_ width: Int) throws(CompressionError) {
        guard width <= count else { throw .cutOff }
        held >>= UInt64(width)
        count -= width
    }

    mutating func take(_ width: Int) throws(CompressionError) -> Int {
        let value = peek(width)
        try skip(width)
        return value
    }

    mutating func alignToByte() {
        held >>= UInt64(count % 8)
        count -= count % 8
    }
}
