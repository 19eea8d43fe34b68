#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
public import Kernel
import Storage
import Synchronization

/// The time of the database server, as this process last heard it and has counted on since.
///
/// Workers on many machines compare the ends of leases: by their own clocks, one that runs ahead would take everybody's
/// work away. The count is of the monotonic clock, so that setting the clock on the wall changes nothing.
public final class DatabaseClock: KernelClock {
    /// Seconds since 1970-01-01 UTC at the monotonic clock's zero.
    private let zero = Mutex<Double?>(nil)

    public init() {}

    public var now: Double { (zero.withLock { $0 } ?? WallClock().now - Self.monotonic) + Self.monotonic }

    /// Asks the server.
    func hear(_ connection: PostgreSQLConnection) throws(KernelError) {
        do throws(SQLFailure) {
            let times = try connection.query(
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS FLOAT8)", []
            ) { row in row.real(0) }
            if let time = times.first ?? nil { set(time) }
        } catch {
            throw error.error
        }
    }

    /// The server has just said what time it is.
    func set(_ time: Double) {
        let heard = time - Self.monotonic
        zero.withLock { zero in
            // Its answer was on the way for a moment: what says that it is later is nearer to the truth. Beyond a second it
            // is the server's clock that was set.
            guard let known = zero, abs(heard - known) < 1 else { return zero = heard }
            zero = max(known, heard)
        }
    }

    private static var monotonic: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

enum Pause {
    /// For threads that wait for a server to come back.
    static func briefly() { usleep(100_000) }
}
