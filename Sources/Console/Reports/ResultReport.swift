package import Kernel

/// A result as people read it: the answer first, then how far to believe it, then where it comes from.
package struct ResultReport {
    private let result: ResultDocument

    package init(_ result: ResultDocument) { self.result = result }

    package var text: String {
        var sections = [heading]
        for block in result.results {
            sections += (block.samples ?? []).map(section)
            if let estimates = block.estimates { sections.append(section(estimates)) }
        }
        sections.append(trust + (isolation.map { "\n" + $0 } ?? ""))
        sections.append(steps)
        if !notes.isEmpty { sections.append(notes.joined(separator: "\n")) }
        return sections.joined(separator: "\n\n") + "\n"
    }

    private var heading: String {
        let device = result.device
        let kind = isIdeal ? "ideal simulator" : device.emulated ? "emulated \(device.name)" : device.name
        var text = Style.bold("\(result.name)") + " on " + Style.bold(device.id) + " (\(kind))"
        if !isIdeal {
            text += "\ncalibration \(device.calibration) of \(device.calibrationTime)"
            if let age = result.timing?.calibrationAgeSeconds { text += ", \(TrustVerdict.age(age)) old" }
            if device.emulated { text += "; the emulated machine does not drift" }
        }
        return text
    }

    /// Only an ideal machine gives exact results.
    private var isIdeal: Bool { result.trust.grade == .exact }

    private func section(_ sample: SampleDocument) -> String {
        var lines: [String] = []
        if !sample.inputs.isEmpty {
            lines.append("  " + sample.inputs.map { "\($0.name) = \($0.value)" }.joined(separator: ", "))
        }
        lines += Histogram(sample: sample).lines()
        lines.append(
            Style.dim("  \(sample.shots) \(sample.shots == 1 ? "shot" : "shots"), seed \(result.seed)"))
        for output in sample.outputs {
            let values = output.values.prefix(8).map { "\($0.value) (\($0.count))" }.joined(separator: "  ")
            let more = output.values.count > 8 ? "  … \(output.values.count - 8) more" : ""
            lines.append("  output \(output.name): \(values)\(more)")
        }
        return lines.joined(separator: "\n")
    }

    private func section(_ estimates: [EstimateDocument]) -> String {
        var lines: [String] = []
        for estimate in estimates {
            let inputs = estimate.inputs.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
            lines.append("  ⟨\(estimate.observable)⟩" + (inputs.isEmpty ? "" : "  at \(inputs)"))
            let figure = Self.figure(estimate.value, estimate.standardError)
            lines.append("    \(figure)" + (estimate.standardError == 0 ? "  (exact)" : ""))
            if estimate.uncorrectedValue != estimate.value
                || estimate.uncorrectedStandardError != estimate.standardError
            {
                let plain = Self.figure(estimate.uncorrectedValue, estimate.uncorrectedStandardError)
                lines.append(Style.dim("    \(plain)  without mitigation"))
            }
        }
        let count = result.programs.count
        lines.append(
            Style.dim(
                "  \(count) measured \(count == 1 ? "basis" : "bases"), \(result.programs.first?.shots ?? 0) shots each, seed \(result.seed)"
            ))
        return lines.joined(separator: "\n")
    }

    /// The value with two digits of its standard error.
    private static func figure(_ value: Double, _ standardError: Double) -> String {
        guard standardError > 0 else { return "\((value * 1e10).rounded() / 1e10)" }
        var decimals = 1, scale = 10.0
        while standardError * scale < 10, decimals < 12 {
            decimals += 1
            scale *= 10
        }
        return "\(fixed(value, decimals)) ± \(fixed(standardError, decimals))"
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { value, _ in value * 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 1e18 else { return "\(value)" }
        let digits = String(Int(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let whole = padded.dropLast(decimals), fraction = padded.suffix(decimals)
        return (value < 0 && scaled > 0 ? "-" : "") + whole + "." + fraction
    }

    private var trust: String {
        let badness: Double =
            switch result.trust.grade {
            case .exact, .good: 0
            case .doubtful: 0.6
            case .noise: 1
            }
        let word = Style.heat(badness)("\(result.trust.grade.rawValue)")
        return "trust     \(word)\n" + result.trust.sentences.map { "          \($0)" }.joined(separator: "\n")
    }

    /// Of a job that agreed to share its machine: what could have come through from next door.
    private var isolation: String? {
        guard let report = result.isolation else { return nil }
        if report.isAlone { return "isolation nobody else was on the machine" }
        let distance =
            report.sharedCouplers == 0
            ? "no coupler joins your sites to theirs"
            : "\(report.sharedCouplers) couplers join your sites to theirs"
        let helpers =
            report.sharedHelpers == 0 ? "" : "; \(report.sharedHelpers) helper sites were used in turn with them"
        let leak =
            report.leakBound.map { "outcomes moved by at most \(Self.fixed($0 * 100, 3)) %" }
            ?? "what came through was never measured, so there is no bound"
        return "isolation other programs ran at the same time: \(distance)\(helpers); \(leak)"
    }

    private var steps: String {
        let lines = (result.timing?.steps ?? []).map { step in
            let name = step.step.rawValue + String(repeating: " ", count: 14 - step.step.rawValue.count)
            // `2026-01-31T12:34:56.789012Z`, to the millisecond.
            let clock = step.start.dropFirst(11).prefix(12)
            return "  \(name) \(clock)  \(Self.milliseconds(step.busySeconds))  \(step.detail)"
        }
        return "steps                    UTC          busy\n" + lines.joined(separator: "\n")
    }

    private static func milliseconds(_ seconds: Double) -> String {
        let text = fixed(seconds * 1000, 1) + " ms"
        return String(repeating: " ", count: max(0, 11 - text.count)) + text
    }

    private var notes: [String] {
        var seen: Set<String> = []
        return (result.programs.flatMap(\.notes) + result.notes).filter { seen.insert($0).inserted }.map {
            "note: \($0)"
        }
    }
}
