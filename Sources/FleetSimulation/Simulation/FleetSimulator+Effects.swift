import Hardware
import Kernel

// What the kernel wants done, played.
extension FleetSimulator {
    mutating func handle(_ event: KernelEvent) {
        kernel.handle(event, at: now, into: &output)
        record.events += 1
        settle()
    }

    private mutating func answer(_ event: KernelEvent) {
        kernel.handle(event, at: now, into: &output)
        record.events += 1
    }

    /// Carries out what the kernel wants, until it wants nothing more.
    mutating func settle() {
        var k = 0
        while k < output.effects.count {
            let effect = output.effects[k]
            k += 1
            switch effect {
            case .validate(let id):
                guard let slot = kernel.book.jobs.slot(of: id) else { continue }
                let card = kernel.book.jobs[slot].card
                answer(
                    .validated(
                        id, JobDemand(width: Int(card.width), shots: Int(card.shots), seconds: Double(card.seconds))))
            case .compile(let id, let device, let sites, let fence): compile(id, device.place, sites, fence)
            case .run(let id, _, let fence):
                guard let slot = kernel.book.jobs.slot(of: id) else { continue }
                let d = Int(live[slot.place].device), job = kernel.book.jobs[slot]
                let seconds = Double(job.partSeconds) * batchFactor(of: id, Int(job.finishedParts))
                if running[d] == 0 { busySince[d] = now }
                running[d] += 1
                heap.push(.partEnds(id, fence, device: d, seconds: seconds), at: now + seconds)
            case .mitigate(let id, let fence):
                note(id)
                answer(.mitigated(id, fence))
            case .deliver, .stop, .discardParts: break
            }
        }
        record.facts += output.facts.count
        journal.append(output.facts, at: now)
        for case .queued(let id, let reason, _) in output.facts where reason != .accepted {
            if reason == .preempted { record.preemptions += 1 }
            if keepsTenancies { record.endStay(of: id.rawValue, at: now) }
        }
        output.removeAll()
    }

    /// What a batch takes over what was foreseen.
    private func batchFactor(of job: JobID, _ part: Int) -> Double {
        guard scenario.workload.batchSpread > 0 else { return 1 }
        var random = SplitMix(seed: seed ^ job.rawValue &+ UInt64(part) << 40, stream: 23)
        return exponential(random.normal() * scenario.workload.batchSpread)
    }

    /// The job has its sites: how long it will truly take is known from here on.
    private mutating func compile(_ id: JobID, _ d: Int, _ sites: SiteSet, _ fence: Fence) {
        guard let slot = kernel.book.jobs.slot(of: id) else { return }
        if live[slot.place].started < 0 { start(slot.place) }
        live[slot.place].device = Int32(d)
        let job = live[slot.place]
        var seconds = machines[d].group.calibrationSeconds
        if job.program >= 0 {
            seconds = estimates.shotSeconds(Int(job.program), on: d) * Double(job.shots) * Double(job.factor)
        }
        seconds = max(seconds, 1e-6)
        if foretelling != nil, job.program >= 0, job.parts == 0 {
            memory.noteRuntime(
                seconds, estimated: kernel.policy.expectedSeconds(of: slot, on: DeviceIndex(d), in: kernel.book))
        }
        if job.parts == 0 {
            let batches = job.program < 0 ? 1 : (seconds / scenario.rules.batchSeconds).rounded(.up)
            live[slot.place].parts = Int32(min(100_000, max(1, batches)))
        }
        if job.program >= 0, job.sample < 0, job.submitted >= scenario.warmUp,
            record.samples.count < scenario.fidelitySample, id.rawValue % sampleEvery == 0
        {
            live[slot.place].sample = Int32(record.samples.count)
            record.samples.append(
                FleetRecord.Sample(
                    program: Int(job.program), device: d, version: machines[d].version, time: now,
                    sites: sites.sites.map(\.index), row: -1))
        }
        if keepsTenancies, job.program >= 0 {
            record.stays.append(
                FleetRecord.Stay(job: id.rawValue, program: Int(job.program), device: d, sites: sites, start: now))
        }
        let parts = Int(live[slot.place].parts)
        answer(.compiled(id, fence, parts: parts, partSeconds: seconds / Double(parts)))
    }

    private mutating func start(_ place: Int) {
        live[place].started = now
        let job = live[place]
        guard job.hasWaited else { return }
        let wait = now - job.submitted
        recent.observe(wait, Int(job.priority))
        guard job.forecast >= 0 else { return }
        record.forecasts[Int(job.forecast)].wait = wait
        let promise = record.forecasts[Int(job.forecast)]
        forecaster.observe(wait, promise.forecast, promise.sample)
    }

    /// All parts of a job have run.
    private mutating func note(_ id: JobID) {
        guard let slot = kernel.book.jobs.slot(of: id) else { return }
        let job = live[slot.place]
        guard job.program >= 0 else { return calibrated(Int(job.device)) }
        guard job.submitted >= scenario.warmUp else { return }
        if job.sample >= 0 { record.samples[Int(job.sample)].row = record.waits.count }
        let cost = estimates.cost(Int(job.program), on: Int(job.device))
        record.append(
            FleetRecord.Row(
                wait: Float(job.started - job.submitted), service: job.service, estimate: Float(exponential(-cost)),
                program: UInt16(truncatingIfNeeded: job.program), device: UInt16(job.device),
                account: UInt16(truncatingIfNeeded: job.payer), width: UInt16(job.width), priority: job.priority,
                keptDeadline: now <= job.deadline))
        if keepsTenancies { record.endStay(of: id.rawValue, at: now) }
    }

    private mutating func calibrated(_ d: Int) {
        machines[d].calibrate(at: now)
        record.calibrations += 1
        let calibration = machines[d].record(version: machines[d].version)
        if machines[d].description.siteCount <= SiteMask.capacity {
            let library = RegionLibrary(DeviceMap(machines[d].description, calibration: calibration))
            let price = machines[d].group.pricePerSecond
            kernel.withPolicy { $0.setLibrary(library, of: DeviceIndex(d), pricePerSecond: price) }
        }
        answer(.calibrated(DeviceIndex(d), calibration.id))
        heap.push(.calibrationDue(device: d), at: now + machines[d].group.calibrateEvery)
    }
}
