import Foundation
import Testing

@testable import Server

/// Every code that the service can answer with is explained, and the page in the documentation says what the service says.
@Suite struct ErrorCatalogueTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func matches(_ pattern: String, in folders: [String]) throws -> Set<String> {
        let expression = try Regex<(Substring, Substring)>(pattern)
        var found: Set<String> = []
        for folder in folders {
            let place = root.appendingPathComponent(folder)
            let files = FileManager.default.enumerator(at: place, includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                let text = try String(contentsOf: file, encoding: .utf8)
                for match in text.matches(of: expression) { found.insert(String(match.1)) }
            }
        }
        return found
    }

    @Test func everyCodeInTheSourcesIsExplained() throws {
        var codes = try Self.matches(
            #"code: "([A-Za-z][A-Za-z.-]*)""#, in: ["Sources/Kernel", "Sources/Storage", "Sources/Server"])
        #expect(codes.count > 30)
        // Those that are put together of a word and a name.
        let compiler = try Self.matches(#"static let (\w+) = Code\(backing:"#, in: ["Sources/Compiler/Pass"])
        let device = try Self.matches(#"static let (\w+) = Code\(backing:"#, in: ["Sources/Hardware/Interface"])
        #expect(compiler.count > 5 && device.count > 5)
        codes.formUnion(compiler.map { "compiler.\($0)" })
        codes.formUnion(device.map { "device.\($0)" })
        codes.formUnion(ErrorCatalogue.Kind.allCases.map(\.rawValue))
        let missing = codes.filter { !ErrorCatalogue.isKnown($0) }.sorted()
        #expect(missing.isEmpty, "no entry for \(missing)")
        // Two general ones stand for codes of programs that are explained elsewhere.
        let unused = ErrorCatalogue.all.map(\.code).filter { !codes.contains($0) }
        #expect(Set(unused) == ["program-error", "system-error"])
    }

    /// `KELVIN_WRITE_DOCS=1 swift test --filter ErrorCatalogueTests` writes the page.
    @Test func theDocumentationIsTheCatalogue() throws {
        let page = Self.root.appendingPathComponent("Docs/errors.md")
        if ProcessInfo.processInfo.environment["KELVIN_WRITE_DOCS"] != nil {
            try ErrorCatalogue.markdown.write(to: page, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: page, encoding: .utf8) == ErrorCatalogue.markdown)
    }

    @Test func whatAProblemPointsToIsThere() async throws {
        let service = try await TestService()
        let page = try await service.send("GET", "/docs/errors")
        #expect(page.status == 200 && page.headers["content-type"]?.hasPrefix("text/html") == true)
        for answer in [
            try await service.get("/v1/nothing"), try await service.get("/v1/jobs/job-5"),
            try await service.post("/v1/jobs", TestService.submission(["shots": 0])),
            try await service.post("/v1/jobs", ["program": "OPENQASM 3.0; qubit[40] q;", "device": "garnet-20"]),
        ] {
            let link = try #require(answer.object["documentation"] as? String)
            let anchor = try #require(link.split(separator: "#").last)
            #expect(link.hasPrefix("/docs/errors#") && page.text.contains("id=\"\(anchor)\""), "\(link)")
        }
        try await service.stop()
    }
}
