import Foundation
import Kernel
import Testing

@testable import Server

/// What the daemon says it is built of, against what this build was made of.
@Suite struct BillOfMaterialsTests {
    private struct Bill: Decodable {
        var bomFormat: String
        var specVersion: String
        var serialNumber: String
        var metadata: Metadata
        var components: [Component]
        var dependencies: [Edge]

        struct Metadata: Decodable { var component: Component }

        struct Component: Decodable {
            var name: String
            var reference: String
            var version: String?
            var purl: String?
            var licenses: [[String: License]]?
            var externalReferences: [Reference]?
            var properties: [Property]?
            var components: [Component]?

            enum CodingKeys: String, CodingKey {
                case name, version, purl, licenses, externalReferences, properties, components
                case reference = "bom-ref"
            }
        }

        enum License: Decodable {
            case text(String)
            case id(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let text = try? container.decode(String.self) {
                    self = .text(text)
                } else {
                    self = .id(try container.decode([String: String].self)["id"] ?? "")
                }
            }
        }

        struct Reference: Decodable {
            var url: String
            var comment: String?
        }

        struct Property: Decodable {
            var name: String
            var value: String
        }

        struct Edge: Decodable {
            var ref: String
            var dependsOn: [String]
        }
    }

    private struct Pins: Decodable {
        var pins: [Pin]

        struct Pin: Decodable {
            var identity: String
            var location: String
            var state: State
        }

        struct State: Decodable {
            var revision: String
            var version: String?
        }
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let cure: Comment = "call Tools/materials after a build"

    private static func bill() throws -> Bill {
        try JSONDecoder().decode(Bill.self, from: Data(BillOfMaterials.bytes))
    }

    @Test func versionsAreThoseOfThisBuild() throws {
        let bill = try Self.bill()
        #expect(bill.bomFormat == "CycloneDX" && bill.specVersion == "1.6")
        #expect(bill.metadata.component.version == KelvinVersion.current, Self.cure)
        let pins = try JSONDecoder().decode(
            Pins.self, from: Data(contentsOf: Self.root.appendingPathComponent("Package.resolved"))
        ).pins
        let packages = bill.components.filter { $0.purl != nil }
        #expect(packages.count > 15)
        for package in packages {
            let pin = try #require(pins.first { $0.identity == package.name.lowercased() }, "\(package.name)")
            #expect(package.version == pin.state.version, Self.cure)
            #expect(package.externalReferences?.first?.comment == "commit " + pin.state.revision, Self.cure)
            let place = pin.location.replacing("https://", with: "").replacing(".git", with: "")
            #expect(package.purl == "pkg:swift/\(place)@\(package.version ?? "")")
            #expect(package.licenses?.isEmpty == false)
        }
    }

    /// Every module that was linked into the daemon belongs to the project or to a package that the list has.
    @Test func everyLinkedModuleIsListed() throws {
        let bill = try Self.bill()
        let list = Self.root.appendingPathComponent(".build/debug/kelvind.product/Objects.LinkFileList")
        let linked = Set(
            try String(contentsOf: list, encoding: .utf8).split(separator: "\n").compactMap { line in
                line.split(separator: "/").first { $0.hasSuffix(".build") && $0 != ".build" }
                    .map { String($0.dropLast(6)) }
            })
        let own = Set(
            try FileManager.default.contentsOfDirectory(atPath: Self.root.appendingPathComponent("Sources").path))
        let listed = Set(
            bill.components.flatMap { ($0.properties ?? []).filter { $0.name == "kelvin:module" }.map(\.value) })
        #expect(linked.contains("Hummingbird") && linked.contains("Server"))
        #expect(linked.subtracting(own) == listed, Self.cure)
    }

    @Test func theGraphHoldsTogether() throws {
        let bill = try Self.bill()
        let names = Set(bill.components.map(\.reference) + [bill.metadata.component.reference])
        #expect(Set(bill.dependencies.map(\.ref)).isSubset(of: names))
        var reached: Set<String> = [], open = [bill.metadata.component.reference]
        while let next = open.popLast() {
            guard reached.insert(next).inserted else { continue }
            let needed = bill.dependencies.first { $0.ref == next }?.dependsOn ?? []
            #expect(Set(needed).isSubset(of: names))
            open += needed
        }
        #expect(reached == names, "nothing is listed that nothing needs")
        // What packages bring along of others: the part that most often has to be mended.
        let inner = bill.components.flatMap { $0.components ?? [] }
        #expect(inner.filter { $0.name == "BoringSSL" && $0.version?.count == 40 }.count == 2)
        // What Package.swift names and the daemon links stands at the top.
        let manifest = try String(contentsOf: Self.root.appendingPathComponent("Package.swift"), encoding: .utf8)
        let direct = Set(bill.dependencies.first { $0.ref == "kelvind" }?.dependsOn ?? [])
        for component in bill.components where manifest.contains("/\(component.name)\"") {
            #expect(direct.contains(component.reference), "\(component.name)")
        }
    }

    @Test func operatorsReadIt() async throws {
        let service = try await TestService()
        let answer = try await service.get("/v1/sbom")
        #expect(answer.status == 200 && answer.body == BillOfMaterials.bytes)
        #expect(answer.headers["content-type"] == "application/vnd.cyclonedx+json; version=1.6")
        try await service.stop()
    }
}
