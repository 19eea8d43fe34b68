public import Kernel

// Documents, calibrations, leases.
extension SQLTransaction {
    public func document(_ kind: DocumentKind, of job: JobID, number: Int) throws(KernelError) -> [UInt8]? {
        let found = try row(
            "SELECT bytes, blob FROM documents WHERE kind = ? AND job = ? AND number = ?",
            [.text(kind.rawValue), .integer(job.stored), .integer(Int64(number))]
        ) { (bytes: $0.bytes(0) ?? [], blob: $0.text(1)) }
        guard let text = found?.blob else { return found?.bytes }
        guard let shelf, let name = BlobName(text) else {
            throw KernelError(
                .system, code: "storage.blob",
                "the \(kind.rawValue) of \(job) is in a blob store that is not open here",
                cure: "give the same --blobs to every server and worker of a database")
        }
        return try shelf.store.bytes(of: name)
    }

    public func setDocument(
        _ kind: DocumentKind, of job: JobID, number: Int, _ bytes: [UInt8]
    ) throws(KernelError) {
        var blob: BlobName?
        if let shelf, bytes.count >= shelf.least { blob = try shelf.store.put(bytes) }
        try set([Document(kind: kind, job: job, number: number, bytes: bytes, blob: blob)])
    }

    /// A document on its way into the tables.
    struct Document {
        var kind: DocumentKind
        var job: JobID
        var number: Int
        var bytes: [UInt8]
        /// What holds the bytes; nil where the tables are to.
        var blob: BlobName?
    }

    /// Keeps documents, no two of the same kind, job and number.
    func set(_ documents: [Document]) throws(KernelError) {
        let rows = documents.map { document -> [SQLValue] in
            [
                .text(document.kind.rawValue), .integer(document.job.stored), .integer(Int64(document.number)),
                .bytes(document.blob == nil ? document.bytes : []), SQLValue(document.blob?.text),
            ]
        }
        try insert(
            into: "documents (kind, job, number, bytes, blob)", rows,
            "ON CONFLICT (kind, job, number) DO UPDATE SET bytes = excluded.bytes, blob = excluded.blob")
    }

    /// Notes the blobs of documents that are about to be removed.
    func dropBlobs(where condition: String, _ values: [SQLValue]) throws(KernelError) {
        guard shelf != nil else { return }
        droppedBlobs += try rows("SELECT blob FROM documents WHERE \(condition) AND blob IS NOT NULL", values) {
            $0.text(0).flatMap { BlobName($0) }
        }.compactMap { $0 }
    }

    /// Those of some blobs that a document names.
    public func named(_ blobs: [BlobName]) throws(KernelError) -> Set<String> {
        var known: Set<String> = []
        for blob in blobs {
            let text = try row("SELECT blob FROM documents WHERE blob = ?", [.text(blob.text)]) { $0.word(0) }
            if let text { known.insert(text) }
        }
        return known
    }

    public func removeDocuments(_ kind: DocumentKind, of job: JobID) throws(KernelError) {
        try dropBlobs(where: "kind = ? AND job = ?", [.text(kind.rawValue), .integer(job.stored)])
        try execute(
            "DELETE FROM documents WHERE kind = ? AND job = ?", [.text(kind.rawValue), .integer(job.stored)])
    }

    func removeLease(of job: JobID) throws(KernelError) {
        try execute("DELETE FROM leases WHERE job = ?", [.integer(job.stored)])
    }

    public func calibration(_ id: String) throws(KernelError) -> [UInt8]? {
        try row("SELECT bytes FROM calibrations WHERE id = ?", [.text(id)]) { $0.bytes(0) ?? [] }
    }

    public func setCalibration(_ id: String, _ bytes: [UInt8]) throws(KernelError) {
        try execute(
            """
            INSERT INTO calibrations (id, bytes) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes
            """, [.text(id), .bytes(bytes)])
    }

    public func renew(_ job: JobID, _ fence: Fence, until end: Double) throws(KernelError) {
        try execute(
            """
            INSERT INTO leases (job, fence, until) VALUES (?, ?, ?)
            ON CONFLICT (job) DO UPDATE SET fence = excluded.fence, until = excluded.until
            """, [.integer(job.stored), .integer(Int64(fence)), .real(end)])
    }

    public func renewals() throws(KernelError) -> [LeaseRenewal] {
        try rows("SELECT job, fence, until FROM leases ORDER BY job") { row in
            LeaseRenewal(
                job: JobID(stored: row.integer(0) ?? 0), fence: Fence(truncatingIfNeeded: row.integer(1) ?? 0),
                end: row.time(2))
        }
    }
}
