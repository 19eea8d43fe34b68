import Languages

// Where a document lies, and the files that it includes.
extension Document {
    /// The path of a document that is a file.
    var path: String? {
        guard uri.hasPrefix("file://") else { return nil }
        var bytes: [UInt8] = []
        var rest = uri.utf8.dropFirst("file://".utf8.count)
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private var directory: String { uri.lastIndex(of: "/").map { String(uri[...$0]) } ?? "" }

    /// The path of an included file as the document names it.
    func relative(_ file: String) -> String {
        file.hasPrefix(directory) ? String(file.dropFirst(directory.count)) : file
    }

    /// The address of an included file.
    func address(of file: String) -> String {
        directory
            + relative(file).utf8.map { byte in
                byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "%")
                    ? (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
                    : String(Unicode.Scalar(byte))
            }.joined()
    }

    /// Where the document includes a file; its beginning, if another file does.
    func inclusion(of file: String) -> Range<Int> {
        let wanted = Array("\"\(file)\"".utf8)
        guard wanted.count <= source.bytes.count else { return 0..<0 }
        for start in 0...source.bytes.count - wanted.count
        where source.bytes[start..<start + wanted.count].elementsEqual(wanted) {
            return start..<start + wanted.count
        }
        return 0..<0
    }
}
