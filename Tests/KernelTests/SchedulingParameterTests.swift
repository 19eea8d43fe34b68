import Foundation
import Testing

@testable import Kernel

/// The figures by which operators set how machines are shared out.
@Suite struct SchedulingParameterTests {
    /// Every figure of the rules by its place, "sharing.moveSeconds".
    private static func figures(_ rules: SchedulingRules) -> [String: String] {
        var result: [String: String] = [:]
        for child in Mirror(reflecting: rules).children {
            let label = child.label ?? ""
            guard let sharing = child.value as? SharingPolicy else {
                result[label] = "\(child.value)"
                continue
            }
            for inner in Mirror(reflecting: sharing).children {
                result["\(label).\(inner.label ?? "")"] = "\(inner.value)"
            }
        }
        return result
    }

    /// Each changes a figure that no other changes, and no figure is left that nobody can set.
    @Test func everyFigureOfTheRulesHasANameOfItsOwn() throws {
        let before = Self.figures(SchedulingRules())
        var reached: Set<String> = []
        for parameter in SchedulingParameter.all {
            var rules = SchedulingRules()
            let other: SchedulingParameter.Value
            switch parameter.kind {
            case .number(let range): other = .number(range.upperBound)
            case .whole(let range): other = .number(Double(range.upperBound))
            case .word(let words): other = .word(try #require(words.last))
            }
            try parameter.set(other, in: &rules)
            #expect(parameter.value(in: rules) == other, "\(parameter.name)")
            let after = Self.figures(rules), changed = Set(after.keys.filter { after[$0] != before[$0] })
            #expect(changed.count == 1 && reached.isDisjoint(with: changed), "\(parameter.name): \(changed)")
            reached.formUnion(changed)
        }
        #expect(Set(before.keys).subtracting(reached) == ["sharing.defragments"])
        // Whether programs are moved at all is how often.
        let moves = try #require(SchedulingParameter.all.first { $0.name == "moveSeconds" })
        var rules = SchedulingRules()
        try moves.set(.number(0), in: &rules)
        #expect(!rules.sharing.defragments && moves.value(in: rules) == .number(0))
        try moves.set(.number(5), in: &rules)
        #expect(rules.sharing.defragments && rules.sharing.moveSeconds == 5)
    }

    @Test(arguments: [
        ("patienceHours", SchedulingParameter.Value.number(-1)), ("patienceHours", .number(.nan)),
        ("patienceHours", .word("2")), ("secondsPerNat", .number(.infinity)), ("window", .number(0)),
        ("window", .number(1.5)), ("maximumLoss", .number(1.01)), ("guardDistance", .number(9)),
        ("preemption", .word("everybody")), ("preemption", .number(1)), ("batchSeconds", .number(0)),
        ("coherenceBudget", .number(0)), ("usageHalfLifeHours", .number(0)),
    ]) func whatIsNoValueIsRefusedWithTheRange(name: String, value: SchedulingParameter.Value) throws {
        let parameter = try #require(SchedulingParameter.all.first { $0.name == name })
        var rules = SchedulingRules()
        do {
            try parameter.set(value, in: &rules)
            Issue.record("\(name) took \(value)")
        } catch {
            #expect(error.cure.contains(parameter.expected))
            #expect(rules == SchedulingRules())
        }
        #expect(throws: SchedulingParameter.Fault.self) { try parameter.set(nil, in: &rules) }
    }

    /// The page lists each with the default that a service has and the range.
    @Test func thePageListsThemAll() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("Docs/scheduling.md"), encoding: .utf8)
        for parameter in SchedulingParameter.all {
            let range =
                switch parameter.kind {
                case .number(let range):
                    "\(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
                case .whole(let range):
                    "\(Self.text(Double(range.lowerBound))) to \(Self.text(Double(range.upperBound)))"
                case .word(let words): words.map { "`\($0)`" }.joined(separator: ", ")
                }
            let standard = "\(parameter.value(in: .runtime))"
            let shown = if case .word = parameter.kind { "`\(standard)`" } else { standard }
            let row = "| `\(parameter.name)` | \(shown) | \(range) |"
            #expect(page.contains(row), "\(row)")
        }
    }

    /// As the page writes figures: 0.001, 4, 1e6.
    private static func text(_ number: Double) -> String {
        guard let whole = Int(exactly: number) else { return "\(number)" }
        var rest = whole, zeros = 0
        while rest >= 10, rest % 10 == 0 { (rest, zeros) = (rest / 10, zeros + 1) }
        return rest == 1 && zeros > 4 ? "1e\(zeros)" : "\(whole)"
    }
}
