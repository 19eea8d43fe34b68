import ArgumentParser
import Console
import Server

struct SBOMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sbom", abstract: "List what the service is built of.",
        discussion: "A software bill of materials, CycloneDX 1.6, as GET /v1/sbom gives it.")

    func run() { Terminal.write(String(decoding: BillOfMaterials.bytes, as: UTF8.self)) }
}
