#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension CompilationReport: CustomStringConvertible {
    public var description: String {
        var lines = ["\(program) for \(device) (calibration \(calibration), seed \(seed))", ""]
        lines.append(Self.row("", ["gates", "2q gates", "depth", "2q depth"]))
        lines.append(Self.row("as written", Self.figures(before)))
        lines.append(Self.row("compiled", Self.figures(after)))
        lines.append("")
        if estimateAfter.duration > 0 { lines.append("duration             \(Self.time(estimateAfter.duration))") }
        let before = estimateBefore.map { Self.probability($0) + " → " } ?? ""
        lines.append("estimated success    \(before)\(Self.probability(estimateAfter))")
        if estimateAfter.worstCoherence > 0 {
            lines.append(
                "coherence used       \(Self.fixed(100 * estimateAfter.worstCoherence, 1)) % on the worst qubit")
        }
        if estimateAfter.assumesIterations {
            lines.append("loops of unknown length are counted with the assumed number of turns")
        }
        lines.append("")
        lines.append(Self.row("pass", ["gates", "2q gates", "depth", "2q depth", "ms"]))
        for pass in passes {
            let pairs: [(Int, Int)] = [
                (pass.before.gates, pass.after.gates), (pass.before.twoQubitGates, pass.after.twoQubitGates),
                (pass.before.depth, pass.after.depth), (pass.before.twoQubitDepth, pass.after.twoQubitDepth),
            ]
            let cells = pairs.map { $0 == $1 ? "·" : ($1 > $0 ? "+" : "") + "\($1 - $0)" }
            lines.append(Self.row(pass.name, cells + [Self.fixed(1000 * pass.seconds, 1)]))
        }
        lines.append(Self.row("whole compilation", ["", "", "", "", Self.fixed(1000 * seconds, 1)]))
        return lines.joined(separator: "\n")
    }

    private static func figures(_ size: CircuitSize) -> [String] {
        ["\(size.gates)", "\(size.twoQubitGates)", "\(size.depth)", "\(size.twoQubitDepth)"]
    }

    private static func row(_ title: String, _ cells: [String]) -> String {
        let head = title + String(repeating: " ", count: max(1, 30 - title.count))
        let body = cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
        var line = head + body
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func probability(_ estimate: SuccessEstimate) -> String {
        let value = estimate.success
        if value >= 0.001 { return fixed(100 * value, 2) + " %" }
        return "10^" + fixed(estimate.log10Success, 1)
    }

    private static func time(_ seconds: Double) -> String {
        seconds < 1e-3 ? fixed(seconds * 1e6, 2) + " µs" : fixed(seconds * 1e3, 3) + " ms"
    }

    /// A number with a fixed count of decimals, without Foundation.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let whole = Int64(scaled)
        let unit = Int64(scale)
        let sign = value < 0 && whole > 0 ? "-" : ""
        if decimals == 0 { return "\(sign)\(whole)" }
        let fraction = String(whole % unit)
        return "\(sign)\(whole / unit)." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
}
