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

    /// Replaces a file as one, so that whoever reads it meanwhile, and a crash, find the old one or the new one.
    public static func replace(_ path: String, _ text: String) throws(KernelError) {
        let draft = path + ".new"
        unlink(draft)
        try create(draft, text)
        guard rename(draft, path) == 0 else { throw failure(path) }
        let directory = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// Reads a file that nobody but its owner may read, and that is ours.
    ///
    /// - Throws: `service.rights` where others could have read or changed it.
    public static func read(_ path: String, limit: Int = 1 << 20) throws(KernelError) -> String {
        guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
            let data = FileManager.default.contents(atPath: path)
        else {
            throw KernelError(
                .system, code: "service.rights", "\(path) cannot be read",
                cure: "it must be a file of the user that the service runs as")
        }
        // Of a link these are the link's own: a link is no file of the owner's alone.
        guard facts[.type] as? FileAttributeType == .typeRegular, let rights = facts[.posixPermissions] as? Int,
            rights & 0o077 == 0, (facts[.ownerAccountID] as? NSNumber)?.uint32Value == geteuid(), data.count <= limit
        else {
            throw KernelError(
                .system, code: "service.rights", "\(path) is not its owner's alone",
                cure: "chown it to the user that the service runs as, then chmod 600 \(path)")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private static func failure(_ path: String) -> KernelError {
        KernelError(
            .system, code: "service.directory", "\(path) cannot be written: \(String(cString: strerror(errno)))",
            cure: "make room, or correct the rights of the directory")
    }
}
