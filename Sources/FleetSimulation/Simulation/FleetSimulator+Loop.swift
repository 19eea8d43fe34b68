import Kernel

// The loop: arrivals and what was foreseen, in the order of time.
extension FleetSimulator {
    /// Runs until the last job has ended.
    ///
    /// - Parameter progress: called now and then with the finished fraction.
    public mutating func run(progress: ((Double) -> Void)? = nil) {
        upcoming = traffic.next()
        var steps = 0
        while true {
            steps += 1
            if steps & 0xFFFF == 0 { progress?(min(1, now / max(scenario.duration, 1e-9))) }
            if let arrival = upcoming, arrival.time <= heap.nextTime {
                now = arrival.time
                if stopsAtEnd, now > scenario.duration { break }
                upcoming = traffic.next()
                submit(arrival)
                continue
            }
            // Calibrations go on for ever; the simulation ends with the last job.
            if upcoming == nil, kernel.book.jobs.count == 0 { break }
            guard let (time, event) = heap.pop() else { break }
            now = time
            if stopsAtEnd, now > scenario.duration { break }
            take(event)
        }
        record.span = now
        record.unfinished = kernel.book.jobs.count
        for d in machines.indices where running[d] > 0 { record.busy[d] += now - busySince[d] }
        // The truth after the last record, for what was sampled there.
        for d in machines.indices { machines[d].calibrate(at: now + 1) }
    }

    private mutating func take(_ event: FleetEvent) {
        switch event {
        case .partEnds(let id, let fence, let d, let seconds):
            running[d] -= 1
            if running[d] == 0 { record.busy[d] += now - busySince[d] }
            if let slot = kernel.book.jobs.slot(of: id) {
                record.siteSeconds[d] += Double(live[slot.place].width) * seconds
                live[slot.place].service += Float(seconds)
                let payer = live[slot.place].payer
                if payer >= 0 { record.serviceByAccount[Int(payer)] += seconds }
            }
            handle(.partFinished(id, fence, seconds: seconds))
        case .calibrationDue(let d): if upcoming != nil { submitCalibration(of: d) }
        case .tick: handle(.tick)
        }
    }

    private mutating func submit(_ arrival: Arrival) {
        record.submitted += 1
        record.lastArrival = now
        let card = cards.card(of: arrival)
        if foretelling != nil { memory.noteArrival(card, at: arrival.time) }
        var job = LiveJob()
        job.submitted = arrival.time
        job.deadline = arrival.time + arrival.deadline
        (job.payer, job.program, job.shots) = (arrival.account, arrival.program, arrival.shots)
        job.width = Int32(card.width)
        job.priority = arrival.priority
        job.factor = Float(runtimeFactor(of: JobID(nextJob)))
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
        if let foretelling, job.program >= 0 { foretell(id, foretelling) }
    }
}
