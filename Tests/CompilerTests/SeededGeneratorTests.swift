import Testing

@testable import Compiler

@Suite struct SeededGeneratorTests {
    /// Every value comes up about equally often.
    @Test func uniform() {
        var generator = SeededGenerator(seed: 4)
        var counts = Array(repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[generator.below(7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    }

    @Test func shuffles() {
        var generator = SeededGenerator(seed: 4)
        var firsts = Array(repeating: 0, count: 5)
        for _ in 0..<5000 {
            var list = Array(0..<5)
            generator.shuffle(&list)
            #expect(list.sorted() == Array(0..<5))
            firsts[list[0]] += 1
        }
        #expect(firsts.allSatisfy { abs($0 - 1000) < 150 })
    }

    /// Generators of neighbouring trials are not shifted copies of each other.
    @Test func trials() throws {
        let context = CompilationContext(
            target: try Target(TestDevices.line(2).description, calibration: TestDevices.line(2).calibration), seed: 3)
        var seen: Set<UInt64> = []
        for trial in 0..<50 {
            var generator = context.generator(for: "layout", trial: trial)
            for _ in 0..<100 { #expect(seen.insert(generator.next()).inserted) }
        }
    }
}
