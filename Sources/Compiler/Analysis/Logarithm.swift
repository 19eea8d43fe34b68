#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension RoutingMap {
    /// log(1 + x) without cancellation.
    static func logOnePlus(_ x: Double) -> Double { log1p(x) }
}
