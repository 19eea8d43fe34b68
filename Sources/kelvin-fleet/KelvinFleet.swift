import ArgumentParser
import Console

/// The digital twin of a data centre. People call it through `kelvin`, which hands its word over.
@main
struct KelvinFleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kelvin", abstract: "What a fleet of quantum machines would do.",
        subcommands: [SimulateFleetCommand.self])

    static func main() async { await answer() }
}
