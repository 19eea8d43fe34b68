import Synchronization

/// A memory that lives and dies with the process: what `kelvin run` needs.
public final class MemoryStorage: KernelStorage {
    fileprivate struct Memory {
        var entries: [JournalEntry] = []
        var summaries: [JobSummary] = []
        var requests: [JobID: [UInt8]] = [:]
        var keys: [String: JobID] = [:]
        var documents: [DocumentKind: [JobID: [Int: [UInt8]]]] = [:]
        var calibrations: [String: [UInt8]] = [:]
        var renewals: [JobID: LeaseRenewal] = [:]
        /// Their summaries stay: numbers are never given out twice, and what was charged stays charged.
        var removed: Set<JobID> = []
    }

    private let memory = Mutex(Memory())

    public init() {}

    public func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        var result: Swift.Result<Value, KernelError>?
        memory.withLock { memory in
            // Moved out and back in, so that nothing is copied.
            let transaction = Transaction(memory)
            memory = Memory()
            do throws(KernelError) {
                result = .success(try body(transaction))
            } catch {
                transaction.undoAll()
                result = .failure(error)
            }
            memory = transaction.memory
        }
        guard let result else { preconditionFailure("the lock ran its body") }
        return try result.get()
    }

    public func changeMark() -> UInt64 { memory.withLock { UInt64($0.entries.count) } }

    private final class Transaction: StorageTransaction {
        var memory: Memory
        /// What takes the changes back, the last one last.
        private var undo: [(inout Memory) -> Void] = []

        init(_ memory: consuming Memory) { self.memory = memory }

        func undoAll() {
            while let step = undo.popLast() { step(&memory) }
        }

        func livingFacts() -> (entries: [JournalEntry], last: UInt64) {
            (memory.entries, UInt64(memory.entries.count))
        }

        func facts(after last: UInt64) -> (entries: [JournalEntry], last: UInt64) {
            (Array(memory.entries[Int(last)...]), UInt64(memory.entries.count))
        }

        func append(_ entries: [JournalEntry]) -> UInt64 {
            for entry in entries {
                memory.entries.append(entry)
                undo.append { $0.entries.removeLast() }
                guard let place = place(of: entry.fact.job) else { continue }
                let before = memory.summaries[place]
                memory.summaries[place].apply(entry)
                undo.append { $0.summaries[place] = before }
                if entry.fact.state?.isFinal == true { memory.renewals[before.job] = nil }
            }
            return UInt64(memory.entries.count)
        }

        func keptPromises(_ limit: Int) -> [(forecast: WaitForecaster.Forecast, wait: Double)] {
            var open: [JobID: (forecast: WaitForecaster.Forecast, time: Double)] = [:]
            var kept: [(forecast: WaitForecaster.Forecast, wait: Double)] = []
            for entry in memory.entries {
                if case .foretold(let id, let forecast) = entry.fact { open[id] = (forecast, entry.time) }
                if case .placed(let id, _, _, _) = entry.fact, let promise = open.removeValue(forKey: id) {
                    kept.append((promise.forecast, entry.time - promise.time))
                }
            }
            return kept.suffix(limit)
        }

        func arrivals(_ limit: Int, before last: JobID?) -> [JournalEntry] {
            let end = last?.rawValue ?? UInt64(memory.summaries.count + 1)
            let removed = memory.removed
            let kept = stride(from: end, to: 1, by: -1).lazy.map { JobID($0 - 1) }.filter { !removed.contains($0) }
            let jobs = Set(kept.prefix(limit))
            return memory.entries.filter { entry in
                guard let job = entry.fact.job, jobs.contains(job) else { return false }
                return switch entry.fact {
                case .submitted, .validated, .queued: true
                default: false
                }
            }
        }

        func history(of job: JobID) -> [JournalEntry] {
            memory.removed.contains(job) ? [] : memory.entries.filter { $0.fact.job == job }
        }

        func register(_ submission: Submission) throws(KernelError) -> (job: JobID, isNew: Bool) {
            if let key = submission.key, let known = memory.keys[key] {
                guard memory.requests[known] == submission.request else { throw .keyReused(key, known) }
                return (known, false)
            }
            let job = JobID(UInt64(memory.summaries.count + 1))
            memory.summaries.append(JobSummary(job, submission))
            memory.requests[job] = submission.request
            if let key = submission.key { memory.keys[key] = job }
            undo.append { memory in
                memory.summaries.removeLast()
                memory.requests[job] = nil
                if let key = submission.key { memory.keys[key] = nil }
            }
            if submission.isReadOnce { setDocument(.once, of: job, number: 0, []) }
            return (job, true)
        }

        func summary(of job: JobID) -> JobSummary? {
            memory.removed.contains(job) ? nil : place(of: job).map { memory.summaries[$0] }
        }

        func summaries(_ filter: JobFilter) -> [JobSummary] {
            let removed = memory.removed
            return Array(
                memory.summaries.reversed().lazy.filter { summary in
                    guard let state = summary.state, !removed.contains(summary.job) else { return false }
                    return filter.states?.contains(state) ?? true && filter.admits(summary)
                }.prefix(filter.limit))
        }

        func liveCount(ofProject project: String) -> Int {
            memory.summaries.count { $0.isLive && $0.project == project }
        }

        func remove(_ job: JobID) -> Bool {
            guard let summary = summary(of: job), summary.state?.isFinal == true else { return false }
            let before = (memory.requests[job], memory.documents)
            memory.removed.insert(job)
            memory.requests[job] = nil
            for kind in DocumentKind.allCases { memory.documents[kind]?[job] = nil }
            if let key = summary.key { memory.keys[key] = nil }
            undo.append { memory in
                memory.removed.remove(job)
                (memory.requests[job], memory.documents) = before
                if let key = summary.key { memory.keys[key] = job }
            }
            return true
        }

        func document(_ kind: DocumentKind, of job: JobID, number: Int) -> [UInt8]? {
            kind == .request ? memory.requests[job] : memory.documents[kind]?[job]?[number]
        }

        func setDocument(_ kind: DocumentKind, of job: JobID, number: Int, _ bytes: [UInt8]) {
            let before = memory.documents[kind]?[job]?[number]
            memory.documents[kind, default: [:]][job, default: [:]][number] = bytes
            undo.append { $0.documents[kind]?[job]?[number] = before }
        }

        func removeDocuments(_ kind: DocumentKind, of job: JobID) {
            let before = (memory.documents[kind]?[job], memory.requests[job])
            memory.documents[kind]?[job] = nil
            if kind == .request { memory.requests[job] = nil }
            undo.append {
                $0.documents[kind]?[job] = before.0
                $0.requests[job] = before.1
            }
        }

        func calibration(_ id: String) -> [UInt8]? { memory.calibrations[id] }

        func setCalibration(_ id: String, _ bytes: [UInt8]) {
            let before = memory.calibrations[id]
            memory.calibrations[id] = bytes
            undo.append { $0.calibrations[id] = before }
        }

        func renew(_ job: JobID, _ fence: Fence, until end: Double) {
            let before = memory.renewals[job]
            memory.renewals[job] = LeaseRenewal(job: job, fence: fence, end: end)
            undo.append { $0.renewals[job] = before }
        }

        func renewals() -> [LeaseRenewal] { memory.renewals.values.sorted { $0.job < $1.job } }

        private func place(of job: JobID?) -> Int? {
            guard let job, job.rawValue >= 1, job.rawValue <= UInt64(memory.summaries.count) else { return nil }
            return Int(job.rawValue - 1)
        }
    }
}
