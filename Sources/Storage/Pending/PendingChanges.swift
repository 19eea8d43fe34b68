public import Kernel

/// What turns changed and nobody has written yet: each row as it is in the end, however often it changed. A document that
/// is kept and removed between two writings of the disk never gets there.
public struct PendingChanges: Sendable {
    /// Documents of one kind of one job.
    public struct Group: Hashable, Sendable {
        public var kind: DocumentKind
        public var job: JobID
    }

    struct Lease: Sendable {
        var fence: Fence
        var end: Double
    }

    var facts: [(number: Int64, entry: JournalEntry)] = []
    /// Rows that changed, whole.
    var jobs: [JobID: JobSummary] = [:]
    /// Those of them that are not in the tables yet.
    var newJobs: Set<JobID> = []
    /// By the key that they were submitted with.
    var keys: [String: JobID] = [:]
    var documents: [Group: [Int: [UInt8]]] = [:]
    /// Groups whose documents in the tables go before `documents` come.
    var removals: Set<Group> = []
    var calibrations: [String: [UInt8]] = [:]
    /// Nil where there is none any more.
    var leases: [JobID: Lease?] = [:]
    /// Jobs to be forgotten.
    var erased: Set<JobID> = []

    public init() {}

    public var isEmpty: Bool {
        facts.isEmpty && jobs.isEmpty && documents.isEmpty && removals.isEmpty && calibrations.isEmpty
            && leases.isEmpty && erased.isEmpty
    }

    /// Whether others have something to hear of.
    public var hasFacts: Bool { !facts.isEmpty }
    /// The largest number among jobs that are not in the tables yet; nil for none.
    public var lastNewJob: JobID? { newJobs.max() }
    /// The numbers of the facts, which follow each other; nil for none.
    public var factNumbers: ClosedRange<Int64>? {
        if let first = facts.first?.number, let last = facts.last?.number { first...last } else { nil }
    }

    /// The row of a job, where it changed; nil where the tables know.
    public func summary(of job: JobID) -> JobSummary?? {
        if erased.contains(job) { return .some(nil) }
        return jobs[job].map { .some($0) }
    }

    public func job(withKey key: String) -> JobID? { keys[key] }
    public func calibration(_ id: String) -> [UInt8]? { calibrations[id] }

    /// Whether a document is known here; nil where the tables know.
    public func document(_ group: Group, _ number: Int) -> [UInt8]?? {
        if let bytes = documents[group]?[number] { return .some(bytes) }
        return removals.contains(group) || newJobs.contains(group.job) ? .some(nil) : nil
    }

    mutating func setDocument(_ group: Group, _ number: Int, _ bytes: [UInt8]) {
        documents[group, default: [:]][number] = bytes
    }

    mutating func removeDocuments(_ group: Group) {
        documents[group] = nil
        if !newJobs.contains(group.job) { removals.insert(group) }
    }

    /// Tells whoever remembers living jobs how they are once this is written.
    public func remember(in living: inout [JobID: JobSummary]) {
        for (job, summary) in jobs { living[job] = summary.isLive ? summary : nil }
        for job in erased { living[job] = nil }
    }

    /// Takes in what came later.
    public mutating func take(_ later: PendingChanges) {
        facts += later.facts
        jobs.merge(later.jobs) { $1 }
        newJobs.formUnion(later.newJobs)
        keys.merge(later.keys) { $1 }
        for group in later.removals { removeDocuments(group) }
        for (group, own) in later.documents { documents[group, default: [:]].merge(own) { $1 } }
        calibrations.merge(later.calibrations) { $1 }
        leases.merge(later.leases) { $1 }
        erased.formUnion(later.erased)
    }
}

extension PendingChanges {
    /// Where large documents are.
    public typealias Blobs = [Group: [Int: BlobName]]

    /// Puts large documents into the blob store, before the tables are held for the rest.
    public func shelved(on shelf: BlobShelf) throws(KernelError) -> Blobs {
        var names = Blobs()
        for (group, own) in documents {
            for (number, bytes) in own where bytes.count >= shelf.least {
                names[group, default: [:]][number] = try shelf.store.put(bytes)
            }
        }
        return names
    }

    /// Writes everything into the tables.
    public func write(
        to transaction: SQLTransaction, _ blobs: Blobs
    ) throws(KernelError) {
        let rows = jobs.values.sorted { $0.job < $1.job }
        try transaction.insert(rows.filter { newJobs.contains($0.job) })
        for row in rows where !newJobs.contains(row.job) { try transaction.update(row) }
        try transaction.insert(facts)
        for group in removals { try transaction.removeDocuments(group.kind, of: group.job) }
        try transaction.set(
            documents.flatMap { group, own in
                own.map { number, bytes in
                    SQLTransaction.Document(
                        kind: group.kind, job: group.job, number: number, bytes: bytes, blob: blobs[group]?[number])
                }
            })
        for (id, bytes) in calibrations { try transaction.setCalibration(id, bytes) }
        for (job, lease) in leases {
            guard let lease else {
                try transaction.removeLease(of: job)
                continue
            }
            try transaction.renew(job, lease.fence, until: lease.end)
        }
        for job in erased { try transaction.erase(job) }
    }
}
