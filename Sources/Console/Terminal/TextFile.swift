#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Files read and written whole.
package enum TextFile {
    /// The bytes of a file, or of standard input for `-`.
    package static func contents(of path: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY)
        guard descriptor >= 0 else { throw failure("cannot read \(path): \(reason)") }
        defer { if path != "-" { close(descriptor) } }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw failure("cannot read \(path): it is a directory")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, Int(status.st_size)) + 1)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("cannot read \(path): \(reason)")
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Writes a file completely or not at all: beside it first, then renamed.
    ///
    /// - Parameter isPrivate: whether only its owner may read it, and enter directories that are made for it.
    package static func replace(
        _ path: String, with text: String, makingDirectories: Bool = false, isPrivate: Bool = false
    ) throws(CommandFailure) {
        try replace(path, with: Array(text.utf8), makingDirectories: makingDirectories, isPrivate: isPrivate)
    }

    /// The same for what is no text.
    package static func replace(
        _ path: String, with content: [UInt8], makingDirectories: Bool = false, isPrivate: Bool = false
    ) throws(CommandFailure) {
        if makingDirectories, let end = path.lastIndex(of: "/") {
            var built = path.hasPrefix("/") ? "" : "."
            for part in path[..<end].split(separator: "/") {
                built += "/\(part)"
                // One that cannot be made shows when the file is opened.
                mkdir(built, isPrivate ? 0o700 : 0o755)
            }
        }
        let temporary = path + ".kelvin-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, isPrivate ? 0o600 : 0o644)
        guard descriptor >= 0 else { throw failure("cannot write \(path): \(reason)", exitCode: 3) }
        var bytes = content[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                let cause = reason
                close(descriptor)
                unlink(temporary)
                throw failure("cannot write \(path): \(cause)", exitCode: 3)
            }
            bytes = bytes.dropFirst(written)
        }
        close(descriptor)
        guard rename(temporary, path) == 0 else {
            let cause = reason
            unlink(temporary)
            throw failure("cannot write \(path): \(cause)", exitCode: 3)
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private static func failure(_ text: String, exitCode: Int32 = 1) -> CommandFailure {
        CommandFailure(text: "error: \(text)", exitCode: exitCode, code: "file")
    }
}
