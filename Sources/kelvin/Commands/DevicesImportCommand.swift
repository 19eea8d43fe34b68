public import ArgumentParser
import Drivers
public import Hardware

extension DevicesCommand {
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Make a device file from a vendor's calibration files.",
            discussion: """
                ibm     conf_….json and props_….json of IBM's cloud or of qiskit-ibm-runtime
                mqt     a superconducting device of mqt-core
                cirq    a calibration of cirq-google, and its device specification (….proto.txt) if there is one
                braket  device capabilities of Amazon Braket
                qdmi    what a QDMI library says of its device, as Kelvin's driver writes it down
                ionq    a backend of IonQ's interface, and its characterisation
                iqm     the dynamic quantum architecture of an IQM machine, and its quality metrics if there are any
                """)

        @Argument(help: "The files of one machine, in any order.")
        var files: [String]

        @Option(help: "Whose files they are; left out: recognised by the content.")
        var format: DeviceImport.Format?

        @Option(help: "The id of the device; left out: made from the machine's name.")
        var id: String?

        @Option(name: .shortAndLong, help: "Where to write the device file; - for standard output.")
        var output: String

        func run() throws {
            do throws(DeviceError) {
                var sources: [DeviceImport.Source] = []
                for file in files { sources.append(try DeviceImport.Source(path: file)) }
                let result = try DeviceImport(sources, format: format, id: id)
                for warning in result.warnings + result.file.calibration.warnings {
                    Terminal.complain("warning: \(warning)\n")
                }
                if output == "-" { return Terminal.write(result.file.text) }
                try result.file.write(to: output)
                let description = result.file.description
                Terminal.complain("\(output): \(description.name), \(description.siteCount) sites\n")
            } catch {
                throw CommandFailure(error)
            }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write a device in the form of a vendor.",
            discussion: """
                ibm     conf_<id>.json and props_<id>.json, as qiskit-ibm-runtime reads them
                braket  <id>.braket.json, device capabilities of Amazon Braket
                """)

        @Argument(help: "A device's id, or the path of a device file.")
        var device: String

        @Option(help: "ibm or braket.")
        var format: DeviceExport.Format

        @Option(name: .shortAndLong, help: "The directory to write to; it must exist.")
        var output: String

        func run() throws {
            do throws(DeviceError) {
                let export = try DeviceExport(DeviceCatalog().file(device), format: format)
                for warning in export.warnings { Terminal.complain("warning: \(warning)\n") }
                for document in export.documents {
                    let path = "\(output)/\(document.fileName)"
                    try document.write(to: path)
                    Terminal.complain("\(path)\n")
                }
            } catch {
                throw CommandFailure(error)
            }
        }
    }
}

extension DeviceImport.Format: ExpressibleByArgument {}
extension DeviceExport.Format: ExpressibleByArgument {}
