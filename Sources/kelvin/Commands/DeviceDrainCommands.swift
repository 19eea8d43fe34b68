import ArgumentParser
import Client
import Drivers
import Hardware
import Kernel

extension DevicesCommand {
    struct Drain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a device take no new jobs; those that run are finished.")

        @OptionGroup var service: ServiceOption

        @Argument(help: "A device's id.")
        var device: String

        @Option(help: "What those are told who ask for it.")
        var reason = "drained by its operator"

        func run() throws {
            if let client = try service.client {
                try DevicesCommand.asking { () throws(KernelError) in try client.drain(device, reason: reason) }
            } else {
                try DevicesCommand.setDrainReason(reason, of: device)
            }
            Terminal.write("\(device) takes no new jobs: \(reason)\n")
        }
    }

    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a drained device take jobs again.")

        @OptionGroup var service: ServiceOption

        @Argument(help: "A device's id.")
        var device: String

        func run() throws {
            if let client = try service.client {
                try DevicesCommand.asking { () throws(KernelError) in try client.resume(device) }
            } else {
                try DevicesCommand.setDrainReason(nil, of: device)
            }
            Terminal.write("\(device) takes jobs\n")
        }
    }

    private static func setDrainReason(_ reason: String?, of device: String) throws {
        do throws(DeviceError) {
            let catalog = try DeviceCatalog()
            guard device != "ideal", catalog.entries.contains(where: { $0.id == device }) else {
                throw DeviceError(
                    .unavailable, "there is no machine \"\(device)\" to drain",
                    cure: "name one by its id; `kelvin devices` lists them")
            }
            guard let memory = catalog.memory else {
                throw DeviceError(
                    .unavailable, "there is nowhere to keep that a device is drained",
                    cure: "set KELVIN_STATE to a directory")
            }
            try memory.setDrainReason(reason, of: device)
        } catch {
            throw CommandFailure(error)
        }
    }
}
