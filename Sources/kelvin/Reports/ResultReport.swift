import Circuits
import Hardware
import Kernel
import Mitigation

/// A result as people read it: the answer first, then how far to believe it, then where it comes from.
struct ResultReport {
    let result: JobResult

    var text: String {
        var sections = [heading]
        for block in result.blocks {
            switch block {
            case .samples(let samples): sections += samples.map(section)
            case .estimates(let estimates): sections.append(section(estimates))
            }
        }
        sections.append(trust)
        sections.append(steps)
        if !notes.isEmpty { sections.append(notes.joined(separator: "\n")) }
        return sections.joined(separator: "\n\n") + "\n"
    }

    private var heading: String {
        let device = result.device
        let kind =
            device.modality == .simulator
            ? "ideal simulator" : device.isEmulated ? "emulated \(device.name)" : device.name
        var text = Style.bold("\(result.name)") + " on " + Style.bold(device.id) + " (\(kind))"
        if device.modality != .simulator {
            let age = (result.steps.map(\.end).max() ?? result.calibration.timestamp) - result.calibration.timestamp
            text +=
                "\ncalibration \(result.calibration.id) of \(result.calibration.timestampText), \(TrustVerdict.age(age)) old"
            if device.isEmulated { text += "; the emulated machine does not drift" }
        }
        return text
    }

    private func section(_ sample: SampleResult) -> String {
        var lines: [String] = []
        if !sample.parameters.isEmpty {
            lines.append("  " + sample.parameters.map { "\($0.name) = \($0.value)" }.joined(separator: ", "))
        }
        lines += Histogram(sample: sample).lines()
        lines.append(
            Style.dim("  \(sample.counts.total) \(sample.counts.total == 1 ? "shot" : "shots"), seed \(result.seed)"))
        for output in sample.outputs {
            let values = output.values.prefix(8).map { "\($0.value.text) (\($0.count))" }.joined(separator: "  ")
            let more = output.values.count > 8 ? "  … \(output.values.count - 8) more" : ""
            lines.append("  output \(output.name): \(values)\(more)")
        }
        return lines.joined(separator: "\n")
    }

    private func section(_ estimates: EstimateResult) -> String {
        var lines: [String] = []
        for (k, estimate) in estimates.estimates.enumerated() {
            let inputs = estimates.parameters[k].map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
            lines.append("  ⟨\(estimates.observables[k])⟩" + (inputs.isEmpty ? "" : "  at \(inputs)"))
            lines.append("    \(Self.figure(estimate))" + (estimate.standardError == 0 ? "  (exact)" : ""))
            let plain = estimates.uncorrected[k]
            if plain != estimate { lines.append(Style.dim("    \(Self.figure(plain))  without mitigation")) }
        }
        let shots = estimates.programs.first.map { result.programs[$0].shots } ?? 0
        lines.append(
            Style.dim(
                "  \(estimates.programs.count) measured \(estimates.programs.count == 1 ? "basis" : "bases"), \(shots) shots each, seed \(result.seed)"
            ))
        return lines.joined(separator: "\n")
    }

    /// The value with two digits of its standard error.
    private static func figure(_ estimate: Estimate) -> String {
        guard estimate.standardError > 0 else { return "\((estimate.value * 1e10).rounded() / 1e10)" }
        var decimals = 1, scale = 10.0
        while estimate.standardError * scale < 10, decimals < 12 {
            decimals += 1
            scale *= 10
        }
        return "\(fixed(estimate.value, decimals)) ± \(fixed(estimate.standardError, decimals))"
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

    private var steps: String {
        let lines = result.steps.map { step in
            let name = step.step.rawValue + String(repeating: " ", count: 14 - step.step.rawValue.count)
            return "  \(name) \(Self.clock(step.start))  \(Self.milliseconds(step.busy))  \(step.detail)"
        }
        return "steps                    UTC          busy\n" + lines.joined(separator: "\n")
    }

    private static func clock(_ seconds: Double) -> String {
        let milli = Int((seconds * 1000).rounded(.down)) % 1000
        let text = Timestamp.text(from: seconds.rounded(.down))
        return text.dropFirst(11).dropLast() + "." + String(repeating: "0", count: 3 - "\(milli)".count) + "\(milli)"
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
