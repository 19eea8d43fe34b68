import Circuits
import HTTPTypes
import Hardware
import Kernel
import Storage

/// OQTOPUS's user interface, as oqtopus-client 1.3 and quri-parts-oqtopus 1.1 speak it.
///
/// Programs come in three steps: a job is registered, its input uploaded as a form with a ZIP archive, and then it is
/// submitted. Results go out within the job: the client takes an object wherever a link could stand.
enum OQTOPUSDoor {
    static let door = FrontDoor(
        name: "oqtopus", prefixes: ["/oqtopus"], routes: routes, token: FrontDoor.header("q-api-token"),
        refusal: { problem, _ in
            // Of a 400 the client shows its own words, of a 422 ours.
            .json(
                ["error": problem.fullText, "message": problem.fullText, "code": problem.code],
                problem.status == .badRequest ? .unprocessableContent : problem.status)
        })

    /// The longest input, unpacked, bytes.
    static let inputLimit = 16 << 20

    @Sendable private static func routes(_ bodyLimit: Int) -> [Route] {
        [
            Route(.get, "/devices", "listDevices", .anyone(.read)) { call in
                .json(try call.offered().map { try OQTOPUSDevice($0, call) })
            },
            Route(.get, "/devices/{device}", "getDevice", .anyone(.read)) { call in
                .json(try OQTOPUSDevice(call.offered(call.parameter("device")), call))
            },
            Route(.post, "/jobs", "registerJob", .anyone(.jobs), bodyLimit: 4096) { call in
                try call.registerOQTOPUS()
            },
            // The link has no token; what signs it is drawn for each job.
            Route(.post, "/upload", "uploadInput", .open, bodyLimit: bodyLimit, isAudited: true) { call in
                try call.uploadOQTOPUS()
            },
            Route(.post, "/jobs/{record}/submit", "submitJob", .changeRecord("job"), bodyLimit: 1 << 20) { call in
                try await call.submitOQTOPUS()
            },
            Route(.get, "/jobs", "listJobs", .anyone(.read)) { call in try call.listOQTOPUS() },
            Route(.get, "/jobs/{record}", "getJob", .readRecord("job")) { call in
                .json(try call.oqtopusJob(call.record))
            },
            Route(.get, "/jobs/{record}/status", "getStatus", .readRecord("job")) { call in
                let job = try call.oqtopusJob(call.record, withResult: false)
                return .json(["job_id": job.job_id, "status": job.status])
            },
            Route(.post, "/jobs/{record}/cancel", "cancelJob", .changeRecord("job"), bodyLimit: 4096) { call in
                let record = try call.record
                guard let job = try call.summary(of: record) else {
                    throw Problem(.badRequest, "\(record.name) was not submitted")
                }
                guard job.state?.isFinal != true else {
                    throw Problem(.badRequest, "\(record.name) is over", cure: "only jobs on their way are cancelled")
                }
                _ = try await call.cancelled(job)
                return .json(["message": "cancelled"])
            },
            Route(.delete, "/jobs/{record}", "deleteJob", .changeRecord("job")) { call in
                try await call.erase(call.record)
                return .json(["message": "deleted"])
            },
        ]
    }
}

/// A machine in OQTOPUS's words.
struct OQTOPUSDevice: Encodable {
    var device_id: String
    var device_type: String
    var status: String
    var n_pending_jobs: Int
    var n_qubits: Int
    var basis_gates: [String]
    var supported_instructions: [String]
    var device_info: String
    var calibrated_at: String?
    var description: String

    init(_ machine: OfferedMachine, _ call: Call) throws {
        device_id = machine.id
        device_type = machine.description.isEmulated ? "simulator" : "QPU"
        status = machine.takesJobs ? "available" : "unavailable"
        n_pending_jobs = try call.queueLength(of: machine.id)
        n_qubits = machine.description.siteCount
        basis_gates = machine.description.nativeGates.map(\.gate.name)
        supported_instructions = ["measure", "barrier"]
        if machine.description.abilities.reset { supported_instructions.append("reset") }
        device_info = String(decoding: DocumentCoding.encode(Info(machine)), as: UTF8.self)
        calibrated_at = machine.isSimulator ? nil : machine.calibration.timestampText
        description = machine.summary
    }

    /// Figures in the form of OQTOPUS's device files; times in microseconds.
    private struct Info: Encodable {
        struct Qubit: Encodable {
            struct Lifetime: Encodable {
                var t1: Double?
                var t2: Double?
            }

            struct Error: Encodable {
                var prob_meas1_prep0: Double?
                var prob_meas0_prep1: Double?
                var readout_assignment_error: Double?
            }

            var id: Int
            var meas_error: Error
            var qubit_lifetime: Lifetime
        }

        struct Coupling: Encodable {
            var control: Int
            var target: Int
        }

        var device_id: String
        var emulated: Bool
        var qubits: [Qubit]
        var couplings: [Coupling]

        init(_ machine: OfferedMachine) {
            device_id = machine.id
            emulated = machine.description.isEmulated
            qubits =
                machine.isSimulator
                ? []
                : machine.calibration.sites.enumerated().filter { $1.isOperational }.map {
                    Qubit(
                        id: $0,
                        meas_error: .init(
                            prob_meas1_prep0: $1.readout?.falseOne, prob_meas0_prep1: $1.readout?.falseZero,
                            readout_assignment_error: $1.readout?.error),
                        qubit_lifetime: .init(
                            t1: $1.t1.map { $0.value * 1e6 }, t2: $1.effectiveT2.map { $0.value * 1e6 }))
                }
            couplings = machine.isSimulator ? [] : machine.couplings.map { Coupling(control: $0.0, target: $0.1) }
        }
    }
}
