import Hardware
import Kernel
import Storage

/// What the door keeps of a job.
struct IQMRecord: Codable {
    struct Key: Codable {
        var name: String
        /// Its first bit, and their number.
        var start: Int
        var count: Int
    }

    /// Of each circuit.
    var keys: [[Key]]
    var calibration: String
    /// As it was sent.
    var payload: String

    init(keys: [[Key]], calibration: String, payload: String) {
        self.keys = keys
        self.calibration = calibration
        self.payload = payload
    }

    init(_ record: DoorRecord) throws(KernelError) { self = try DocumentCoding.decode(record.bytes) }
}

/// A job in IQM's words.
struct IQMJob: Encodable {
    struct Message: Encodable {
        var source = IQMDoor.source
        var message: String
        var error_code: String?
    }

    struct Entry: Encodable {
        var source = IQMDoor.source
        var status: String
        var timestamp: String
    }

    struct Compilation: Encodable {
        var calibration_set_id: String
    }

    var id: String
    var type = "circuit"
    var status: String
    var compilation: Compilation
    var messages: [Message]
    var errors: [Message]
    var queue_position: Int?
    var timeline: [Entry]
    var artifacts: [[String: String]]
}

extension Call {
    func submitIQM() async throws -> Answer {
        let asked: IQMSubmission = try decoded()
        let machine = try iqmMachine()
        if let query = try query("use_timeslot"), query.lowercased() == "true" {
            throw Problem(.badRequest, "use_timeslot: Kelvin has no time slots of IQM's", cure: "open a session")
        }
        if let calibration = asked.calibration, calibration.lowercased() != machine.iqmCalibration {
            throw Problem(
                .calibrationChanged,
                "\(machine.id) works under the calibration set \(machine.iqmCalibration), not \(calibration.clipped)")
        }
        let parts = try asked.circuits.enumerated().map { place, circuit in
            try circuit.block(machine, asked.mapping, place: place)
        }
        var document = SubmissionDocument(
            name: asked.circuits[0].name, device: machine.id, blocks: parts.map(\.0), shots: asked.shots, seed: seed(),
            mitigation: .none)
        // Where these are the machine's own gates, nothing is changed in them; elsewhere their sites are kept.
        if machine.speaksIQM { document.isCompiled = true }
        let job = try await submit(document)
        let kept = IQMRecord(
            keys: parts.map(\.keys), calibration: machine.iqmCalibration, payload: String(decoding: body, as: UTF8.self)
        )
        let record = try newRecord("iqm", "job", Self.newUUID(), job: job, bytes: DocumentCoding.encode(kept))
        try keep(record)
        return .json(try await iqmJob(record))
    }

    func iqmJob(_ record: DoorRecord) async throws -> IQMJob {
        guard let job = try summary(of: record) else { throw IQMDoor.gone(record) }
        let kept = try IQMRecord(record)
        let status =
            switch job.state {
            case nil, .created, .validated, .queued, .paused: "waiting"
            case .compiling, .running, .mitigating: "processing"
            case .completed: "completed"
            case .failed: "failed"
            case .cancelled: "cancelled"
            }
        var answer = IQMJob(
            id: record.name, status: status, compilation: .init(calibration_set_id: kept.calibration), messages: [],
            errors: [], queue_position: nil,
            timeline: [
                .init(status: "received", timestamp: Timestamp.precise(job.submitted)),
                .init(status: status, timestamp: Timestamp.precise(max(job.submitted, job.updated))),
            ],
            artifacts: status == "completed" ? [["type": "measurements"], ["type": "measurement_counts"]] : [])
        if status == "waiting" { answer.queue_position = try await jobAnswer(job).position ?? 0 }
        if let failure = try failure(of: job) {
            let text = failure.cure.map { "\(failure.message); \($0)" } ?? failure.message
            answer.errors = [.init(message: text, error_code: failure.code)]
        }
        if let machine = try? offered(job.device), machine.description.isEmulated {
            answer.messages = [.init(message: "\(machine.id) is emulated: no physical machine ran this")]
        }
        return answer
    }

    /// For each circuit the outcomes of each measurement by its key, shot by shot.
    func iqmMeasurements() throws -> Answer {
        let (kept, tables) = try iqmTables()
        return .json(
            zip(kept.keys, tables).map { keys, table in
                Dictionary(
                    uniqueKeysWithValues: keys.map { key in
                        (
                            key.name,
                            (0..<table.shots).map { shot in
                                (key.start..<key.start + key.count).map { table.bit($0, of: shot) }
                            }
                        )
                    })
            })
    }

    func iqmCounts() throws -> Answer {
        struct Counts: Encodable {
            var measurement_keys: [String]
            var counts: [String: Int]
        }
        let (kept, tables) = try iqmTables()
        return .json(
            zip(kept.keys, tables).map { keys, table in
                var counts: [String: Int] = [:]
                for shot in 0..<table.shots {
                    counts[table.row(shot).map { "\($0)" }.joined(), default: 0] += 1
                }
                return Counts(measurement_keys: keys.map(\.name), counts: counts)
            })
    }

    private func iqmTables() throws -> (IQMRecord, [ShotTable]) {
        let record = try record
        guard let job = try summary(of: record) else { throw IQMDoor.gone(record) }
        let tables = try shots(of: job)
        let ordered = try results(of: job).results.map { block in
            guard let program = block.samples?.first?.program, tables.indices.contains(program) else {
                throw Problem(.fault, "\(record.name) has no shots")
            }
            return tables[program]
        }
        return (try IQMRecord(record), ordered)
    }
}
