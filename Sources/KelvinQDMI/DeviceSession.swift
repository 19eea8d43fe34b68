import Drivers
import Hardware
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One session: which of Kelvin's devices it speaks for, and what that device is.
///
/// The device is named by the session parameter BASEURL or CUSTOM1 (an id, or the path of a device file or attachment),
/// else by the environment variable KELVIN_QDMI_DEVICE; without either it is Kelvin's default device. CUSTOM2 names a
/// directory of device files that is searched first.
final class DeviceSession: Sendable {
    private struct State {
        var name: String?
        var directory: String?
        var table: DeviceTable?
    }

    /// QDMI does not say that a session belongs to one thread.
    private let state = Mutex(State())

    /// Set by `open`.
    var table: DeviceTable? { state.withLock { $0.table } }

    func set(_ parameter: Int32, _ text: String?) -> Int32 {
        guard table == nil else { return QDMI.Status.badState }
        switch parameter {
        case 0, QDMI.firstCustom: if let text { state.withLock { $0.name = text } }
        case QDMI.firstCustom + 1: if let text { state.withLock { $0.directory = text } }
        case 1...6, QDMI.firstCustom + 2...QDMI.lastCustom: return QDMI.Status.notSupported
        default: return QDMI.Status.invalidArgument
        }
        return QDMI.Status.success
    }

    func open() -> Int32 {
        state.withLock { state in
            guard state.table == nil else { return QDMI.Status.badState }
            let wanted =
                state.name ?? getenv("KELVIN_QDMI_DEVICE").map { String(cString: $0) } ?? DeviceCatalog.defaultID
            do throws(DeviceError) {
                let catalog = try DeviceCatalog(directories: state.directory.map { [$0] } ?? [])
                state.table = try DeviceTable(catalog.device(wanted))
                return QDMI.Status.success
            } catch {
                // QDMI has no place for words; the standard error output has.
                complain("\(error.message)\(error.cure.map { " (\($0))" } ?? "")")
                return error.code == .unavailable ? QDMI.Status.notFound : QDMI.Status.invalidArgument
            }
        }
    }
}
