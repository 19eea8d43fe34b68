import Dispatch
import Hardware
import Synchronization

/// Work that waits for others (a socket, a process) on a thread of its own, so that it keeps none of the few threads
/// of concurrency.
enum BlockingWork {
    /// Turns true when the task that waits is cancelled.
    final class Cancellation: Sendable {
        private let flag = Atomic<Bool>(false)
        var isCancelled: Bool { flag.load(ordering: .acquiring) }
        func cancel() { flag.store(true, ordering: .releasing) }
    }

    static func run<T: Sendable>(
        on queue: DispatchQueue = .global(), _ work: @escaping @Sendable (Cancellation) throws(DeviceError) -> T
    ) async throws(DeviceError) -> T {
        let cancellation = Cancellation()
        let result: Result<T, DeviceError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    do throws(DeviceError) {
                        if cancellation.isCancelled { throw .cancelled }
                        continuation.resume(returning: .success(try work(cancellation)))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        return try result.get()
    }
}

extension DeviceError {
    static let cancelled = DeviceError(.cancelled, "the run was cancelled")
}
