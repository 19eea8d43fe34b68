import Kernel
import Storage

// What SDKs do with jobs, however they say it.
extension Call {
    /// Has a job cancelled and waits for a moment until it is. A job that is over stays as it is.
    func cancelled(_ job: JobSummary) async throws -> JobSummary {
        if job.state?.isFinal == true { return job }
        try await service.runtime.cancel(job.job)
        return try await settled(job, within: 5)
    }

    /// Erases a job, and what doors keep of it; one that is on its way is cancelled before.
    func erase(_ record: DoorRecord) async throws {
        if let job = try summary(of: record) {
            _ = try await cancelled(job)
            let isGone = try service.storage.exclusively { store throws(KernelError) in try store.remove(job.job) }
            guard isGone else {
                throw Problem(.unfinished, "\(record.name) is not over", cure: "wait until it is, then delete it")
            }
            try service.accounts.changeAccounts { store throws(KernelError) in try store.removeRecords(of: job.job) }
        }
        try service.accounts.changeAccounts { store throws(KernelError) in
            try store.removeRecord(record.door, record.kind, record.name)
        }
    }

    /// The answer of each block of a job that ended well.
    func results(of job: JobSummary) throws -> ResultDocument {
        guard let document = try resultDocument(of: job) else {
            switch job.state {
            case .failed: throw Problem(try failure(of: job)?.error ?? .givenUp(job.job))
            case .cancelled: throw Problem(KernelError(.cancelled, code: "cancelled", "\(job.name) was cancelled"))
            default: throw Problem(.unfinished, "\(job.name) is \(job.state?.description ?? "created")")
            }
        }
        return document
    }

    /// A name that nobody else has, in the form that SDKs expect: a UUID of version 4.
    static func newUUID() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
    }
}
