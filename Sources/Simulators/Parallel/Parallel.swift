import Dispatch

/// Loops over cores. Work is cut by the shape of the data, never by the number of threads, so results do not depend on
/// it.
enum Parallel {
    /// Calls `body` for each index in 0..<count, on up to `threads` threads at once; returns when all are done.
    @inline(__always)
    static func each(_ count: Int, threads: Int, _ body: (Int) -> Void) {
        if threads <= 1 || count <= 1 {
            for index in 0..<count { body(index) }
            return
        }
        withoutActuallyEscaping(body) { escaping in
            let work = Unchecked(escaping)
            let lanes = min(threads, count)
            DispatchQueue.concurrentPerform(iterations: lanes) { lane in
                var index = lane
                while index < count {
                    work.value(index)
                    index += lanes
                }
            }
        }
    }

    /// Calls `body` with consecutive ranges that cover 0..<count.
    @inline(__always)
    static func ranges(_ count: Int, threads: Int, _ body: (Range<Int>) -> Void) {
        if threads <= 1 { return body(0..<count) }
        let parts = min(threads, count)
        each(parts, threads: threads) { part in body(count * part / parts..<count * (part + 1) / parts) }
    }

    /// Carries what the caller guarantees to be used without races across a concurrency border.
    struct Unchecked<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}
