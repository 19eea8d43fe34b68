import HTTPTypes
import Kernel
import Languages

/// The parts of a form (`multipart/form-data`, RFC 7578) by their names.
struct FormParts {
    private(set) var parts: [String: ArraySlice<UInt8>] = [:]

    /// - Throws: a problem for what is no such form.
    init(_ body: [UInt8], _ request: HTTPRequest) throws {
        let media = request.headerFields[.contentType] ?? ""
        guard media.lowercased().hasPrefix("multipart/form-data"),
            let begin = media.firstRange(of: "boundary=")
        else { throw Problem(.mediaType, "the body is \(media.clipped), expected multipart/form-data") }
        let boundary = media[begin.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        guard (1...70).contains(boundary.utf8.count) else { throw Self.wrong("its boundary") }
        let mark = Array("--\(boundary)".utf8), gap = Array("\r\n\r\n".utf8)
        var places = Self.places(of: mark, in: body[...])
        guard places.count >= 2 else { throw Self.wrong("its boundaries") }
        let last = places.removeLast()
        for (place, next) in zip(places, places.dropFirst() + [last]) {
            let part = body[(place + mark.count)..<next]
            guard let end = Self.places(of: gap, in: part, limit: 1).first, part.suffix(2).elementsEqual([13, 10])
            else {
                throw Self.wrong("a part")
            }
            let head = String(decoding: part[part.startIndex..<end], as: UTF8.self)
            guard
                let name = head.firstRange(of: " name=\"").map({ head[$0.upperBound...].prefix { $0 != "\"" } })
            else { throw Self.wrong("the name of a part") }
            parts[String(name)] = part[(end + gap.count)..<(next - 2)]
        }
    }

    func text(_ name: String) -> String? { parts[name].map { String(decoding: $0, as: UTF8.self) } }

    private static func wrong(_ what: String) -> Problem {
        Problem(.badRequest, "the form cannot be read: \(what) is missing")
    }

    private static func places(of mark: [UInt8], in bytes: ArraySlice<UInt8>, limit: Int = 64) -> [Int] {
        var result: [Int] = [], place = bytes.startIndex
        while place + mark.count <= bytes.endIndex, result.count < limit {
            if bytes[place] == mark[0], bytes[place..<place + mark.count].elementsEqual(mark) {
                result.append(place)
                place += mark.count
            } else {
                place += 1
            }
        }
        return result
    }
}

/// The only file of a ZIP archive (PKWARE's APPNOTE), stored or deflated.
enum ZipArchive {
    /// - Parameter limit: the most bytes that may come out.
    static func onlyFile(_ bytes: ArraySlice<UInt8>, limit: Int) throws -> [UInt8] {
        let bytes = Array(bytes)
        func number(_ place: Int, _ count: Int) throws -> Int {
            guard place >= 0, place + count <= bytes.count else { throw damaged("it ends too early") }
            return (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
        }
        // The end of the directory is the last record; a comment may follow it.
        var end = bytes.count - 22
        while end >= 0, end >= bytes.count - 22 - 0xFFFF, try number(end, 4) != 0x0605_4b50 { end -= 1 }
        guard end >= 0, try number(end, 4) == 0x0605_4b50 else { throw damaged("it has no directory") }
        guard try number(end + 10, 2) == 1 else {
            throw damaged("it holds \(try number(end + 10, 2)) files, expected one")
        }
        let entry = try number(end + 16, 4)
        guard try number(entry, 4) == 0x0201_4b50 else { throw damaged("its directory is damaged") }
        let method = try number(entry + 10, 2), checksum = try number(entry + 16, 4)
        let packed = try number(entry + 20, 4), size = try number(entry + 24, 4)
        guard size <= limit else {
            throw Problem(.tooLarge, "the archive holds \(size) bytes, \(limit) are possible")
        }
        let header = try number(entry + 42, 4)
        guard try number(header, 4) == 0x0403_4b50 else { throw damaged("its file is damaged") }
        let start = try header + 30 + number(header + 26, 2) + number(header + 28, 2)
        guard start + packed <= bytes.count else { throw damaged("it ends too early") }
        let content: [UInt8]
        switch method {
        case 0: content = Array(bytes[start..<start + packed])
        case 8:
            do throws(CompressionError) {
                content = try Inflate(bytes[start..<start + packed], limit: size).output
            } catch { throw damaged("\(error)") }
        default: throw damaged("its file is packed by method \(method), which is neither stored nor deflated")
        }
        guard content.count == size, crc32(content) == UInt32(checksum) else { throw damaged("its checksum is wrong") }
        return content
    }

    private static func damaged(_ what: String) -> Problem {
        Problem(.badRequest, "the ZIP archive cannot be read: \(what)")
    }

    /// CRC-32 (ISO-HDLC).
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { value, byte in table[Int((value ^ UInt32(byte)) & 0xFF)] ^ value >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}
