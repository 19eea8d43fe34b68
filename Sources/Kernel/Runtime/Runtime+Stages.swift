import Hardware

// The stages of a job's life, each outside the actor.
extension Runtime {
    typealias Stage =
        @Sendable (inout JobWork, JobRequest, JobContext) async throws(KernelError) -> KernelEvent

    func validate(_ id: JobID) {
        // It may have been found right before it was a job.
        guard state.state(of: id) == .created else { return }
        start(id, 0) { work, request, context throws(KernelError) in
            let demand = try work.validate(request, in: context)
            if await self.compilesAhead(id, request), let station = await self.placeAhead(of: id, request, demand) {
                try work.compileAhead(request, at: station, in: context)
            }
            return .validated(id, demand)
        }
    }

    func compile(_ id: JobID, _ fence: Fence, at station: Station) {
        let stored = storedParts(of: id)
        ahead.remove(id)
        start(id, fence) { work, request, context throws(KernelError) in
            try work.prepare(request, restoring: stored.get(), in: context)
            try work.compile(request, at: station, in: context)
            return .compiled(id, fence, parts: work.partCount, partSeconds: work.longestPart)
        }
    }

    func run(_ id: JobID, _ fence: Fence) {
        start(id, fence) { work, request, context throws(KernelError) in
            let part = try await work.runPart(request, in: context)
            work.latest = part
            return .partFinished(id, fence, seconds: part.result.deviceTime.value)
        }
    }

    func mitigate(_ id: JobID, _ fence: Fence) {
        let stored = storedParts(of: id)
        let flagged = state.book.jobs.slot(of: id).map { state.book.jobs[$0].marks.contains(.flagged) } ?? false
        start(id, fence) { work, request, context throws(KernelError) in
            try work.prepare(request, restoring: stored.get(), in: context)
            if flagged {
                work.note(JobWork.recalibrationNote)
            }
            try work.mitigate(request, in: context)
            return .mitigated(id, fence)
        }
    }

    /// Parts that finished before and are not in this process's memory.
    private func storedParts(of id: JobID) -> Swift.Result<StoredParts, KernelError> {
        guard let slot = state.book.jobs.slot(of: id), let record = jobs[id] else { return .success(StoredParts()) }
        let known = record.work.finishedParts, finished = Int(state.book.jobs[slot].finishedParts)
        guard known < finished else { return .success(StoredParts()) }
        do throws(KernelError) {
            return .success(
                try look { transaction throws(KernelError) in
                    var stored = StoredParts()
                    if let bytes = try transaction.document(.readout, of: id, number: 0) {
                        stored.found = try ReadoutLedger(bytes: bytes).found
                    }
                    for number in known..<finished {
                        guard let bytes = try transaction.document(.part, of: id, number: number),
                            let part = PartDocument(bytes: bytes)
                        else {
                            throw KernelError(
                                .system, code: "storage.document", "part \(number) of \(id) cannot be read",
                                cure: "it was written by another version of Kelvin, or damaged; submit the job again")
                        }
                        stored.parts.append((part, try transaction.calibration(part.calibration)))
                    }
                    return stored
                })
        } catch {
            return .failure(error)
        }
    }

    /// Runs one stage of a job outside the actor and takes its event in when it is done.
    private func start(_ id: JobID, _ fence: Fence, _ stage: @escaping Stage) {
        guard !isStandingDown else { return }
        warm(id)
        guard let record = jobs[id] else { return }
        activeStages += 1
        let request = record.request, progress = record.progress
        let state = state.state(of: id) ?? .created
        let context = context(of: id) { activity, fraction in
            progress?(JobProgress(job: id, state: state, activity: activity, fraction: fraction))
        }
        let begun = record.work, number = unsettled.number
        unsettled.stages += 1
        jobs[id]?.task = Task.detached {
            var work = begun
            let outcome: Swift.Result<KernelEvent, KernelError>
            do throws(KernelError) {
                outcome = .success(try await stage(&work, request, context))
            } catch {
                outcome = .failure(error)
            }
            await self.ended(id, fence, work, outcome, number)
        }
    }

    /// - Parameter number: batches that were settled when the stage began.
    private func ended(
        _ id: JobID, _ fence: Fence, _ work: JobWork, _ outcome: Swift.Result<KernelEvent, KernelError>, _ number: Int
    ) {
        switch outcome {
        case .success(let event): finished(id, fence, work, event)
        case .failure(let error): failed(id, fence, error)
        }
        stageEnded(number)
    }

    private func finished(_ id: JobID, _ fence: Fence, _ work: JobWork, _ event: KernelEvent) {
        activeStages -= 1
        guard let record = jobs[id], state.state(of: id) != nil else {
            // What was let go of is begun again by whoever takes it up: of this attempt nothing can be kept.
            return isLetGo(id) ? () : take(event)
        }
        // What the stage learnt, and the times that were noted meanwhile.
        var merged = work
        merged.reachedTimes = record.work.reachedTimes
        jobs[id]?.work = merged
        noteCalibration(of: work)
        switch event {
        case .validated(_, let demand):
            if let impossibility = impossibility(of: id, demand) { return failed(id, fence, impossibility) }
            take(event)
        case .compiled:
            take(event) { transaction throws(KernelError) in
                try keepCalibration(of: work, in: transaction)
                if record.request.mitigation == .readout { try keepReadouts(of: id, work, in: transaction) }
            }
            let helpers = merged.helperSites(record.request)
            if !helpers.isEmpty {
                state.withPolicy { $0.lend(SiteMask(helpers.map(\.index)), of: id) }
                take(.tick)
            }
        case .partFinished:
            take(event) { transaction throws(KernelError) in try keepPart(of: id, work, fence, in: transaction) }
        case .mitigated:
            let result = merged.result(of: id, record.request, deliveredAt: clock.now)
            jobs[id]?.outcome = .success(result)
            let kept = options.isShared ? KeptResult(result, merged, batchSeconds: context(of: id).batchSeconds) : nil
            take(event) { transaction throws(KernelError) in
                guard let kept, state.state(of: id) == nil else { return }
                try kept.write(of: id, to: transaction)
                try transaction.removeDocuments(.part, of: id)
            }
        default: take(event)
        }
    }

