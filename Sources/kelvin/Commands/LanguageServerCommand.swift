import ArgumentParser
import Kernel
import LanguageServer
import Languages

struct LanguageServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "language-server",
        abstract: "Serve editors: the Language Server Protocol over standard input and output.",
        discussion: "How editors are set up is told in Docs/editors.md.")

    @Flag(help: "Accepted for clients that say so; there is no other way to talk.")
    var stdio = false

    func run() throws {
        Terminal.leave(
            LanguageServer.serve(version: KelvinVersion.current) { IncludeReader(besideProgram: $0) })
    }
}
