#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Files in one file: POSIX ustar (IEEE Std 1003.1), without directories, owners and times, so that equal parts are equal
/// bytes; `tar xf` unpacks it.
struct Archive {
    struct Part: Hashable, Sendable {
        var name: String
        var bytes: [UInt8]
    }

    enum Damage: Error, Equatable {
        case truncated
        /// Something follows the end.
        case tail
        case header(Int)
        case name(String)
        case twice(String)
    }

    private static let block = 512
    private static let longestName = 100
    /// No part is larger; ustar could say more.
    private static let largest = 1 << 32

    static func bytes(of parts: [Part]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(2 * block) { $0 + 2 * block + $1.bytes.count })
        for part in parts {
            precondition(isName(part.name) && part.bytes.count < largest, "a part that no archive holds")
            bytes += header(part)
            bytes += part.bytes
            bytes += Array(repeating: 0, count: (block - part.bytes.count % block) % block)
        }
        return bytes + Array(repeating: 0, count: 2 * block)
    }

    static func parts(of bytes: [UInt8]) throws(Damage) -> [Part] {
        var parts: [Part] = [], names: Set<String> = [], place = 0
        while place + block <= bytes.count {
            let head = Array(bytes[place..<place + block])
            if head.allSatisfy({ $0 == 0 }) {
                guard bytes[place...].allSatisfy({ $0 == 0 }) else { throw .tail }
                return parts
            }
            guard head[257..<262].elementsEqual("ustar".utf8), [0x30, 0].contains(head[156]),
                let sum = octal(head[148..<156]), sum == checksum(head), let size = octal(head[124..<136]),
                size < largest
            else { throw .header(parts.count) }
            let name = String(decoding: head[..<longestName].prefix { $0 != 0 }, as: UTF8.self)
            guard isName(name) else { throw .name(name) }
            guard names.insert(name).inserted else { throw .twice(name) }
            let start = place + block
            guard start + size <= bytes.count else { throw .truncated }
            parts.append(Part(name: name, bytes: Array(bytes[start..<start + size])))
            place = start + (size + block - 1) / block * block
        }
        // The end is two empty blocks: without one of them something is missing.
        throw .truncated
    }

    /// Words of letters, digits, `.`, `_` and `-` that do not begin with a dot, joined by slashes: nothing that leads
    /// elsewhere when it is unpacked.
    private static func isName(_ name: String) -> Bool {
        guard (1...longestName).contains(name.utf8.count) else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { word in
            guard let first = word.utf8.first, first != 0x2E else { return false }
            return word.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || [0x2E, 0x5F, 0x2D].contains($0)
            }
        }
    }

    private static func header(_ part: Part) -> [UInt8] {
        var head = [UInt8](repeating: 0, count: block)
        func put(_ text: String, _ place: Int) {
            head.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        put(part.name, 0)
        put("0000644\0", 100)
        put("0000000\0", 108)
        put("0000000\0", 116)
        put(padded(part.bytes.count, 11) + "\0", 124)
        put("00000000000\0", 136)
        put("0", 156)
        put("ustar\u{0}00", 257)
        put(padded(checksum(head), 6) + "\0 ", 148)
        return head
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// The sum of the header's bytes, its own place taken as spaces.
    private static func checksum(_ head: [UInt8]) -> Int {
        head.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.prefix { $0 != 0 && $0 != 0x20 }
        // Signs are no digits: no length is negative.
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