    private func isLetGo(_ id: JobID) -> Bool {
        jobs[id] == nil && state.state(of: id) != nil && state.book.run(of: id)?.stage != .stopping
    }

    /// Why a job that was just checked would wait for ever: its program is too wide or too deep for every machine it may
    /// have.
    func impossibility(of id: JobID, _ demand: JobDemand) -> KernelError? {
        guard let profile = demand.profile, let slot = state.book.jobs.slot(of: id) else { return nil }
        return state.policy.impossibility(of: state.book.jobs[slot].card, profile, in: state.book)
    }

    /// Tells the kernel what the machine says of its calibration, before it hears what ran.
    private func noteCalibration(of work: JobWork) {
        guard let machine = work.segments.last?.station.machine,
            let current = try? machines.device(machine).calibration(), let index = state.book.device(named: machine)
        else { return }
        if state.book.devices[index.place].calibration != current.id { take(.calibrated(index, current.id)) }
    }

    private func keepCalibration(of work: JobWork, in transaction: any StorageTransaction) throws(KernelError) {
        guard options.isShared, let segment = work.segments.last,
            keptCalibrations.insert(segment.calibration.id).inserted,
            try transaction.calibration(segment.calibration.id) == nil
        else { return }
        let calibration = segment.calibration
        let file = DeviceFile(description: segment.device.description, calibration: calibration)
        try transaction.setCalibration(calibration.id, Array(file.text.utf8))
    }

    /// Along with the fact that the part has finished, or not at all.
    private func keepPart(
        of id: JobID, _ work: JobWork, _ fence: Fence, in transaction: any StorageTransaction
    ) throws(KernelError) {
        guard options.isShared, let latest = work.latest, let segment = work.segments.last,
            // If the news was void, so is the part.
            let slot = state.book.jobs.slot(of: id), Int(state.book.jobs[slot].finishedParts) == work.finishedParts
        else { return }
        if work.hasMeasuredReadout { try keepReadouts(of: id, work, in: transaction) }
        let part = PartDocument(
            calibration: segment.calibration.id, result: latest.result, machine: segment.station.machine,
            region: segment.station.region, isolation: latest.isolation)
        try transaction.setDocument(.part, of: id, number: work.finishedParts - 1, part.bytes)
    }

    private func failed(_ id: JobID, _ fence: Fence, _ error: KernelError) {
        activeStages -= 1
        guard let current = state.state(of: id) else { return take(.stopped(id, fence, seconds: 0)) }
        jobs[id]?.outcome = .failure(error)
        let event: KernelEvent =
            fence > 0 && current != .created ? .attemptFailed(id, fence, error.failureClass) : .refuse(id)
        // A wrong program says nothing about the machine.
        failure = error.failureClass == .permanent ? nil : error.message
        defer { failure = nil }
        take(event) { transaction throws(KernelError) in
            guard options.isShared, state.state(of: id) == nil else { return }
            try transaction.setDocument(.failure, of: id, number: 0, FailureDocument(error).bytes)
        }
    }
}

/// Parts of a job from the storage.
struct StoredParts: Sendable {
    /// With the device files that hold their calibrations.
    var parts: [(part: PartDocument, file: [UInt8]?)] = []
    /// What was known of the readout, segment by segment, when it was compiled for them.
    var found: [[MeasuredReadout]] = []
}

/// What a stage of a job may use of its surroundings.
struct JobContext: Sendable {
    let id: JobID
    let machines: MachinePark
    let clock: any KernelClock
    /// The longest batch of shots, seconds of machine time.
    let batchSeconds: Double
    let report: @Sendable (_ activity: String, _ fraction: Double?) -> Void
}

extension JobWork {
    /// Brings a job that was begun elsewhere, or before a crash, to where it was: the compiler gives the same programs
    /// for the same calibration, so that only what the machine gave must be kept.
    mutating func prepare(
        _ request: JobRequest, restoring stored: StoredParts, in context: JobContext
    ) throws(KernelError) {
        if plan == nil { _ = try validate(request, in: context) }
        for (part, file) in stored.parts {
            let station = Station(machine: part.machine, region: part.region)
            if segments.last?.calibration.id != part.calibration || segments.last?.station != station {
                let device: any Device
                do { device = try context.machines.device(part.machine) } catch { throw KernelError(error) }
                let record = try calibration(part.calibration, of: device, file)
                let place = segments.count - (segments.last?.finished == 0 ? 1 : 0)
                try compile(
                    request, at: station, of: device, for: record,
                    finding: stored.found.indices.contains(place) ? stored.found[place] : [], in: context)
            }
            restore(PartOutcome(result: part.result, isolation: part.isolation), of: context.id)
        }
    }

    private func calibration(
        _ id: String, of device: any Device, _ file: [UInt8]?
    ) throws(KernelError) -> Calibration {
        do {
            let current = try device.calibration()
            if current.id == id { return current }
            if let file {
                let calibration = try DeviceFile(text: String(decoding: file, as: UTF8.self), name: id).calibration
                if calibration.id == id { return calibration }
            }
        } catch {
            throw KernelError(error)
        }
        throw KernelError(
            .system, code: "storage.calibration", "the calibration \(id) that part of the job ran under is not kept",
            cure: "submit the job again")
    }
}
