import ArgumentParser
import Console
import Kernel

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check an installation: what a service needs, and whether it is there.",
        discussion: """
            Takes the options of `serve`, the environment and the configuration file, and changes nothing. Exit code 0: \
            nothing stands in the way; 3: something does. A cure stands beside each finding that is not well.
            """)

    @OptionGroup var options: ServeOptions

    @Flag(help: "Print only what is not well.")
    var quiet = false

    @Flag(help: "The service must be running and answer.")
    var running = false

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() throws {
        var findings: [Finding] = []
        do throws(CommandFailure) {
            let setup = try ServiceSetup(options.settings())
            findings = Examination(setup, mustRun: running).findings
        } catch {
            findings = [
                .failure(
                    "settings",
                    error.text.replacing("error: ", with: "").split(separator: "\n").first.map(String.init) ?? "",
                    cure: "correct it: `kelvin serve --help` lists what can be set")
            ]
        }
        let shown = quiet ? findings.filter { $0.grade != .ok } : findings
        switch format {
        case .json: Terminal.write(JSON.text(shown) + "\n")
        case .text: Terminal.write(shown.map(\.text).joined())
        }
        if findings.contains(where: { $0.grade == .failure }) { Terminal.leave(3) }
    }
}
