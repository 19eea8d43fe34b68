import Foundation
public import Kernel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Files and directories that are their owner's business.
public enum PrivateFile {
    /// Makes a directory that only its owner enters.
    public static func makeDirectory(_ path: String) throws(KernelError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw KernelError(
                .system, code: "service.directory",
                "the directory \(path) cannot be made: \(error.localizedDescription)",
                cure: "give another --data, or create it")
        }
    }

    /// Writes a file that was not there, readable by its owner alone.
    public static func create(_ path: String, _ text: String) throws(KernelError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> KernelError {
        KernelError(
            .system, code: "service.directory", "\(path) cannot be written: \(String(cString: strerror(errno)))",
            cure: "make room, or correct the rights of the directory")
    }
}
