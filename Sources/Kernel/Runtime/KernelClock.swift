#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where the runtime takes the time from; tests and simulations bring their own.
public protocol KernelClock: Sendable {
    /// Seconds since 1970-01-01 UTC.
    var now: Double { get }
}

/// The clock on the wall.
public struct WallClock: KernelClock {
    public init() {}

    public var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
