import Drivers
import Hardware

@testable import Kernel

/// A policy as it is when a kernel starts.
protocol ChaosPolicy: SchedulingPolicy {
    static var fresh: Self { get }
    /// Tells it the regions of the machines, which are no facts.
    mutating func equip()
}

extension ChaosPolicy {
    mutating func equip() {}
}

extension FirstComePolicy: ChaosPolicy {
    static var fresh: FirstComePolicy { FirstComePolicy() }
}

extension FleetScheduler: ChaosPolicy {
    static var fresh: FleetScheduler {
        FleetScheduler(rules: SchedulingRules(batchSeconds: 1, preemption: .higherClasses))
    }

    mutating func equip() {
        for (device, library) in ChaosFleet.libraries.enumerated() { setLibrary(library, of: DeviceIndex(device)) }
    }
}

/// The machines of the chaos: real maps, so that regions have to be looked for.
enum ChaosFleet {
    static let libraries: [RegionLibrary] = ["garnet-20", "emerald-54", "willow-105", "heron-133"].map { name in
        // Devices that come with Kelvin: if they cannot be read, nothing here can be.
        do {
            let device = try DeviceCatalog().device(name)
            return RegionLibrary(DeviceMap(device.description, calibration: try device.calibration()))
        } catch {
            preconditionFailure("\(name): \(error)")
        }
    }
}
