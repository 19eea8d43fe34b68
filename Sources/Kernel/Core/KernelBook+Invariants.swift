extension KernelBook {
    /// What must hold between events, whatever happened; the first thing that does not, in words. Tests ask after every
    /// event, so it looks at everything.
    public func brokenInvariant(at now: Double) -> String? {
        var occupied = Array(repeating: SiteSet(), count: devices.count)
        var counts = Array(repeating: 0, count: devices.count)
        var promised = Array(repeating: 0.0, count: accounts.count)
        var running = Array(repeating: 0, count: accounts.count)
        for (place, run) in runs.enumerated() {
            guard let run else { continue }
            if run.hasPart {
                promised[run.account.place] += run.promised
                running[run.account.place] += 1
            }
            if let slot = jobs.slot(of: run.job), jobs[slot].run == Int32(place) {
                if jobs[slot].fence != run.fence { return "\(run.job) and its run differ in the fence" }
            } else if !stoppingRuns.contains(Int32(place)) {
                return "a run of \(run.job) belongs to no one"
            }
            if run.sites.isEmpty { continue }
            if !occupied[run.device.place].isDisjoint(with: run.sites) {
                return "two programs share a site of \(devices[run.device.place].name)"
            }
            occupied[run.device.place].formUnion(run.sites)
            counts[run.device.place] += 1
            if run.worker != 0, devices[run.device.place].holder != run.worker {
                return "two workers speak to \(devices[run.device.place].name)"
            }
            if let broken = brokenReservation(by: run) { return broken }
        }
        for (place, device) in devices.enumerated() {
            if device.occupied != occupied[place] {
                return "\(device.name) counts other sites as taken than its runs hold"
            }
            if device.runs != counts[place] {
                return "\(device.name) counts \(device.runs) runs and has \(counts[place])"
            }
        }
        for slot in jobs.slots {
            let job = jobs[slot]
            if (job.run >= 0) != (job.state.holdsSites || job.state == .mitigating) {
                return "\(job.id) is \(job.state) and \(job.run >= 0 ? "has" : "has no") run"
            }
            if job.finishedParts > job.parts { return "\(job.id) finished more parts than it has" }
            if job.state.isFinal { return "\(job.id) is over and still in the table" }
        }
        // Sums of what is under an account, deepest first: an account comes after its parent.
        for place in accounts.indices.reversed() {
            if let parent = accounts[place].parent {
                promised[parent.place] += promised[place]
                running[parent.place] += running[place]
            }
            if accounts[place].running != running[place] || abs(accounts[place].promised - promised[place]) > 1e-6 {
                return "the account '\(accounts[place].path)' has promised what no part was promised"
            }
        }
        return nil
    }

    /// Parts fit before reservations or stay out; a clock that jumped may make a part look late, never begin inside.
    private func brokenReservation(by run: RunRecord) -> String? {
        guard run.hasPart else { return nil }
        let device = devices[run.device.place]
        for reservation in device.reservations {
            guard let place = reservation.occurrence(endingAfter: run.partStarted), place.start <= run.partStarted
            else { continue }
            if isAccount(run.account, within: reservation.account) { continue }
            return "a part of \(run.job) began on \(device.name) while it was reserved"
        }
        return nil
    }
}
