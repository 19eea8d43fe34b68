import ArgumentParser
import Kernel

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of Kelvin.")

    func run() { Terminal.write("kelvin \(KelvinVersion.current)\n") }
}
