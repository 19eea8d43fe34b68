import ArgumentParser
import Console

/// The daemon. People call it through `kelvin serve`.
@main
struct Kelvind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kelvin", abstract: "The quantum service: devices, jobs and results over HTTP.",
        subcommands: [
            ServeCommand.self, WorkerCommand.self, BackupCommand.self, RestoreCommand.self, DoctorCommand.self,
            SBOMCommand.self,
        ])

    static func main() async { await answer() }
}
