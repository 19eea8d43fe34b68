import ArgumentParser
import Drivers
import Hardware

extension DevicesCommand {
    struct Manifest: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "manifest",
            abstract: "Print a QDMI manifest of Kelvin's devices, for the Munich stack and Qiskit.",
            discussion: "The library is the product KelvinQDMI: swift build -c release --product KelvinQDMI")

        @Option(help: "libKelvinQDMI.so; left out: beside the kelvin executable.")
        var library: String?

        func run() throws {
            do throws(DeviceError) {
                Terminal.write(try QDMIManifest.text(of: DeviceCatalog(), library: library))
            } catch {
                throw CommandFailure(error)
            }
        }
    }
}
