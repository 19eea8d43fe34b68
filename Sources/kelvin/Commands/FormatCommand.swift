import ArgumentParser
import Languages

struct FormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "format", abstract: "Print programs in the standard layout; comments stay, the meaning too.")

    @Argument(help: "OpenQASM 3 or 2 programs; - reads standard input.")
    var files: [String]

    @Flag(
        help: "Print nothing but the names of files that are not in the standard layout; exit code 1 if there are any.")
    var check = false

    @Flag(name: [.customLong("in-place"), .customShort("i")], help: "Replace the files by their standard layout.")
    var inPlace = false

    func validate() throws {
        if check && inPlace { throw ValidationError("--check and --in-place exclude one another") }
        if inPlace && files.contains("-") { throw ValidationError("standard input cannot be replaced") }
    }

    func run() throws {
        var isSound = true
        for file in files {
            do throws(CommandFailure) {
                let source = try ProgramFile.source(file)
                let text: String
                do {
                    text = try OpenQASM.format(source)
                } catch {
                    throw CommandFailure(error.diagnostics, in: source)
                }
                let isFormatted = text.utf8.elementsEqual(source.bytes)
                if check {
                    if !isFormatted {
                        Terminal.write("\(source.name)\n")
                        isSound = false
                    }
                } else if !inPlace {
                    Terminal.write(text)
                } else if !isFormatted {
                    try TextFile.replace(file, with: text)
                }
            } catch {
                error.report()
                isSound = false
            }
        }
        if !isSound { Terminal.leave(1) }
    }
}
