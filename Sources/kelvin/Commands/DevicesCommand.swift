import ArgumentParser
import Client
import Drivers
import Hardware
import Kernel

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List the devices, show one, follow its calibrations, import, export, attach, conform.",
        subcommands: [
            List.self, Show.self, History.self, Diff.self, Age.self, Drain.self, Resume.self, Import.self, Export.self,
            Attach.self, Conform.self, Manifest.self,
        ],
        defaultSubcommand: List.self)

    /// Asks a service; what it refuses is the command's failure.
    static func asking<Value>(_ body: () throws(KernelError) -> Value) throws(CommandFailure) -> Value {
        do { return try body() } catch { throw CommandFailure(error, source: nil) }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the devices that --device accepts.")

        @OptionGroup var service: ServiceOption

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() throws {
            if let client = try service.client {
                return show(try DevicesCommand.asking { () throws(KernelError) in try client.devices() })
            }
            let catalog: DeviceCatalog
            do throws(DeviceError) { catalog = try DeviceCatalog() } catch { throw CommandFailure(error) }
            var rows: [DeviceDocument] = []
            var broken: [String] = []
            for entry in catalog.entries {
                do throws(DeviceError) {
                    rows.append(
                        try DeviceDocument(catalog.device(entry.id), isDefault: entry.id == DeviceCatalog.defaultID))
                } catch {
                    // One bad file must not hide the other devices.
                    broken.append("\(entry.id): \(error.message)" + (error.cure.map { " (\($0))" } ?? ""))
                }
            }
            show(rows)
            for line in broken { Terminal.complain("warning: device \(line)\n") }
        }

        private func show(_ rows: [DeviceDocument]) {
            switch format {
            case .json: Terminal.write(JSON.text(rows) + "\n")
            case .text: Terminal.write(DeviceReport.table(rows))
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a device: figures, warnings, and its coupling map coloured by error.")

        @OptionGroup var service: ServiceOption

        @Argument(help: "A device's id, or the path of a device file.")
        var device: String = DeviceCatalog.defaultID

        @Option(help: "The calibration in force at this time (2026-04-17T10:00:00Z), or with this id; default: now.")
        var at: String?

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() throws {
            if let client = try service.client {
                let file = try DevicesCommand.asking { () throws(KernelError) in
                    try client.deviceFile(device, at: at)
                }
                return show(file.description, file.calibration)
            }
            do throws(DeviceError) {
                let catalog = try DeviceCatalog()
                let device = try catalog.device(device)
                if let at {
                    show(device.description, try catalog.history(of: self.device).version(at))
                } else {
                    show(device.description, try device.calibration())
                }
            } catch {
                throw CommandFailure(error)
            }
        }

        private func show(_ description: DeviceDescription, _ calibration: Calibration) {
            switch format {
            case .json:
                let document = DeviceDocument(
                    description, calibration, isDefault: description.id == DeviceCatalog.defaultID)
                Terminal.write(JSON.text(document) + "\n")
            case .text: Terminal.write(DeviceReport(description, calibration).text)
            }
        }
    }
}
