import Foundation
import Testing

/// The guide shows the code that is compiled and tested here, character for character.
@Suite struct GuideTests {
    @Test func theGuideShowsTheTestedDriver() throws {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let source = try String(contentsOf: here.appendingPathComponent("CoinMachine.swift"), encoding: .utf8)
        let guide = try String(
            contentsOf: here.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
                "Docs/write-a-driver.md"), encoding: .utf8)
        let code = try #require(
            source.components(separatedBy: "// guide:begin\n").last?.components(separatedBy: "// guide:end").first)
        #expect(guide.contains("```swift\n\(code)```"))
    }
}
