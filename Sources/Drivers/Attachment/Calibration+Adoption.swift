import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Calibration {
    /// The record under the name that the machine has here. One that is published without a date was asked for now, so it
    /// is dated now; its id depends on the figures alone, so that equal figures stay equal.
    func adopted(by device: String) -> Calibration {
        let named = Calibration(deviceID: device, timestamp: timestamp, sites: sites, gates: gates, defaults: defaults)
        guard timestamp == 0 else { return named }
        return Calibration(
            id: named.id, timestamp: Double(time(nil)), sites: sites, gates: gates, defaults: defaults)
    }
}
