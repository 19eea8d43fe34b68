import HTTPTypes
import Kernel
import Storage

/// qBraid's runtime interface, as qbraid 0.13 and qbraid-core 0.6 speak it.
enum QBraidDoor {
    static let door = FrontDoor(
        name: "qbraid", prefixes: ["/qbraid"], routes: routes,
        token: { request, now in
            try FrontDoor.header("X-Api-Key")(request, now) ?? FrontDoor.authorization("Bearer")(request, now)
        }, refusal: refusal)

    /// What all answers are wrapped in.
    struct Envelope<Value: Encodable>: Encodable {
        var success = true
        var data: Value
    }

    static func answer(_ value: some Encodable, _ status: HTTPResponse.Status = .ok) -> Answer {
        .json(Envelope(data: value), status)
    }

    private static func refusal(_ problem: Problem, _ request: HTTPRequest) -> Answer {
        struct Body: Encodable {
            var success = false
            var message: String
            var error: [String: String]
        }
        let message = problem.cure.map { "\(problem.detail); \($0)" } ?? problem.detail
        return .json(Body(message: message, error: ["code": problem.code, "message": message]), problem.status)
    }

    @Sendable private static func routes(_ bodyLimit: Int) -> [Route] {
        [
            Route(.get, "/users/verify", "verifyUser", .anyone(.read)) { call in try call.verifyForQBraid() },
            Route(.get, "/devices", "listDevices", .anyone(.read)) { call in
                answer(try call.offered().map { try QBraidDevice($0, call) })
            },
            Route(.get, "/devices/{device}", "getDevice", .anyone(.read)) { call in
                answer(try QBraidDevice(call.qBraidMachine(call.parameter("device")), call))
            },
            Route(.get, "/devices/{device}/calibrations", "getCalibrations", .anyone(.read)) { call in
                let machine = try call.qBraidMachine(call.parameter("device"))
                return answer(machine.isSimulator ? nil : QBraidCalibration(machine))
            },
            Route(.get, "/providers", "listProviders", .anyone(.read)) { call in
                struct Provider: Encodable {
                    var _id = "kelvin"
                    var provider = "kelvin"
                    var devices: [String]
                }
                return answer(["providers": [Provider(devices: call.offered().map(QBraidDevice.qrn))]])
            },
            Route(.post, "/jobs", "submitJob", .anyone(.jobs), bodyLimit: bodyLimit) { call in
                try await call.submitQBraid(call.decoded())
            },
            Route(.get, "/jobs", "listJobs", .anyone(.read)) { call in try await call.listQBraid() },
            Route(.get, "/jobs/cost-estimate", "estimateCost", .anyone(.read)) { call in
                struct Estimate: Encodable {
                    var pricingAvailable = true
                    var deviceQrn: String
                    var estimatedCost = 0.0
                    var shots: Int
                    var pricingModel = "fixed"
                }
                try call.checkQuery("deviceQrn", "shots")
                let machine = try call.qBraidMachine(call.query("deviceQrn") ?? "")
                return answer(
                    Estimate(
                        deviceQrn: QBraidDevice.qrn(machine),
                        shots: try call.integer("shots", in: 1...Int(1e9)) ?? 1000))
            },
            Route(.get, "/jobs/statuses", "listStatuses", .anyone(.read)) { _ in
                answer(["statuses": QBraidJob.statuses])
            },
            Route(.get, "/jobs/{record}", "getJob", .readRecord("job")) { call in
                answer(try await call.qBraidJob(call.record))
            },
            Route(.get, "/jobs/{record}/result", "getResult", .readRecord("job")) { call in
                try call.qBraidResult()
            },
            Route(.get, "/jobs/{record}/program", "getProgram", .readRecord("job")) { call in
                let programs = try QBraidRecord(call.record).programs
                return programs.count == 1 ? answer(programs[0]) : answer(programs)
            },
            Route(.get, "/jobs/{record}/compiled-program", "getCompiledProgram", .readRecord("job")) { call in
                try call.qBraidCompiledProgram()
            },
            Route(.post, "/jobs/{record}/cancel", "cancelJob", .changeRecord("job"), bodyLimit: 4096) { call in
                let record = try call.record
                guard let job = try call.summary(of: record) else { throw gone(record) }
                _ = try await call.cancelled(job)
                return answer([String: String]())
            },
            Route(.delete, "/jobs/{record}", "deleteJob", .changeRecord("job")) { call in
                try await call.erase(call.record)
                return answer([String: String]())
            },
        ]
    }

    static func gone(_ record: DoorRecord) -> Problem { Problem(.notFound, "\(record.name) was deleted") }
}

extension Call {
    /// Who the token speaks for, in the form of qBraid's accounts.
    fileprivate func verifyForQBraid() throws -> Answer {
        struct User: Encodable {
            var userId: String
            var organizationId: String
            var organizationUserId: String
            var email: String
            var roleId = "member"
            var name: String
        }
        let path = try caller.user.path
        let organisation = path.split(separator: "/").first.map(String.init) ?? path
        return QBraidDoor.answer(
            User(
                userId: path, organizationId: organisation, organizationUserId: path, email: "\(path)@localhost",
                name: path))
    }
}
