import HTTPTypes
import Kernel
import Storage

/// IonQ's interface, version 0.4, as qiskit-ionq and cirq-ionq speak it.
///
/// Source: docs.ionq.com, and what both clients send. cirq-ionq keeps scheme, host and port of its URL alone, so that the
/// door is at the root too.
enum IonQDoor {
    static let version = "/v0.4"

    static let door = FrontDoor(
        name: "ionq", prefixes: ["/ionq", ""], rootPaths: [version], routes: routes,
        token: FrontDoor.authorization("apiKey"), refusal: refusal)

    private static func refusal(_ problem: Problem, _ request: HTTPRequest) -> Answer {
        struct Body: Encodable {
            var statusCode: Int
            var error: String
            var message: String
        }
        let message = problem.cure.map { "\(problem.detail); \($0)" } ?? problem.detail
        return .json(
            Body(statusCode: Int(problem.status.code), error: problem.code, message: message), problem.status)
    }

    @Sendable private static func routes(_ bodyLimit: Int) -> [Route] {
        [
            // qiskit-ionq asks for a backend's size without a token.
            Route(.get, "\(version)/backends/{backend}", "getBackend", .open) { call in
                .json(try IonQBackend(call.ionQMachine(call.parameter("backend")), call))
            },
            Route(.get, "\(version)/backends", "listBackends", .anyone(.read)) { call in
                .json(try call.ionQMachines().map { try IonQBackend($0, call) })
            },
            Route(.get, "\(version)/backends/{backend}/characterizations", "listCharacterizations", .anyone(.read)) {
                call in
                try call.checkQuery("limit", "start", "end", "page")
                let limit = try call.integer("limit", in: 1...100) ?? 10
                let found = try call.characterizations(of: call.ionQMachine(call.parameter("backend")))
                return .json(["characterizations": Array(found.prefix(limit))])
            },
            Route(
                .get, "\(version)/backends/{backend}/characterizations/{characterization}", "getCharacterization",
                .anyone(.read)
            ) { call in
                let id = try call.parameter("characterization")
                let all = try call.characterizations(of: call.ionQMachine(call.parameter("backend")))
                guard let found = all.first(where: { $0.id == id }) else {
                    throw Problem(.notFound, "there is no characterization \(id.clipped)")
                }
                return .json(found)
            },
            // cirq-ionq still asks for these; it sends the limit as a body.
            Route(.get, "\(version)/calibrations/current", "getCurrentCalibration", .anyone(.read)) { call in
                guard let latest = try call.characterizations(of: call.ionQMachine("qpu")).first else {
                    throw Problem(.notFound, "the machine has no calibration")
                }
                return .json(latest)
            },
            Route(.get, "\(version)/calibrations", "listCalibrations", .anyone(.read), bodyLimit: 4096) { call in
                .json(["calibrations": try call.calibrationsInTime()])
            },
            Route(.post, "\(version)/jobs", "submitJob", .anyone(.jobs), bodyLimit: bodyLimit) { call in
                try await call.submitIonQ(call.decoded())
            },
            Route(.get, "\(version)/jobs", "listJobs", .anyone(.read), bodyLimit: 4096) { call in
                try call.listIonQ()
            },
            Route(.get, "\(version)/jobs/estimate", "estimateJob", .anyone(.read)) { call in
                try call.estimateIonQ()
            },
            Route(.get, "\(version)/jobs/{record}", "getJob", .readRecord("job")) { call in
                .json(try call.ionQJob(call.record))
            },
            Route(.get, "\(version)/jobs/{record}/cost", "getCost", .readRecord("job")) { call in
                .json(try call.ionQCost(call.record))
            },
            Route(.delete, "\(version)/jobs/{record}", "deleteJob", .changeRecord("job"), bodyLimit: 4096) { call in
                let record = try call.record
                try await call.erase(record)
                return .json(["id": record.name, "status": "deleted"])
            },
            Route(
                .put, "\(version)/jobs/{record}/status/cancel", "cancelJob", .changeRecord("job"), bodyLimit: 4096
            ) { call in
                let record = try call.record
                guard let job = try call.summary(of: record) else { throw IonQDoor.gone(record) }
                return .json(["id": record.name, "status": IonQDoor.status(try await call.cancelled(job))])
            },
            Route(.get, "\(version)/jobs/{record}/results/probabilities", "getProbabilities", .readRecord("job")) {
                call in
                try call.ionQProbabilities()
            },
            Route(
                .get, "\(version)/jobs/{record}/results/probabilities/aggregated", "getAllProbabilities",
                .readRecord("job")
            ) { call in
                // cirq-ionq asks here for whatever came after a batch: what the job is decides.
                try call.ionQProbabilities()
            },
            Route(.get, "\(version)/jobs/{record}/results/shots", "getShots", .readRecord("job")) { call in
                try call.ionQShots()
            },
            Route(.get, "\(version)/jobs/{record}/artifacts/{artifact}", "getArtifact", .readRecord("job")) { call in
                try call.ionQArtifact()
            },
            Route(.post, "\(version)/sessions", "openSession", .anyone(.jobs), bodyLimit: 64 << 10) { call in
                try await call.openIonQSession(call.decoded())
            },
            Route(.get, "\(version)/sessions/{record}", "getSession", .readRecord("session")) { call in
                .json(try await call.ionQSession(call.record))
            },
            Route(
                .post, "\(version)/sessions/{record}/end", "endSession", .changeRecord("session"), bodyLimit: 4096
            ) { call in try await call.endIonQSession() },
        ]
    }

    /// A job in IonQ's words.
    static func status(_ job: JobSummary) -> String {
        switch job.state {
        case nil, .created, .validated: "submitted"
        case .queued, .paused: "ready"
        case .compiling, .running, .mitigating: "started"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "canceled"
        }
    }

    static func gone(_ record: DoorRecord) -> Problem { Problem(.notFound, "\(record.name) was deleted") }
}
