#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A lock that a process holds until it lets go or dies.
public final class FileLock: Sendable {
    private let descriptor: Int32

    /// Waits until the lock is ours.
    ///
    /// - Parameter waits: false to give up at once where another process holds it.
    /// - Returns: nil where the file cannot be opened, or someone else holds it.
    public init?(path: String, waits: Bool = true) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        while flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            if errno == EINTR { continue }
            close(descriptor)
            return nil
        }
    }

    public func unlock() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }
}
