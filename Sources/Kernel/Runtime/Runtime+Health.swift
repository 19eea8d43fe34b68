public import Hardware

/// A machine as the runtime sees it.
public struct MachineOutlook: Sendable {
    public var name: String
    public var status: DeviceStatus
    public var takesJobs: Bool
    /// Jobs on it, and waiting jobs that may go nowhere else.
    public var running: Int
    public var waiting: Int
    public var sitesInUse: Int
    public var sites: Int
    public var calibration: String
    /// The worker that has the machine to itself, with its fencing token; nil for none.
    public var holder: (worker: WorkerID, token: FencingToken)?
    public var reservations: [(account: String, start: Double, end: Double)]
}

// The health of machines: kept up from the kernel's facts and from what the machines say when they are asked.
extension Runtime {
    /// Takes facts in, and answers with what follows for the machines.
    func watch(_ output: inout KernelOutput, from first: Int = 0, failure: String? = nil, at now: Double) {
        var seen = first
        while seen < output.facts.count {
            let news = output.facts[seen...]
            seen = output.facts.count
            for event in health.observe(news, failure: failure, at: now) { state.handle(event, at: now, into: &output) }
        }
        for event in health.tick(at: now) { state.handle(event, at: now, into: &output) }
    }

    /// Asks the machines that have something to do how they are, now and then, each outside the actor: one that does not
    /// answer holds nothing up, and is offline when it has been silent for long.
    func startHeartbeats() {
        guard options.isShared, heartbeats == nil else { return }
        let seconds = options.heartbeatSeconds
        heartbeats = Task { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(seconds))
                guard let self else { return }
                await self.askMachines()
            }
        }
    }

    private func askMachines() {
        let busy = Set(
            state.book.jobs.slots.flatMap { slot -> [DeviceIndex] in
                let card = state.book.jobs[slot].card
                return card.device.map { [$0] } ?? card.choices
            })
        // Whoever was asked once is asked again: silence must be the machine's, not ours.
        let known = state.book.devices.indices.map { DeviceIndex($0) }.filter { health[$0]?.lastHeard != nil }
        for device in busy.union(known).sorted() {
            let name = state.book.devices[device.place].name, machines = machines
            Task.detached { [weak self] in
                let (status, calibration) = machines.ask(name)
                await self?.heard(status, calibration, of: device)
            }
        }
    }

    /// A machine has answered. The kernel is told only where that changes something.
    private func heard(_ status: DeviceStatus, _ calibration: String?, of device: DeviceIndex) {
        guard device.place < state.book.devices.count else { return }
        let now = clock.now
        let news = health.handle(.heartbeat(status), of: device, at: now)
        let isRecalibrated = calibration != nil && calibration != state.book.devices[device.place].calibration
        if news.isEmpty, !isRecalibrated { return }
        do throws(KernelError) {
            try transact { _, handle throws(KernelError) in
                for event in news { handle(event) }
                if isRecalibrated, let calibration {
                    equipAll(handle)
                    handle(.calibrated(device, calibration))
                }
            }
        } catch { storageFailed(error) }
    }

    /// The machines that jobs were submitted for.
    public func fleet() throws(KernelError) -> [MachineOutlook] {
        try transact { _, handle throws(KernelError) -> [MachineOutlook] in
            let now = clock.now
            return state.book.devices.indices.map { place in
                let device = DeviceIndex(place), record = state.book.devices[place]
                let said = machines.ask(record.name).status
                // Where nobody goes on asking, an answer is worth its moment alone.
                if options.isShared {
                    for event in health.handle(.heartbeat(said), of: device, at: now) { handle(event) }
                }
                let waiting = state.book.jobs.slots.count {
                    state.book.jobs[$0].state == .queued && state.book.jobs[$0].card.device == device
                }
                return MachineOutlook(
                    name: record.name, status: options.isShared ? health[device]?.status(at: now) ?? said : said,
                    takesJobs: state.book.devices[place].isAvailable, running: record.runs, waiting: waiting,
                    sitesInUse: record.occupied.count, sites: record.siteCount, calibration: record.calibration,
                    holder: record.holder == 0
                        ? nil : (record.holder, FencingToken(UInt64(record.holderFence))),
                    reservations: record.reservations.filter { $0.end > now }.map {
                        (state.book.accounts[$0.account.place].path, $0.start, $0.end)
                    })
            }
        }
    }

    /// Jobs on their way, by state.
    public func liveJobs() throws(KernelError) -> [JobState: Int] {
        try transact { _, _ throws(KernelError) in
            state.book.jobs.slots.reduce(into: [:]) { $0[state.book.jobs[$1].state, default: 0] += 1 }
        }
    }

    /// What people call the machines that the kernel has met.
    public func deviceNames() -> [DeviceIndex: String] {
        Dictionary(
            uniqueKeysWithValues: state.book.devices.indices.map { (DeviceIndex($0), state.book.devices[$0].name) })
    }

    /// Keeps a machine free for an account and those under it.
    ///
    /// - Parameters:
    ///   - start, end: seconds since 1970-01-01 UTC.
    /// - Throws: what stands in the way.
    public func reserve(
        _ name: String, for path: String, from start: Double, to end: Double
    ) async throws(KernelError) {
        let sites: Int
        do { sites = try machines.device(name).description.siteCount } catch { throw KernelError(error) }
        try transact { _, handle throws(KernelError) in
            guard let device = device(name, sites, handle) else { return }
            let wanted = Reservation(device: device, account: account(path, handle), start: start, end: end)
            guard start < end, end > clock.now else {
                throw KernelError(
                    .program, code: "reservation.time", "a reservation ends after it begins, and not in the past",
                    cure: "give a later --until, or an earlier --from")
            }
            let others = state.book.devices[device.place].reservations
            if let other = others.first(where: { $0.start < end && start < $0.end }) {
                throw KernelError(
                    .program, code: "reservation.taken",
                    "\(name) is reserved from \(Timestamp.text(from: other.start)) to \(Timestamp.text(from: other.end))",
                    cure: "choose another time or machine; `kelvin fleet` shows the calendar")
            }
            handle(.reserve(wanted))
            guard state.book.devices[device.place].reservations.contains(wanted) else {
                throw KernelError(
                    .program, code: "reservation.busy", "a batch of shots runs on \(name) into that time",
                    cure: "begin a little later")
            }
        }
        try await durable()
    }

    /// Gives up every reservation of a machine by an account.
    ///
    /// - Returns: how many there were.
    public func endReservations(_ name: String, of path: String) async throws(KernelError) -> Int {
        let count = try transact { _, handle throws(KernelError) -> Int in
            guard let device = state.book.device(named: name), let account = state.book.account(at: path) else {
                return 0
            }
            let own = state.book.devices[device.place].reservations.filter { $0.account == account }
            for reservation in own { handle(.endReservation(reservation)) }
            return own.count
        }
        try await durable()
        return count
    }

    /// Sets an account's share among its siblings.
    public func setShare(_ path: String, _ share: Double) async throws(KernelError) {
        try transact { _, handle throws(KernelError) in handle(.setShare(account(path, handle), share)) }
        try await durable()
    }
}

extension MachinePark {
    /// What a machine says of itself; offline where it cannot be opened.
    func ask(_ name: String) -> (status: DeviceStatus, calibration: String?) {
        do {
            let device = try device(name)
            return (device.status(), try device.calibration().id)
        } catch {
            return (.offline(reason: error.message), nil)
        }
    }
}
