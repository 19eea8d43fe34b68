#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Files for tests, read and written with the C library.
enum TextFile {
    struct Missing: Error {}

    static func text(of path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw Missing() }
        defer { fclose(file) }
        var bytes: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func lines(of path: String) throws -> [Substring] { try text(of: path).split(separator: "\n") }

    static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw Missing() }
        fputs(text, file)
        fclose(file)
    }

    /// A new directory that exists while `body` runs.
    static func withDirectory<T>(_ body: (String) throws -> T) throws -> T {
        var template = Array("/tmp/kelvin-drivers-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Missing() }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            if let directory = opendir(path) {
                while let entry = readdir(directory) {
                    let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                    }
                    unlink("\(path)/\(name)")
                }
                closedir(directory)
            }
            rmdir(path)
        }
        return try body(path)
    }
}
