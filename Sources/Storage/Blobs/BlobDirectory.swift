public import Kernel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Blobs as files that only their owner reads, in directories by the first two digits of their names.
///
/// A blob is written beside its place, synchronised, and renamed: under its name it is whole, or not there.
public struct BlobDirectory: BlobStore {
    public let path: String

    /// The directory is made when the first blob comes.
    public init(path: String) { self.path = path }

    private func folder(_ name: BlobName) -> String { "\(path)/\(name.text.prefix(2))" }
    private func file(_ name: BlobName) -> String { "\(folder(name))/\(name.text)" }

    public func put(_ bytes: [UInt8]) throws(KernelError) -> BlobName {
        let name = BlobName(for: bytes), folder = folder(name), passing = file(name) + ".new"
        for directory in [path, folder] where mkdir(directory, 0o700) == 0 {
            // The name of a new directory must outlive a power cut too.
            try synchronise(String(directory.prefix(upTo: directory.lastIndex(of: "/") ?? directory.startIndex)))
        }
        let descriptor = open(passing, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        var isWhole = Self.write(bytes, to: descriptor) && fsync(descriptor) == 0
        let reason = errno
        isWhole = close(descriptor) == 0 && isWhole
        guard isWhole, rename(passing, file(name)) == 0 else {
            if !isWhole { errno = reason }
            let failure = failure("cannot be written")
            unlink(passing)
            throw failure
        }
        try synchronise(folder)
        return name
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { raw in
            var rest = raw[...]
            while !rest.isEmpty {
                let count = UnsafeRawBufferPointer(rebasing: rest).withMemoryRebound(to: UInt8.self) {
                    #if canImport(Glibc)
                    Glibc.write(descriptor, $0.baseAddress, $0.count)
                    #else
                    Darwin.write(descriptor, $0.baseAddress, $0.count)
                    #endif
                }
                if count < 0 {
                    if errno == EINTR { continue }
                    return false
                }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    private func synchronise(_ directory: String) throws(KernelError) {
        let descriptor = open(directory.isEmpty ? "." : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be synchronised") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("cannot be synchronised") }
    }

    public func bytes(of name: BlobName) throws(KernelError) -> [UInt8] {
        let descriptor = open(file(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("has no \(name.text)") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("\(name.text) cannot be read") }
        let size = Int(status.st_size)
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
            while filled < size {
                let count = read(descriptor, buffer.baseAddress.map { $0 + filled }, size - filled)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return }
                filled += count
            }
        }
        guard name.isOf(bytes) else {
            throw KernelError(
                .system, code: "storage.blob", "the blob \(name.text) in \(path) is damaged",
                cure: "restore it from a backup, or submit the job again")
        }
        return bytes
    }

    public func remove(_ name: BlobName) { unlink(file(name)) }

    public func names(before time: Double) throws(KernelError) -> [BlobName] {
        var found: [BlobName] = []
        for folder in Self.entries(path).sorted() where folder.utf8.count == 2 {
            for entry in Self.entries("\(path)/\(folder)").sorted() {
                var status = stat()
                let file = "\(path)/\(folder)/\(entry)"
                guard lstat(file, &status) == 0, Double(status.st_mtim.tv_sec) < time else { continue }
                if let name = BlobName(entry) {
                    found.append(name)
                } else if entry.hasSuffix(".new") {
                    // Of a writer that was killed.
                    unlink(file)
                }
            }
        }
        return found
    }

    private static func entries(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private func failure(_ message: String) -> KernelError {
        let code = errno
        return KernelError(
            .system, code: "storage.blob", "the blob store \(path) \(message): \(String(cString: strerror(code)))",
            cure: code == ENOSPC || code == EDQUOT
                ? "free space on the disk" : "check that the directory is there and can be written")
    }
}
