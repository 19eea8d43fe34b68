public import Kernel

// Documents, calibrations, leases.
extension SQLTransaction {
    public func document(_ kind: DocumentKind, of job: JobID, number: Int) throws(KernelError) -> [UInt8]? {
        try row(
            "SELECT bytes FROM documents WHERE kind = ? AND job = ? AND number = ?",
            [.text(kind.rawValue), .integer(job.stored), .integer(Int64(number))]
        ) { $0.bytes(0) ?? [] }
    }

    public func setDocument(
        _ kind: DocumentKind, of job: JobID, number: Int, _ bytes: [UInt8]
    ) throws(KernelError) {
        try execute(
            """
            INSERT INTO documents (kind, job, number, bytes) VALUES (?, ?, ?, ?)
            ON CONFLICT (kind, job, number) DO UPDATE SET bytes = excluded.bytes
            """, [.text(kind.rawValue), .integer(job.stored), .integer(Int64(number)), .bytes(bytes)])
    }

    public func removeDocuments(_ kind: DocumentKind, of job: JobID) throws(KernelError) {
        try execute(
            "DELETE FROM documents WHERE kind = ? AND job = ?", [.text(kind.rawValue), .integer(job.stored)])
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
