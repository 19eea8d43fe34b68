/// Strict priority classes, first come first served within a class, one job on a machine: FCFS, the discipline that all
/// others are measured against.
public struct FirstComePolicy: SchedulingPolicy {
    private struct Waiting: Sendable {
        let job: JobSlot
        let priority: Priority
        let submitted: Double
        let id: JobID

        func precedes(_ other: Waiting) -> Bool {
            if priority != other.priority { return priority > other.priority }
            if submitted != other.submitted { return submitted < other.submitted }
            return id < other.id
        }
    }

    /// In the order in which they are to run.
    private var waiting: [Waiting] = []

    public init() {}

    public mutating func enqueue(_ job: JobSlot, in book: KernelBook, at now: Double) {
        let record = book.jobs[job]
        let entry = Waiting(job: job, priority: record.card.priority, submitted: record.submitted, id: record.id)
        waiting.insert(entry, at: place(of: entry))
    }

    public mutating func remove(_ job: JobSlot, in book: KernelBook, at now: Double) {
        let record = book.jobs[job]
        let entry = Waiting(job: job, priority: record.card.priority, submitted: record.submitted, id: record.id)
        let place = place(of: entry)
        if place < waiting.count, waiting[place].job == job { waiting.remove(at: place) }
    }

    /// The first place whose job does not precede this one.
    private func place(of entry: Waiting) -> Int {
        var (low, high) = (0, waiting.count)
        while low < high {
            let middle = (low + high) / 2
            if waiting[middle].precedes(entry) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    public mutating func place(
        _ cause: DispatchCause, in book: KernelBook, at now: Double, into placements: inout [Placement]
    ) {
        var free = book.devices.indices.filter { book.devices[$0].runs == 0 && book.devices[$0].isAvailable }
        for entry in waiting {
            if free.isEmpty { return }
            let width = Int(book.jobs[entry.job].card.width)
            for (k, device) in free.enumerated() where book.devices[device].siteCount >= width {
                let placement = Placement(
                    job: entry.job, device: DeviceIndex(device), sites: SiteSet(all: book.devices[device].siteCount))
                if book.refusal(of: placement, at: now) == nil {
                    placements.append(placement)
                    free.remove(at: k)
                    break
                }
            }
        }
    }

    public func position(of job: JobSlot, in book: KernelBook) -> Int? {
        let asked = book.jobs[job].card.device
        guard let place = waiting.firstIndex(where: { $0.job == job }) else { return nil }
        // Jobs for other machines are not in the way.
        let ahead = waiting[..<place].count {
            guard let asked, let other = book.jobs[$0.job].card.device else { return true }
            return other == asked
        }
        let running = asked.map { book.devices[$0.place].runs } ?? 0
        return ahead + running
    }

    public func nextDecision(in book: KernelBook, after now: Double) -> Double {
        waiting.reduce(.infinity) { next, entry in
            let notBefore = book.jobs[entry.job].notBefore
            return notBefore > now ? min(next, notBefore) : next
        }
    }
}
