import Kernel
import Storage

// What was put into containers: first by itself, then with its job, whose life it shares.
extension Call {
    /// Inputs without a job, and those of jobs, by account, container and blob: each account has containers of its own.
    private static let waiting = "waiting", taken = "input"
    /// So many inputs of a project may be without their jobs.
    private static let mostWaiting = 100

    private static func name(_ address: BlobAddress) -> String {
        "\(address.account):\(address.container)/\(AzureJob.input)"
    }

    /// Keeps the body of the call as the input of a container.
    ///
    /// - Throws: `precondition-failed` where there is one, `too-many-jobs` where too many wait for their jobs.
    func keepAzureInput(at address: BlobAddress) throws {
        let name = Self.name(address)
        let record = DoorRecord(
            door: AzureDoor.name, kind: Self.waiting, name: name, account: address.account, job: nil, created: received,
            bytes: body)
        // Looked at and changed in one turn: of two who put at a time one is the first.
        let refusal: Problem? = try service.accounts.changeAccounts { store throws(KernelError) -> Problem? in
            for kind in [Self.waiting, Self.taken] {
                guard try store.record(AzureDoor.name, kind, name) == nil else {
                    return Problem(.preconditionFailed, "there is an input in \(address.container.clipped) already")
                }
            }
            var filter = DoorRecordFilter(
                door: AzureDoor.name, kind: Self.waiting, projects: [record.project], limit: 1)
            var count = try store.recordCount(filter)
            // Whose address is over gets no job any more.
            while count > 0 {
                filter.offset = count - 1
                guard let oldest = try store.records(filter).first,
                    oldest.created + BlobAddress.lifetime < received
                else { break }
                try store.removeRecord(AzureDoor.name, Self.waiting, oldest.name)
                count -= 1
            }
            guard count < Self.mostWaiting else {
                return Problem(
                    .tooManyJobs, "\(count) inputs of \(record.project) wait for their jobs",
                    cure: "submit the jobs; an input without one is forgotten after a day")
            }
            try store.set(record)
            return nil
        }
        if let refusal { throw refusal }
    }

    /// What was put into a container of an account; nil where nothing was, or it was erased.
    func azureInput(at address: BlobAddress) throws -> [UInt8]? {
        let name = Self.name(address)
        return try service.accounts.readAccounts { store throws(KernelError) -> [UInt8]? in
            if let taken = try store.record(AzureDoor.name, Self.taken, name) { return taken.bytes }
            return try store.record(AzureDoor.name, Self.waiting, name)?.bytes
        }
    }

    /// From now on the input goes with the job: it is erased with it.
    func takeAzureInput(at address: BlobAddress, for job: JobID) throws {
        let name = Self.name(address)
        try service.accounts.changeAccounts { store throws(KernelError) in
            guard var record = try store.record(AzureDoor.name, Self.waiting, name) else { return }
            try store.removeRecord(AzureDoor.name, Self.waiting, name)
            record.kind = Self.taken
            record.job = job
            try store.set(record)
        }
    }
}
