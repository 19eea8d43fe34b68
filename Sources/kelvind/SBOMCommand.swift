import ArgumentParser
import Console
import Server

struct SBOMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sbom", abstract: "List what the service is built of: a software bill of materials, CycloneDX 1.6.")

    func run() { Terminal.write(String(decoding: BillOfMaterials.bytes, as: UTF8.self)) }
}
