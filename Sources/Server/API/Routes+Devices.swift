import Drivers
import Hardware
import HTTPTypes
import Kernel
import Logging
import Storage

extension Service {
    static let deviceRoutes: [Route] = [
        Route(.get, "/v1/devices", "listDevices", .anyone(.read)) { call in
            try call.checkQuery()
            var devices: [DeviceDocument] = []
            for name in call.service.machines.names {
                do throws(DeviceError) {
                    devices.append(
                        try DeviceDocument(
                            call.service.machines.device(name), isDefault: name == DeviceCatalog.defaultID))
                } catch {
                    // One bad file must not hide the others.
                    call.service.log.warning("device", metadata: ["device": "\(name)", "error": "\(error.message)"])
                }
            }
            return .json(devices)
        },
        Route(.get, "/v1/devices/{device}", "getDevice", .anyone(.read)) { call in
            try call.checkQuery()
            let device = try call.machine(), status = device.status()
            let file = DeviceFile(description: device.description, calibration: try call.asking(device.calibration))
            return .text(
                DeviceAnswer.text(
                    status, file,
                    try DeviceDocument(device, isDefault: device.description.id == DeviceCatalog.defaultID)),
                type: "application/json")
        },
        Route(
            .post, "/v1/devices/{device}/drain", "drainDevice", .service(.operator, .admin), bodyLimit: 64 << 10
        ) { call in
            try call.checkQuery()
            let reason = try call.decoded(DrainBody.self).reason
            return try call.setDrainReason(reason ?? "drained by its operator")
        },
        Route(.post, "/v1/devices/{device}/resume", "resumeDevice", .service(.operator, .admin)) { call in
            try call.checkQuery()
            return try call.setDrainReason(nil)
        },
        Route(.get, "/v1/devices/{device}/calibrations", "listCalibrations", .anyone(.read)) { call in
            try call.checkQuery()
            return .json(CalibrationHistoryDocument(try call.history()))
        },
        Route(.get, "/v1/devices/{device}/calibration", "getCalibration", .anyone(.read)) { call in
            try call.checkQuery("at")
            let device = try call.machine()
            var calibration = try call.asking(device.calibration)
            if let at = try call.query("at") {
                let history = try call.history()
                do throws(DeviceError) { calibration = try history.version(at) } catch {
                    throw Problem(.notFound, error.message, cure: error.cure)
                }
            }
            return .text(
                DeviceFile(description: device.description, calibration: calibration).text, type: "application/json")
        },
    ]
}

extension Call {
    /// The machine of the path.
    fileprivate func machine() throws -> any Device {
        let name = try parameter("device")
        guard service.machines.has(name) else { throw Problem(.notFound, "there is no device '\(name.clipped)'") }
        return try asking { () throws(DeviceError) in try service.machines.device(name) }
    }

    /// - Parameter reason: nil to let it take jobs.
    fileprivate func setDrainReason(_ reason: String?) throws -> Answer {
        let device = try machine()
        guard device.description.modality != .simulator, let memory = service.machines.catalog.memory else {
            throw Problem(
                .badRequest, "\(device.description.id) is no machine that could be drained", cure: "name a machine")
        }
        try asking { () throws(DeviceError) in try memory.setDrainReason(reason, of: device.description.id) }
        // Asked again: what it says now counts.
        let status = try machine().status()
        return .json(StatusDocument(status: status.name, reason: status.reason))
    }

    fileprivate func history() throws -> CalibrationHistory {
        let device = try machine()
        // Machines without a file have the one record they speak of.
        guard let history = try? service.machines.catalog.history(of: try parameter("device")) else {
            return CalibrationHistory(
                deviceID: device.description.id, versions: [try asking(device.calibration)])
        }
        return history
    }

    fileprivate func asking<Value>(_ body: () throws(DeviceError) -> Value) throws -> Value {
        do { return try body() } catch { throw KernelError(error) }
    }
}

private struct DrainBody: Decodable {
    var reason: String?

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["reason"])
        reason = try fields.optional("reason")
        if let reason, !(1...200).contains(reason.unicodeScalars.count) {
            throw fields.wrong("reason", "expected 1 to 200 characters")
        }
    }
}

private struct StatusDocument: Encodable {
    var status: String
    var reason: String?
}

/// A device as the federation's interface has it, with its figures in short.
private enum DeviceAnswer {
    /// The device file is a text of its own form, so that the answer is put together as one.
    static func text(_ status: DeviceStatus, _ file: DeviceFile, _ summary: DeviceDocument) -> String {
        let reason = status.reason.map { ",\"reason\":" + quoted($0) } ?? ""
        let short = String(decoding: DocumentCoding.encode(summary), as: UTF8.self)
        return "{\"id\":\(quoted(file.description.id)),\"status\":\"\(status.name)\"\(reason),\"summary\":\(short),"
            + "\"device\":\(file.text)}"
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: DocumentCoding.encode([text]).dropFirst().dropLast(), as: UTF8.self)
    }
}
