import Drivers
import Hardware
import Synchronization

/// The machines of the service by name. Only these can be asked for: a catalogue opens paths too, and a path from outside
/// must open nothing.
final class MachineList: Sendable {
    let catalog: DeviceCatalog
    private let known = Mutex<(names: [String], emulated: [String], time: ContinuousClock.Instant)?>(nil)

    init(_ catalog: DeviceCatalog) { self.catalog = catalog }

    /// `ideal`, then by id.
    var names: [String] { list.names }

    /// All but the ideal simulator: what `any` chooses among.
    var machines: [String] { list.emulated }

    func has(_ name: String) -> Bool { names.contains(name) }

    private var list: (names: [String], emulated: [String]) {
        known.withLock { known in
            if let found = known, found.time.duration(to: .now) < .seconds(1) { return (found.names, found.emulated) }
            let entries = catalog.entries
            let found = (entries.map(\.id), entries.filter { $0.path != nil }.map(\.id), ContinuousClock.now)
            known = found
            return (found.0, found.1)
        }
    }

    func device(_ name: String) throws(DeviceError) -> any Device {
        guard has(name) else {
            throw DeviceError(
                .unavailable, "there is no device \"\(name.clipped)\"", cure: "GET /v1/devices lists them")
        }
        return try catalog.device(name)
    }
}
