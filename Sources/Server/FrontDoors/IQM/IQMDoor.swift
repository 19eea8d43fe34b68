import HTTPTypes
import Hardware
import Kernel
import Storage

/// IQM's server interface (`/api/v1`), as iqm-client 36 speaks it. Its URL has no path of its own, so that the door is at
/// the root.
enum IQMDoor {
    static let version = "/api/v1"

    static let door = FrontDoor(
        name: "iqm", prefixes: ["", "/iqm"], rootPaths: [version], routes: routes,
        token: FrontDoor.authorization("Bearer"),
        refusal: { problem, _ in
            .json(
                [
                    "message": problem.fullText, "detail": problem.fullText, "error_code": problem.code,
                    "source": source,
                ],
                problem.status)
        })

    /// What made an answer, in IQM's models.
    static let source = "kelvin"

    @Sendable private static func routes(_ bodyLimit: Int) -> [Route] {
        machines + jobs(bodyLimit)
    }

    private static var machines: [Route] {
        [
            Route(.get, "\(version)/about", "getAbout", .anyone(.read)) { _ in
                .json(["software_versions": ["kelvin": KelvinVersion.current]])
            },
            Route(.get, "\(version)/quantum-computers", "listMachines", .anyone(.read)) { call in
                .json(["quantum_computers": call.offered().map(IQMMachine.init)])
            },
            Route(.get, "\(version)/quantum-computers/{device}/health", "getHealth", .anyone(.read)) { call in
                let machine = try call.iqmMachine()
                return .json([
                    "status": machine.takesJobs ? "ok" : machine.status.name, "reason": machine.status.reason ?? "",
                ])
            },
            Route(.get, "\(version)/quantum-computers/{device}/artifacts/about", "getMachineAbout", .anyone(.read)) {
                call in
                struct About: Encodable {
                    var version: String
                    var software_versions: [String: String]
                }
                _ = try call.iqmMachine()
                return .json(
                    About(version: KelvinVersion.current, software_versions: ["kelvin": KelvinVersion.current]))
            },
            Route(
                .get, "\(version)/quantum-computers/{device}/artifacts/static-quantum-architectures",
                "getStaticArchitecture", .anyone(.read)
            ) { call in .json([IQMStaticArchitecture(try call.iqmMachine())]) },
            Route(
                .get, "\(version)/calibration-sets/{device}/{calibration}/dynamic-quantum-architecture",
                "getDynamicArchitecture", .anyone(.read)
            ) { call in .json(IQMDynamicArchitecture(try call.iqmMachine())) },
            Route(
                .get, "\(version)/calibration-sets/{device}/{calibration}/metrics", "getMetrics", .anyone(.read)
            ) { call in .json(IQMMetrics(try call.iqmMachine())) },
        ]
    }

    private static func jobs(_ bodyLimit: Int) -> [Route] {
        [
            Route(.post, "\(version)/jobs/{device}/circuit", "submitCircuits", .anyone(.jobs), bodyLimit: bodyLimit) {
                call in try await call.submitIQM()
            },
            Route(.post, "\(version)/jobs/{device}/run", "submitRun", .anyone(.jobs), bodyLimit: bodyLimit) { _ in
                throw Problem(.badRequest, "Kelvin runs circuits; it plays no pulses of IQM's", cure: "submit circuits")
            },
            Route(.get, "\(version)/jobs/{record}", "getJob", .readRecord("job")) { call in
                .json(try await call.iqmJob(call.record))
            },
            Route(.get, "\(version)/jobs/{record}/payload", "getPayload", .readRecord("job")) { call in
                .bytes(Array(try IQMRecord(call.record).payload.utf8))
            },
            Route(.get, "\(version)/jobs/{record}/artifacts/measurements", "getMeasurements", .readRecord("job")) {
                call in try call.iqmMeasurements()
            },
            Route(.get, "\(version)/jobs/{record}/artifacts/measurement_counts", "getCounts", .readRecord("job")) {
                call in try call.iqmCounts()
            },
            Route(.post, "\(version)/jobs/{record}/cancel", "cancelJob", .changeRecord("job"), bodyLimit: 4096) {
                call in
                let record = try call.record
                guard let job = try call.summary(of: record) else { throw gone(record) }
                _ = try await call.cancelled(job)
                return .json([String: String]())
            },
            Route(.delete, "\(version)/jobs/{record}", "deleteJob", .changeRecord("job")) { call in
                try await call.erase(call.record)
                return Answer(.noContent)
            },
        ]
    }

    static func gone(_ record: DoorRecord) -> Problem { Problem(.notFound, "\(record.name) was deleted") }
}
