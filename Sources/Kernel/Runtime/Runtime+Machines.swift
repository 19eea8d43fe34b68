import Hardware

// What the runtime tells the scheduler of its machines, and the machines of the schedule.
extension Runtime {
    /// Sees to it that the scheduler knows the regions of every machine that a job may share or choose.
    ///
    /// - Parameter forAppraisal: also of the only machine that a job may have, and have all of.
    func equip(for card: JobCard, _ handle: (KernelEvent) -> Void, forAppraisal: Bool = false) {
        // A job that takes the whole of the only machine it may have needs no regions: a first run does not wait for them.
        if card.wantsMachineAlone, card.device != nil, !forAppraisal { return }
        let choices = card.device.map { [$0] } ?? card.choices
        for device in choices.isEmpty ? state.book.devices.indices.map({ DeviceIndex($0) }) : choices {
            equip(device, handle)
        }
    }

    func equipAll(_ handle: (KernelEvent) -> Void) {
        for slot in state.book.jobs.slots { equip(for: state.book.jobs[slot].card, handle) }
    }

    private func equip(_ device: DeviceIndex, _ handle: (KernelEvent) -> Void) {
        let name = state.book.devices[device.place].name
        // A machine that cannot be opened now is given out whole, and its jobs find out why.
        guard let regions = try? machines.regions(name), equipment[device] != regions.calibration else { return }
        equipment[device] = regions.calibration
        let price = options.pricePerSecond[name] ?? 0
        state.withPolicy {
            $0.setLibrary(regions.library, of: device, pricePerSecond: price, isShared: regions.isShared)
        }
        if state.book.devices[device.place].calibration != regions.calibration {
            handle(.calibrated(device, regions.calibration))
        }
    }

    /// Where a placement is, with what neighbours lend it: all sites of a machine are no region.
    func station(_ device: DeviceIndex, _ sites: SiteSet, of job: JobID) -> Station {
        let record = state.book.devices[device.place]
        var sites = sites
        sites.formUnion(SiteSet(state.policy.sitesBorrowed(by: job)))
        return Station(machine: record.name, region: sites.count < record.siteCount ? sites.sites : nil)
    }

    /// Tells each gate how many parts may come to it from this process.
    func tellGates() {
        var tenants: [DeviceIndex: Int] = [:]
        for run in state.book.liveRuns
        where run.worker == options.worker && !run.sites.isEmpty && run.stage != .stopping {
            tenants[run.device, default: 0] += 1
        }
        for (device, count) in tenants { machines.gate(state.book.devices[device.place].name).expect(count) }
    }

    nonisolated func context(
        of id: JobID, report: @escaping @Sendable (_ activity: String, _ fraction: Double?) -> Void = { _, _ in }
    ) -> JobContext {
        JobContext(
            id: id, machines: machines, clock: clock, batchSeconds: options.scheduling.batchSeconds, report: report)
    }
}
