import Foundation

/// Times of one kind, in seconds.
struct Figures: Encodable {
    var count: Int
    var perSecond: Double
    var p50: Double
    var p99: Double
    var worst: Double

    init(_ times: [Double], within seconds: Double) {
        let sorted = times.sorted()
        func at(_ part: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
        }
        count = sorted.count
        perSecond = Double(count) / seconds
        p50 = at(0.5)
        p99 = at(0.99)
        worst = sorted.last ?? 0
    }
}

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Runs `body` on so many threads, again and again until the time is up.
///
/// - Parameter body: is given the number of its client and of its turn.
func hammer(
    clients: Int, seconds: Double, _ make: @escaping @Sendable (Int) throws -> (Int) throws -> Void
) -> Figures {
    let lock = NSLock()
    nonisolated(unsafe) var times: [Double] = []  // guarded by the lock
    let group = DispatchGroup()
    let begin = now()
    for client in 0..<clients {
        group.enter()
        Thread.detachNewThread {
            var own: [Double] = []
            do {
                let turn = try make(client)
                while now() - begin < seconds {
                    let start = now()
                    try turn(own.count)
                    own.append(now() - start)
                }
            } catch {
                FileHandle.standardError.write(Data("client \(client): \(error)\n".utf8))
                exit(1)
            }
            lock.withLock { times += own }
            group.leave()
        }
    }
    group.wait()
    return Figures(times, within: now() - begin)
}
