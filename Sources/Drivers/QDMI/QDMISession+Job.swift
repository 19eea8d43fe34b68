#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension QDMISession {
    /// What a job gave: one bit string a shot, or how often each occurred.
    enum Outcomes {
        case shots([String])
        case histogram([(key: String, count: Int)])
    }

    /// Runs one program to its end.
    ///
    /// - Parameter isCancelled: asked between looks at the job; the library is then asked to cancel it.
    func run(
        _ program: String, format: Int32, shots: Int, isCancelled: () -> Bool
    ) throws(QDMIFault) -> Outcomes {
        var handle: QDMILibrary.Handle?
        try Self.succeed(library.createJob(session, &handle), "create_device_job")
        guard let job = handle else { throw QDMIFault("gave no job (a null handle)") }
        defer { library.freeJob(job) }
        let status = withUnsafeBytes(of: shots) {
            library.setJobParameter(job, QDMI.shotsParameter, $0.count, $0.baseAddress)
        }
        try Self.succeed(status, "device_job_set_parameter (shots)")
        try setProgram(program, format: format, of: job)
        try Self.succeed(library.submit(job), "device_job_submit")
        try wait(for: job, isCancelled)
        return try outcomes(of: job)
    }

    private func setProgram(_ program: String, format: Int32, of job: QDMILibrary.Handle) throws(QDMIFault) {
        let bytes = Array(program.utf8) + [0]
        let status = bytes.withUnsafeBytes { raw in
            var size = raw.count
            var pointer: UnsafeRawPointer? = raw.baseAddress
            return library.setPrograms(job, format, 1, &size, &pointer)
        }
        try Self.succeed(status, "device_job_set_programs")
    }

    private func wait(for job: QDMILibrary.Handle, _ isCancelled: () -> Bool) throws(QDMIFault) {
        var pause: UInt32 = 200
        while true {
            var status: Int32 = -1
            try Self.succeed(library.check(job, &status), "device_job_check")
            switch status {
            case QDMI.JobStatus.done: return
            case QDMI.JobStatus.failed: throw QDMIFault("reports that the job failed")
            case QDMI.JobStatus.cancelled:
                var fault = QDMIFault("reports that the job was cancelled")
                fault.isCancelled = isCancelled()
                throw fault
            case QDMI.JobStatus.created...QDMI.JobStatus.running: break
            default: throw QDMIFault("reports the job status \(status), which does not exist")
            }
            if isCancelled() {
                _ = library.cancel(job)
                var fault = QDMIFault("was told to cancel the job")
                fault.isCancelled = true
                throw fault
            }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
    }

    private func outcomes(of job: QDMILibrary.Handle) throws(QDMIFault) -> Outcomes {
        let shots = try text("the shots", limit: Self.maximumResult) {
            library.results(job, 0, QDMI.JobResult.shots, $0, $1, $2)
        }
        if let shots, !shots.isEmpty {
            return .shots(shots.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
        }
        let keys = try text("the histogram's keys", limit: Self.maximumResult) {
            library.results(job, 0, QDMI.JobResult.histogramKeys, $0, $1, $2)
        }
        let values = try list("the histogram's values", of: Int.self) {
            library.results(job, 0, QDMI.JobResult.histogramValues, $0, $1, $2)
        }
        guard let keys, let values else { throw QDMIFault("gives neither shots nor a histogram") }
        let names = keys.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.count == values.count else {
            throw QDMIFault("gives \(names.count) keys and \(values.count) values of one histogram")
        }
        guard values.allSatisfy({ $0 >= 0 }) else { throw QDMIFault("gives a negative count") }
        return .histogram(zip(names, values).map { (key: $0, count: $1) })
    }
}
