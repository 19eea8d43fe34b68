import Hardware

/// Who got the result of a job that is given out once.
public struct ReadReceipt: Hashable, Sendable, Codable {
    /// As the door knows them.
    public var reader: String
    /// Seconds since 1970-01-01 UTC.
    public var time: Double
}

extension StorageTransaction {
    /// Whether what is kept of a job is given out once.
    public func isReadOnce(_ job: JobID) throws(KernelError) -> Bool {
        try document(.once, of: job, number: 0) != nil
    }

    /// Reads what a job gave; of a job that is given out once this is the time, and everything but its history is gone
    /// afterwards. Two readers at a time take turns, as every writer does.
    ///
    /// - Throws: `read-once` where somebody has read it; what `body` throws, and then it is still there.
    public func giveOut<Value>(
        _ job: JobID, to reader: String, at time: Double, _ body: () throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        guard let kept = try document(.once, of: job, number: 0) else { return try body() }
        if !kept.isEmpty {
            let receipt: ReadReceipt = try DocumentCoding.decode(kept)
            throw .wasRead(job, receipt)
        }
        let value = try body()
        let receipt = ReadReceipt(reader: reader, time: time)
        try setDocument(.once, of: job, number: 0, DocumentCoding.encode(receipt))
        for kind: DocumentKind in [.request, .result, .itinerary, .shots, .part, .readout] {
            try removeDocuments(kind, of: job)
        }
        return value
    }
}

extension KernelError {
    static func wasRead(_ job: JobID, _ receipt: ReadReceipt) -> KernelError {
        KernelError(
            .program, code: "read-once",
            "the result of \(job) was given out once, to \(receipt.reader) at \(Timestamp.text(from: receipt.time)), and erased",
            cure: "submit the job again")
    }
}
