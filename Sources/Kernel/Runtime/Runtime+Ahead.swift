import Hardware

// Compiling ahead: while a job waits, for the place that it should get, under the calibration of now. What turns out
// otherwise is compiled again when it is the job's turn.
extension Runtime {
    /// Jobs that wait compiled at a time, so that what a long batch keeps in memory has an end.
    static let mostAhead = 256

    /// Whether a job is compiled before its turn: those of a batch are, and whoever asks for it.
    func compilesAhead(_ id: JobID, _ request: JobRequest) -> Bool {
        guard request.devices.count == 1, !ahead.contains(id), ahead.count < Self.mostAhead else { return false }
        if request.compilesAhead { return true }
        guard let session = session(of: id) else { return false }
        return state.book.sessions[session.place].card.kind == .batch
    }

    private func session(of id: JobID) -> SessionIndex? {
        state.book.jobs.slot(of: id).flatMap { state.book.jobs[$0].card.session }
    }

    /// Where a job should stand when it is its turn: on all of a machine that it has alone; else, of the regions that the
    /// scheduler would give it, in the cheapest beside those of its batch that were promised one before, and when the
    /// machine is full, in the first again.
    ///
    /// - Returns: nil where nobody can say.
    func placeAhead(of id: JobID, _ request: JobRequest, _ demand: JobDemand) -> Station? {
        let machine = request.device
        let regions: MachinePark.Regions?
        do { regions = try machines.regions(machine) } catch { return nil }
        guard let regions, regions.isShared, request.tenancy != .alone, demand.width > 0 else {
            ahead.insert(id)
            return Station(machine: machine)
        }
        guard let profile = demand.profile else { return nil }
        let rules = options.scheduling
        let found = regions.library.regions(for: profile, below: .infinity, coherenceBudget: rules.coherenceBudget)
        guard let best = found.first else { return nil }
        // What loses more by its place than the rules allow waits for a better one.
        let limit = best.cost + DeviceMap.cost(rules.sharing.maximumLoss)
        let good = found.prefix(RoomTable.given).filter { $0.cost <= limit }
        let session = session(of: id), taken = session.map { warmSessions.promised(to: $0) } ?? SiteMask()
        let free = good.first { $0.sites.isDisjoint(with: taken) }, sites = (free ?? best).sites
        if let session {
            let reach = regions.library.map.dilated(sites, by: rules.sharing.guardDistance)
            warmSessions.promise(free == nil ? reach : taken.union(reach), to: session)
        }
        ahead.insert(id)
        return Station(machine: machine, region: SiteSet(sites).sites)
    }
}
