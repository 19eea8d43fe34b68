import Console
import Kernel
import Storage

/// Jobs of the user's own store, for which the kernel runs in the command itself or in the background.
extension JobStore: JobPlace {
    func jobs(_ wanted: JobQuery) throws(CommandFailure) -> [JobDocument] {
        if wanted.project != nil {
            throw .usage("--project is for the jobs of a service\n  cure: on this computer name an account: --account")
        }
        var filter = JobFilter(
            states: wanted.states.isEmpty ? nil : wanted.states, account: wanted.account, limit: wanted.limit)
        filter.tag = wanted.tag
        filter.device = wanted.device
        filter.session = wanted.session
        let found = filter
        return try read { store throws(KernelError) in try store.summaries(found) }.map(JobDocument.init(ofStore:))
    }

    func job(_ id: JobID, detail: Bool) async throws(CommandFailure) -> JobDocument {
        let summary = try summary(id)
        var document = JobDocument(ofStore: summary)
        if summary.state == .failed { document.failure = try failure(of: id) }
        guard detail else { return document }
        document.history = try history(of: id)
        if summary.state?.isFinal != true {
            let runtime = try runtime()
            let outlook = try await asking { () throws(KernelError) in try await runtime.outlook(of: id) }
            if let outlook { document.foresee(outlook) }
        }
        return document
    }

    private func failure(of id: JobID) throws(CommandFailure) -> FailureDocument? {
        try read { store throws(KernelError) in
            guard let bytes = try store.document(.failure, of: id, number: 0) else { return nil }
            return try FailureDocument(bytes: bytes)
        }
    }

    private func history(of id: JobID) throws(CommandFailure) -> [JobEventDocument] {
        try read { store throws(KernelError) in try store.history(of: id) }
            .enumerated().map { JobEventDocument($1, number: $0 + 1) }
    }

    func change(_ id: JobID, _ change: JobChange) async throws(CommandFailure) -> JobDocument {
        let runtime = try runtime()
        try await asking { () throws(KernelError) in
            switch change {
            case .cancel: try await runtime.cancel(id)
            case .pause: try await runtime.pause(id)
            case .resume: try await runtime.resume(id)
            }
        }
        if change == .resume { try startWorker() }
        return try await job(id, detail: false)
    }

    func result(of id: JobID) throws(CommandFailure) -> ResultDocument {
        try read { store throws(KernelError) in
            try DocumentCoding.decode(try store.document(.result, of: id, number: 0) ?? [])
        }
    }

    func follow(_ id: JobID, _ tell: @escaping (JobEventDocument) -> Void) async throws(CommandFailure) {
        var told = 0, watch = WorkerWatch(store: self)
        while true {
            let isOver = try summary(id).state?.isFinal == true
            if !isOver { try watch.look() }
            let events = try history(of: id)
            for event in events.dropFirst(told) { tell(event) }
            told = events.count
            if isOver { return }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    func settle(_ id: JobID) async throws(CommandFailure) {
        var watch = WorkerWatch(store: self)
        while true {
            let state = try summary(id).state
            if state?.isFinal == true || state == .paused { return }
            try watch.look()
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    func machines() async throws(CommandFailure) -> [MachineDocument] {
        let runtime = try runtime()
        return try await asking { () throws(KernelError) in try await runtime.fleet() }.map(MachineDocument.init)
    }

    func reserve(
        _ device: String, _ wanted: ReservationDocument
    ) async throws(CommandFailure) -> ReservationDocument {
        let runtime = try runtime()
        return try await asking { () throws(KernelError) in try await runtime.reserve(device, wanted) }
    }

    func endReservations(_ device: String, of account: String) async throws(CommandFailure) -> Int {
        let runtime = try runtime()
        return try await asking { () throws(KernelError) in try await runtime.endReservations(device, of: account) }
    }

    func usage(of account: String) async throws(CommandFailure) -> UsageDocument {
        let runtime = try runtime()
        return try await asking { () throws(KernelError) in
            UsageDocument(project: account, try await runtime.usage(of: account))
        }
    }

    func setBudget(_ account: String, seconds: Double?) async throws(CommandFailure) {
        let runtime = try runtime()
        try await asking { () throws(KernelError) in
            try await runtime.setBudget(account, seconds: seconds ?? .infinity)
        }
        try startWorker()
    }
}

extension JobDocument {
    /// A job of the user's own store.
    init(ofStore job: JobSummary) {
        self.init(job)
        account = job.account.isEmpty ? nil : job.account
        key = job.key
    }
}

extension JobStore {
    /// Whether there are jobs on their way besides this one.
    func hasOthers(than id: JobID) throws(KernelError) -> Bool {
        let states: [JobState] = [.created, .validated, .queued, .compiling, .running, .mitigating]
        let live = try storage.exclusively { store throws(KernelError) in
            try store.summaries(JobFilter(states: states, limit: 2))
        }
        return live.contains { $0.job != id }
    }
}
