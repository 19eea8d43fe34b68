import Hardware
import Synchronization

/// The machines as this process has opened them: each device once for a moment, one gate before each, and the regions of
/// those that are shared, once a calibration.
final class MachinePark: Sendable {
    private let provider: any DeviceProvider
    private let clock: any KernelClock
    private let opened = Mutex<[String: (device: any Device, time: Double)]>([:])
    private let gates = Mutex<[String: SharedMachine]>([:])
    private let regions = Mutex<[String: Regions]>([:])
    private let gatherSeconds: Double
    private let guardDistance: Int

    /// How long a device is used before it is asked for anew: in this time nobody calibrates or drains it unseen.
    private static let freshSeconds = 1.0

    /// What the allocator knows of a machine under a calibration.
    struct Regions: Sendable {
        let calibration: String
        let library: RegionLibrary
        let isShared: Bool
    }

    init(_ provider: any DeviceProvider, clock: any KernelClock, gatherSeconds: Double, guardDistance: Int) {
        self.provider = provider
        self.clock = clock
        self.gatherSeconds = gatherSeconds
        self.guardDistance = guardDistance
    }

    func device(_ name: String) throws(DeviceError) -> any Device {
        let now = clock.now
        if let known = opened.withLock({ $0[name] }), abs(now - known.time) < Self.freshSeconds { return known.device }
        let device = try provider.device(name)
        opened.withLock { $0[name] = (device, now) }
        return device
    }

    /// Has the machine opened anew the next time.
    func forget(_ name: String) { opened.withLock { $0[name] = nil } }

    /// The gate through which all programs of this process go to the machine.
    func gate(_ name: String) -> SharedMachine {
        gates.withLock { gates in
            if let known = gates[name] { return known }
            let gate = SharedMachine(gatherSeconds: gatherSeconds, guardDistance: guardDistance)
            gates[name] = gate
            return gate
        }
    }

    /// The regions of a machine under the calibration in force; nil where its sites are too many to be given out singly.
    func regions(_ name: String) throws(DeviceError) -> Regions? {
        let device = try device(name), calibration = try device.calibration()
        if let known = regions.withLock({ $0[name] }), known.calibration == calibration.id { return known }
        guard device.description.siteCount <= SiteMask.capacity else { return nil }
        let map = DeviceMap(device.description, calibration: calibration)
        let found = Regions(
            calibration: calibration.id, library: RegionLibrary(map),
            isShared: device.description.runsSideBySide(under: calibration))
        regions.withLock { $0[name] = found }
        return found
    }
}

extension DeviceDescription {
    /// Whether programs of several tenants can run side by side: sites are joined to some others only, nothing moves, no
    /// rule says how much may happen at once, and a carrier that one program loses is no shot lost to another.
    func runsSideBySide(under calibration: Calibration) -> Bool {
        guard case .couplings = connectivity, modality == .superconducting else { return false }
        return transport == nil && zones.isEmpty && calibration.environment.absence == nil
    }
}
