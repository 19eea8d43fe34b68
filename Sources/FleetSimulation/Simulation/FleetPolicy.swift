public import Kernel

/// A scheduling policy that a simulation can equip: with programs and with the regions of machines.
public protocol FleetPolicy: SchedulingPolicy {
    mutating func setLibrary(_ library: RegionLibrary, of device: DeviceIndex, pricePerSecond: Double)
    mutating func addProgram(_ profile: ProgramProfile) -> UInt32
    /// When a waiting job should start; nil where the policy does not plan.
    func plannedStart(of job: JobSlot, in book: KernelBook, at now: Double) -> Double?
}

extension FleetPolicy {
    public func plannedStart(of job: JobSlot, in book: KernelBook, at now: Double) -> Double? { nil }
}

extension FleetScheduler: FleetPolicy {
    public func plannedStart(of job: JobSlot, in book: KernelBook, at now: Double) -> Double? {
        plan(in: book, at: now).first { $0.job == job }?.start
    }
}
