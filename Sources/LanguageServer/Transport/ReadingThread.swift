#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A thread of its own for work that blocks.
struct ReadingThread {
    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private let work: Work

    init(_ body: @escaping @Sendable () -> Void) { work = Work(body) }

    /// Starts the thread; it ends with the process or its work.
    func start() {
        let argument = Unmanaged.passRetained(work).toOpaque()
        #if canImport(Glibc)
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { argument in Self.run(argument!) }, argument)
        #else
        var thread: pthread_t?
        let status = pthread_create(&thread, nil, { argument in Self.run(argument) }, argument)
        #endif
        precondition(status == 0, "no thread could be started")
    }

    private static func run(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
