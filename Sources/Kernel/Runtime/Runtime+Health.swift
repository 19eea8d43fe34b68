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
    /// By the start of the occurrence that is in force or comes next.
    public var reservations: [ReservationDocument]
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
                    reservations: record.reservations.compactMap { document(of: $0, at: now) }.sorted {
                        $0.start < $1.start
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

    /// A reservation as it stands at a moment; nil if it is over.
    private func document(of reservation: Reservation, at now: Double) -> ReservationDocument? {
        reservation.occurrence(endingAfter: now).map {
            ReservationDocument(
                account: state.book.accounts[reservation.account.place].path, start: $0.start, end: $0.end,
                every: reservation.period, last: reservation.last)
        }
    }

    /// Keeps a machine free for an account and those under it.
    ///
    /// - Parameters:
    ///   - start, end: of the first time, seconds since 1970-01-01 UTC.
    ///   - period: seconds from one time to the next, whole minutes; 0 for once.
    ///   - last: no time begins after it.
    /// - Returns: what is kept next.
    /// - Throws: what stands in the way.
    @discardableResult
    public func reserve(
        _ name: String, for path: String, from start: Double, to end: Double, every period: Double = 0,
        last: Double = .infinity
    ) async throws(KernelError) -> ReservationDocument {
        let sites: Int
        do { sites = try machines.device(name).description.siteCount } catch { throw KernelError(error) }
        let kept = try transact { _, handle throws(KernelError) -> ReservationDocument in
            let now = clock.now
            // Nobody is known to the book for having asked for what cannot be.
            let times = Reservation(
                device: DeviceIndex(0), account: .root, start: start, end: end, period: period, last: last)
            if let refusal = Self.refusal(of: times, at: now) { throw refusal }
            guard let device = device(name, sites, handle) else {
                throw KernelError(.system, code: "device.unavailable", "there is no machine '\(name)'")
            }
            let wanted = Reservation(
                device: device, account: account(path, handle), start: start, end: end, period: period, last: last)
            for other in state.book.devices[device.place].reservations {
                guard let moment = other.meets(wanted), let place = other.occurrence(endingAfter: moment) else {
                    continue
                }
                throw KernelError(
                    .program, code: "reservation.taken",
                    "\(name) is reserved from \(Timestamp.text(from: place.start)) to \(Timestamp.text(from: place.end))",
                    cure: "choose another time or machine; `kelvin fleet` shows the calendar")
            }
            handle(.reserve(wanted))
            guard state.book.devices[device.place].reservations.contains(wanted),
                let kept = document(of: wanted, at: now)
            else {
                throw KernelError(
                    .program, code: "reservation.busy", "a batch of shots runs on \(name) into that time",
                    cure: "begin a little later")
            }
            return kept
        }
        try await durable()
        return kept
    }

    /// Keeps a machine free as a document says it.
    ///
    /// - Throws: what stands in the way; `reservation.time` for times that are none.
    public func reserve(_ name: String, _ wanted: ReservationDocument) async throws(KernelError) -> ReservationDocument
    {
        let start = Timestamp.seconds(from: wanted.start), end = Timestamp.seconds(from: wanted.end)
        let last = wanted.last.map(Timestamp.seconds(from:)) ?? .infinity
        guard let start, let end, let last else {
            throw KernelError(
                .program, code: "reservation.time", "the times of the reservation cannot be read",
                cure: "write them as 2026-04-17T10:00:00Z")
        }
        return try await reserve(
            name, for: wanted.account, from: start, to: end, every: wanted.everySeconds ?? 0, last: last)
    }

    /// Why no machine can be kept at such times; nil for sound ones.
    private static func refusal(of times: Reservation, at now: Double) -> KernelError? {
        func wrong(_ message: String, _ cure: String) -> KernelError {
            KernelError(.program, code: "reservation.time", message, cure: cure)
        }
        if !(times.start < times.end) {
            return wrong("a reservation ends after it begins", "give a later --until, or an earlier --from")
        }
        if times.period != 0, !times.isPossible {
            if times.last < times.start {
                return wrong("the last time begins before the first", "give a later --last, or an earlier --from")
            }
            if times.period < times.end - times.start {
                return wrong("the machine is still kept when the time comes again", "give a longer --every")
            }
            return wrong(
                "a reservation comes again after whole minutes, 366 days at most", "give another --every, as 90m or day"
            )
        }
        return times.isPossible && times.occurrence(endingAfter: now) != nil
            ? nil : wrong("the reservation lies in the past", "give a later --until")
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
