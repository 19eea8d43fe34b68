public import ArgumentParser
public import Drivers
import Foundation
import Hardware

extension DevicesCommand {
    struct Attach: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "attach", abstract: "Attach a machine that somebody else runs, and look whether it answers.",
            discussion: """
                kelvin   another Kelvin:  --url https://kelvin.example.org --target heron-133
                ionq     IonQ:            --url https://api.ionq.co/v0.4 --target qpu.forte-1 --token-env IONQ_API_KEY
                iqm      IQM:             --url https://… --target garnet --token-file ~/.iqm-token
                qdmi     a QDMI library:  --library libvendor-qdmi-device.so --prefix VENDOR

                Writes <id>.json, which --device takes by its path, or by its id if the directory is in KELVIN_DEVICES.
                The token itself is never written.
                """)

        @Argument(help: "kelvin, ionq, iqm or qdmi.")
        var driver: Attachment.Driver

        @Option(help: "What the machine is called here.")
        var id: String

        @Option(help: "The server's address.")
        var url: String?

        @Option(help: "The machine's name at the server.")
        var target: String?

        @Option(help: "The environment variable that holds the token.")
        var tokenEnv: String?

        @Option(help: "The file that holds the token on its first line.")
        var tokenFile: String?

        @Option(help: "A QDMI device library.")
        var library: String?

        @Option(help: "The prefix of the library's functions: PREFIX_QDMI_device_….")
        var prefix: String?

        @Option(help: "A session parameter of the library, NAME=VALUE; may be given several times.")
        var session: [String] = []

        @Option(name: .shortAndLong, help: "The directory to write to; it must exist.")
        var output: String = "."

        @Flag(help: "Write the file without asking the machine.")
        var unchecked = false

        func run() throws {
            do throws(DeviceError) {
                let attachment = try attachment()
                let path = "\(output)/\(id).json"
                if !unchecked {
                    let device = try attachment.open()
                    let description = device.description
                    Terminal.complain("\(description.name), \(description.siteCount) sites\n")
                }
                try DeviceExport.Document(fileName: "\(id).json", text: attachment.text).write(to: path)
                Terminal.complain("\(path)\n")
            } catch {
                throw CommandFailure(error)
            }
        }

        private func attachment() throws(DeviceError) -> Attachment {
            var attachment = Attachment(id: id, driver: driver)
            attachment.url = url
            attachment.target = target
            attachment.library = library.map { $0.hasPrefix("/") ? $0 : "\(Self.workingDirectory)/\($0)" }
            attachment.prefix = prefix
            if let tokenEnv { attachment.token = .environment(tokenEnv) }
            if let tokenFile {
                attachment.token = .file(tokenFile.hasPrefix("/") ? tokenFile : "\(Self.workingDirectory)/\(tokenFile)")
            }
            for entry in session {
                let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw DeviceError(
                        .invalidFile, "the session parameter \"\(entry)\"", cure: "write NAME=VALUE, as custom2=/a/file"
                    )
                }
                attachment.session.append((parts[0], parts[1]))
            }
            // The reader's checks hold for what is given here too.
            return try Attachment(text: attachment.text, path: "\(output)/\(id).json")
        }

        private static var workingDirectory: String { FileManager.default.currentDirectoryPath }
    }
}

extension Attachment.Driver: ExpressibleByArgument {}
