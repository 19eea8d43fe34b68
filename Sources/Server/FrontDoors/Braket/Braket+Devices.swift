import Hardware
import Kernel
import Storage

/// A machine as a search finds it.
private struct BraketDeviceSummary: Encodable {
    var deviceArn: String
    var deviceName: String
    var providerName: String
    var deviceType: String
    var deviceStatus: String

    /// - Parameter arn: as it was asked for.
    init(_ machine: OfferedMachine, arn: String? = nil) {
        deviceArn = arn ?? BraketARN(device: machine.id, isSimulator: machine.isSimulator).text
        deviceName = machine.id
        let vendor = machine.description.vendor, isOwn = vendor == "Kelvin" || vendor.isEmpty
        providerName =
            isOwn ? "Kelvin" : machine.description.isEmulated ? "\(vendor) (emulated by Kelvin)" : vendor
        deviceType = machine.isSimulator ? "SIMULATOR" : "QPU"
        deviceStatus = machine.takesJobs ? "ONLINE" : "OFFLINE"
    }
}

private struct BraketDeviceDocument: Encodable {
    var summary: BraketDeviceSummary
    /// JSON.
    var deviceCapabilities: String
    var deviceQueueInfo: [Queue]

    struct Queue: Encodable {
        var queue: String
        var queueSize: String
        var queuePriority: String?
    }

    private enum CodingKeys: CodingKey { case deviceCapabilities, deviceQueueInfo }

    func encode(to encoder: any Encoder) throws {
        try summary.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(deviceCapabilities, forKey: .deviceCapabilities)
        try container.encode(deviceQueueInfo, forKey: .deviceQueueInfo)
    }
}

extension Call {
    /// The machine that a name of Amazon's form stands for.
    func braketMachine(_ arn: String) throws -> OfferedMachine {
        let name = BraketARN(arn)
        if let own = name?.ownMachine, service.machines.has(own) {
            let machine = try offered(own)
            if machine.isSimulator == name?.device?.isSimulator { return machine }
        }
        let machines = offered(), found = name?.namesake(among: machines.map { ($0.id, $0.description.vendor) })
        guard let found, let machine = machines.first(where: { $0.id == found }), !machine.isSimulator else {
            let all = machines.map { BraketARN(device: $0.id, isSimulator: $0.isSimulator).text }
            throw Problem(
                .notFound, "there is no device \(arn.clipped)", cure: "there are \(all.joined(separator: ", "))")
        }
        return machine
    }

    func braketDevice() async throws -> Answer {
        let arn = try parameter("device"), machine = try braketMachine(arn)
        let prices = try PriceList(path: DataDirectory(path: service.options.directory).prices)
        let capabilities = try BraketCapabilities.document(
            of: machine, askedFor: BraketARN(arn), price: prices.perSecond[machine.id] ?? 0)
        let queue = "\(try queueLength(of: machine.id))"
        return .json(
            BraketDeviceDocument(
                summary: BraketDeviceSummary(machine, arn: arn),
                deviceCapabilities: String(decoding: DocumentCoding.encode(capabilities), as: UTF8.self),
                deviceQueueInfo: [
                    .init(queue: "QUANTUM_TASKS_QUEUE", queueSize: queue, queuePriority: "Normal"),
                    .init(queue: "QUANTUM_TASKS_QUEUE", queueSize: "0", queuePriority: "Priority"),
                    .init(queue: "JOBS_QUEUE", queueSize: "0"),
                ]))
    }

    func searchBraketDevices() throws -> Answer {
        let search: DeviceSearch = try decoded()
        let found = offered().map { BraketDeviceSummary($0) }.filter { device in
            search.filters.allSatisfy { filter in
                switch filter.name {
                case "deviceArn": filter.values.contains(device.deviceArn)
                case "deviceType": filter.values.contains(device.deviceType)
                case "deviceStatus": filter.values.contains(device.deviceStatus)
                case "providerName": filter.values.contains(device.providerName)
                default: filter.values.contains(device.deviceName)
                }
            }
        }
        return .json(["devices": found])
    }

    private struct DeviceSearch: Decodable {
        var filters: [Filter]

        struct Filter: Decodable {
            var name: String
            var values: [String]

            init(from decoder: any Decoder) throws {
                let fields = try Fields(decoder, known: ["name", "values"])
                name = try fields.required("name")
                values = try fields.required("values")
                let names = ["deviceArn", "deviceName", "deviceType", "deviceStatus", "providerName"]
                guard names.contains(name) else {
                    throw fields.wrong("name", "'\(name.clipped)' is none of \(names.joined(separator: ", "))")
                }
            }
        }

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["filters", "maxResults", "nextToken"])
            filters = try fields.required("filters")
            if try fields.nullable("nextToken", as: String.self) != nil {
                throw fields.wrong("nextToken", "all devices come on one page")
            }
        }
    }
}
