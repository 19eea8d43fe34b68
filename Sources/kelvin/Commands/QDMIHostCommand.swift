import ArgumentParser
import Drivers

/// The process that holds a QDMI device library; Kelvin starts it itself.
struct QDMIHostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qdmi-host", abstract: "Hold a QDMI device library (Kelvin starts this itself).",
        shouldDisplay: false)

    func run() throws { QDMIHost.serve() }
}
