import ArgumentParser

@main
struct Kelvin: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "kelvin", abstract: "An open quantum operating system.")
}
