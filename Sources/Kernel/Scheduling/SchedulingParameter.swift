/// A figure of `SchedulingRules` as operators name it: in the `scheduling` section of a service's configuration and of a
/// scenario of `kelvin simulate-fleet`, which read it here alike. `Docs/scheduling.md` lists them.
public struct SchedulingParameter: Sendable {
    /// As files name it; times bear their unit in the name.
    public let name: String
    public let kind: Kind
    private let read: @Sendable (SchedulingRules) -> Value
    private let write: @Sendable (inout SchedulingRules, Value) -> Void

    public enum Kind: Hashable, Sendable {
        case number(ClosedRange<Double>)
        case whole(ClosedRange<Int>)
        case word([String])
    }

    public enum Value: Hashable, Sendable, CustomStringConvertible {
        case number(Double)
        case word(String)

        public var description: String {
            switch self {
            case .number(let number): Self.text(number)
            case .word(let word): word
            }
        }

        static func text(_ number: Double) -> String {
            Int(exactly: number).map(String.init) ?? "\(number)"
        }
    }

    /// Why a value is none of the parameter's; the place is known to who read it.
    public struct Fault: Error, Hashable, Sendable {
        public var message: String
        public var cure: String
    }

    /// The value that rules have.
    public func value(in rules: SchedulingRules) -> Value { read(rules) }

    /// - Parameter value: what stands there; nil for what is neither a number nor a text.
    public func set(_ value: Value?, in rules: inout SchedulingRules) throws(Fault) {
        switch (kind, value) {
        case (.number(let range), .number(let number)) where range.contains(number): break
        case (.whole(let range), .number(let number)) where Int(exactly: number).map(range.contains) == true: break
        case (.word(let words), .word(let word)) where words.contains(word): break
        default:
            throw Fault(
                message: value.map { "\(Self.shown($0)) is not \(expected)" } ?? "\(expected) belongs here",
                cure: "give \(expected), or leave it out")
        }
        guard let value else { return }
        write(&rules, value)
    }

    private static func shown(_ value: Value) -> String {
        if case .word(let word) = value { "'\(word.prefix(80))'" } else { "\(value)" }
    }

    /// "a number from 0 to 1".
    public var expected: String {
        switch kind {
        case .number(let range):
            "a number from \(Value.text(range.lowerBound)) to \(Value.text(range.upperBound))"
        case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .word(let words): "one of \(words.joined(separator: ", "))"
        }
    }
}

extension SchedulingParameter {
    public static let all: [SchedulingParameter] = [
        .number("usageHalfLifeHours", 1e-3...1e6, of: \.usageHalfLife, unit: 3_600),
        .number("patienceHours", 0...1e6, of: \.patience, unit: 3_600),
        .number("roomPatienceSeconds", 0...1e9, of: \.roomPatience),
        .number("deadlineCredit", 0...1e6, of: \.deadlineCredit),
        .whole("window", 1...1_000_000, of: \.window),
        .number("secondsPerNat", 0...1e12, of: \.secondsPerNat),
        .number("secondsPerPrice", 0...1e12, of: \.secondsPerPrice),
        .number("backfillMargin", 0...10, of: \.backfillMargin),
        .number("batchSeconds", 1e-3...1e6, of: \.batchSeconds),
        preemption,
        .whole("maximumPrograms", 1...256, of: \.sharing.maximumPrograms),
        .whole("guardDistance", 0...8, of: \.sharing.guardDistance),
        .number("maximumLoss", 0...1, of: \.sharing.maximumLoss),
        moveSeconds,
        .number("coherenceBudget", 1e-3...1e6, of: \.coherenceBudget),
    ]

    private static let preemption = SchedulingParameter(
        name: "preemption", kind: .word(SchedulingRules.Preemption.allCases.map(\.rawValue)),
        read: { .word($0.preemption.rawValue) },
        write: { rules, value in
            guard case .word(let word) = value, let known = SchedulingRules.Preemption(rawValue: word) else { return }
            rules.preemption = known
        })

    /// 0 for never.
    private static let moveSeconds = SchedulingParameter(
        name: "moveSeconds", kind: .number(0...1e9),
        read: { .number($0.sharing.defragments ? $0.sharing.moveSeconds : 0) },
        write: { rules, value in
            guard case .number(let seconds) = value else { return }
            rules.sharing.defragments = seconds > 0
            if seconds > 0 { rules.sharing.moveSeconds = seconds }
        })

    private static func number(
        _ name: String, _ range: ClosedRange<Double>,
        of place: any WritableKeyPath<SchedulingRules, Double> & Sendable, unit: Double = 1
    ) -> SchedulingParameter {
        SchedulingParameter(
            name: name, kind: .number(range), read: { .number($0[keyPath: place] / unit) },
            write: { rules, value in
                if case .number(let number) = value { rules[keyPath: place] = number * unit }
            })
    }

    private static func whole(
        _ name: String, _ range: ClosedRange<Int>, of place: any WritableKeyPath<SchedulingRules, Int> & Sendable
    ) -> SchedulingParameter {
        SchedulingParameter(
            name: name, kind: .whole(range), read: { .number(Double($0[keyPath: place])) },
            write: { rules, value in
                if case .number(let number) = value { rules[keyPath: place] = Int(number) }
            })
    }
}
