#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Whole files in and out, with the system's own words when it does not work.
enum FileBytes {
    struct Failure: Error {
        var reason: String
    }

    static func read(_ path: String, limit: Int) -> Result<[UInt8], Failure> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(Failure(reason: lastError)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failure(Failure(reason: lastError)) }
        if status.st_mode & S_IFMT == S_IFDIR { return .failure(Failure(reason: "is a directory")) }
        let chunk = max(1 << 16, min(limit, Int(status.st_size)) + 1)
        var bytes: [UInt8] = []
        var reason: String?
        while reason == nil {
            let start = bytes.count
            let more = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
                var received: Int
                repeat {
                    received = readChunk(descriptor, buffer.baseAddress!, chunk)
                } while received < 0 && errno == EINTR
                if received < 0 { reason = lastError }
                count = max(0, received)
            }
            bytes = start == 0 ? more : bytes + more
            if more.isEmpty { break }
            if bytes.count > limit { return .failure(Failure(reason: "is larger than \(limit >> 20) MB")) }
        }
        if let reason { return .failure(Failure(reason: reason)) }
        return .success(bytes)
    }

    /// Nil on success, else the reason.
    static func write(_ bytes: [UInt8], to path: String) -> String? {
        let temporary = "\(path).\(getpid()).partial"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return lastError }
        var reason: String?
        var written = 0
        while written < bytes.count, reason == nil {
            let count = bytes.withUnsafeBytes { writeChunk(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count > 0 { written += count } else if errno != EINTR { reason = lastError }
        }
        if reason == nil, fsync(descriptor) != 0 { reason = lastError }
        if close(descriptor) != 0, reason == nil { reason = lastError }
        if reason == nil, rename(temporary, path) != 0 { reason = lastError }
        if reason != nil { unlink(temporary) }
        return reason
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The names in a directory in ascending order; none where there is no such directory.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var result: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            result.append(name)
        }
        return result.sorted()
    }

    /// Makes a directory and those it lies in; nil on success, else the reason.
    static func makeDirectories(_ path: String) -> String? {
        var built = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            built += "/\(part)"
            if mkdir(built, 0o755) != 0, errno != EEXIST { return lastError }
        }
        return nil
    }

    private static var lastError: String { String(cString: strerror(errno)) }
}

// The C functions under other names: inside the type, `read` and `write` mean its own.
private func readChunk(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
private func writeChunk(_ descriptor: Int32, _ buffer: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}
