import Kernel

// The loop: arrivals and what was foreseen, in the order of time.
extension FleetSimulator {
    /// Runs until the last job has ended.
    ///
    /// - Parameter progress: called now and then with the finished fraction.
    public mutating func run(progress: ((Double) -> Void)? = nil) {
        var next = traffic.next()
        var steps = 0
        while true {
            steps += 1
            if steps & 0xFFFF == 0 { progress?(min(1, now / max(scenario.duration, 1e-9))) }
            if let arrival = next, heap.first.map({ arrival.time <= $0.time }) ?? true {
                now = arrival.time
                if stopsAtEnd, now > scenario.duration { break }
                submit(arrival)
                next = traffic.next()
                continue
            }
            // Calibrations go on for ever; the simulation ends with the last job.
            if next == nil, kernel.book.jobs.count == 0 { break }
            guard let event = heap.pop() else { break }
            now = event.time
            if stopsAtEnd, now > scenario.duration { break }
            take(event, isOver: next == nil)
        }
        record.span = now
        record.unfinished = kernel.book.jobs.count
        for d in machines.indices where running[d] > 0 { record.busy[d] += now - busySince[d] }
        // The truth after the last record, for what was sampled there.
        for d in machines.indices { machines[d].calibrate(at: now + 1) }
    }

    private mutating func take(_ event: FleetEvent, isOver: Bool) {
        switch event.kind {
        case .partEnds:
            let d = Int(event.device)
            running[d] -= 1
            if running[d] == 0 { record.busy[d] += now - busySince[d] }
            if let slot = kernel.book.jobs.slot(of: event.job) {
                record.siteSeconds[d] += Double(live[slot.place].width) * event.seconds
                live[slot.place].service += Float(event.seconds)
                let payer = live[slot.place].payer
                if payer >= 0 { record.serviceByAccount[Int(payer)] += event.seconds }
            }
            handle(.partFinished(event.job, event.fence, seconds: event.seconds))
        case .calibrationDue:
            if !isOver { submitCalibration(of: Int(event.device)) }
        case .tick: handle(.tick)
        }
    }

    private mutating func submit(_ arrival: Arrival) {
        record.submitted += 1
        let profile = programs.entries[Int(arrival.program)].profile
        let isAlone = arrival.isAlone || profile.isDynamic || scenario.scheduling.maximumPrograms == 1
        let card = JobCard(
            account: payerIndices[Int(arrival.account)], priority: Priority(rawValue: arrival.priority) ?? .normal,
            wantsMachineAlone: isAlone, width: profile.width, shots: Int(arrival.shots), seconds: 0,
            deadline: arrival.time + arrival.deadline, tag: UInt32(arrival.program))
        var job = LiveJob()
        job.submitted = arrival.time
        job.deadline = arrival.time + arrival.deadline
        (job.payer, job.program, job.shots) = (arrival.account, arrival.program, arrival.shots)
        job.width = Int32(profile.width)
        job.priority = arrival.priority
        if scenario.workload.runtimeSpread > 0 {
            var random = SplitMix(seed: seed ^ nextJob, stream: 11)
            job.factor = Float(exponential(random.normal() * scenario.workload.runtimeSpread))
        }
        submit(card, job)
    }

    private mutating func submitCalibration(of d: Int) {
        var job = LiveJob()
        job.submitted = now
        job.device = Int32(d)
        job.priority = Priority.system.rawValue
        submit(
            JobCard(
                device: DeviceIndex(d), priority: .system, wantsMachineAlone: true, width: 1, shots: 1,
                seconds: machines[d].group.calibrationSeconds, tag: .max), job)
    }

    private mutating func submit(_ card: JobCard, _ job: LiveJob) {
        let id = JobID(nextJob)
        nextJob += 1
        kernel.handle(.submit(id, card), at: now, into: &output)
        record.events += 1
        if let slot = kernel.book.jobs.slot(of: id) {
            while live.count <= slot.place { live.append(LiveJob()) }
            live[slot.place] = job
        }
        settle()
        if forecaster != nil, job.program >= 0 { foretell(id) }
    }

    /// Promises a wait to a job that did not start at once.
    private mutating func foretell(_ id: JobID) {
        guard let slot = kernel.book.jobs.slot(of: id), kernel.book.jobs[slot].state == .queued,
            let start = kernel.policy.plannedStart(of: slot, in: kernel.book, at: now),
            let forecast = forecaster?.forecast(
                planned: max(0, start - now), priority: kernel.book.jobs[slot].card.priority)
        else { return }
        live[slot.place].forecast = Int32(record.forecasts.count)
        record.forecasts.append(
            FleetRecord.ForecastOutcome(
                forecast: forecast, baseline: recent.forecast(forecast), wait: -1, submitted: now))
    }
}
