import ArgumentParser
import Drivers
import Hardware

struct DevicesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "List the devices, show one, follow its calibrations, import, export, attach, conform.",
        subcommands: [
            List.self, Show.self, History.self, Diff.self, Age.self, Drain.self, Resume.self, Import.self, Export.self,
            Attach.self, Conform.self, Manifest.self,
        ],
        defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the devices that --device accepts.")

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() throws {
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
            switch format {
            case .json: Terminal.write(JSON.text(rows) + "\n")
            case .text: Terminal.write(DeviceReport.table(rows))
            }
            for line in broken { Terminal.complain("warning: device \(line)\n") }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a device: figures, warnings, and its coupling map coloured by error.")

        @Argument(help: "A device's id, or the path of a device file.")
        var device: String = DeviceCatalog.defaultID

        @Option(help: "The calibration in force at this time (2026-04-17T10:00:00Z), or with this id; default: now.")
        var at: String?

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() throws {
            do throws(DeviceError) {
                let catalog = try DeviceCatalog()
                let device = try catalog.device(device)
                let calibration: Calibration
                if let at {
                    calibration = try catalog.history(of: self.device).version(at)
                } else {
                    calibration = try device.calibration()
                }
                switch format {
                case .json:
                    let document = DeviceDocument(
                        device.description, calibration, isDefault: device.description.id == DeviceCatalog.defaultID)
                    Terminal.write(JSON.text(document) + "\n")
                case .text: Terminal.write(DeviceReport(device.description, calibration).text)
                }
            } catch {
                throw CommandFailure(error)
            }
        }
    }
}
