extension FleetReport {
    /// The report for people.
    public var text: String {
        var lines = ["\(name) (simulated)", ""]
        let row = { (label: String, value: String) in lines.append("  \(label.padded(22)) \(value)") }
        row("machines", "\(machines), policy \(policy)")
        row("jobs", "\(submitted) submitted, \(counted) counted, over \(Self.digits(days, 2)) days")
        row("wait", Self.text(waits))
        for name in ["high", "normal", "low"] {
            if let own = waitsByPriority[name], waitsByPriority.count > 1 {
                row("  \(name)", "\(Self.text(own)), \(own.jobs) jobs")
            }
        }
        row(
            "utilisation",
            "\(Self.percent(utilisation)) of machine time, \(Self.percent(siteUtilisation)) of site·seconds")
        if utilisationByMachine.count > 1 {
            let sorted = utilisationByMachine.sorted()
            row("  by machine", "\(Self.percent(sorted[0])) to \(Self.percent(sorted[sorted.count - 1]))")
        }
        if payers.count > 1 {
            row("fairness (Jain)", "\(Self.digits(jain, 3)) of machine time by entitlement, \(payers.count) payers")
        }
        if deadlinesKept < 1 { row("deadlines kept", Self.percent(deadlinesKept)) }
        if calibrations > 0 { row("calibrations", "\(calibrations), \(preemptions) times a job made room") }
        if let fidelity {
            row(
                "fidelity",
                "\(Self.digits(fidelity.mean, 3)) ± \(Self.digits(fidelity.halfWidth95, 3)) (Hellinger, \(fidelity.jobs) jobs executed by the emulator)"
            )
        }
        row("estimated success", Self.digits(estimatedSuccess, 3))
        let rate = wallSeconds > 0 ? Double(events) / wallSeconds : 0
        row(
            "simulation",
            "\(events) kernel events, \(facts) facts in \(Self.digits(wallSeconds, 2)) s (\(Int(rate / 1000))k events/s)"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(_ waits: Waits) -> String {
        "median \(span(waits.median)), mean \(span(waits.mean)), 95 % under \(span(waits.p95)), longest \(span(waits.longest))"
    }

    static func span(_ seconds: Double) -> String {
        switch seconds {
        case ..<60: "\(digits(seconds, 1)) s"
        case ..<3_600: "\(digits(seconds / 60, 1)) min"
        case ..<172_800: "\(digits(seconds / 3_600, 1)) h"
        default: "\(digits(seconds / 86_400, 1)) days"
        }
    }

    private static func percent(_ part: Double) -> String { "\(digits(part * 100, 1)) %" }

    static func digits(_ value: Double, _ count: Int) -> String {
        guard value.isFinite else { return "–" }
        let scale = power10(Double(count)), rounded = (abs(value) * scale).rounded()
        guard rounded < 1e15 else { return "\(value)" }
        let whole = Int(rounded) / Int(scale), rest = Int(rounded) % Int(scale)
        let sign = value < 0 && rounded > 0 ? "-" : ""
        if count == 0 { return "\(sign)\(whole)" }
        let fraction = String(rest)
        return "\(sign)\(whole).\(String(repeating: "0", count: count - fraction.count))\(fraction)"
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension FleetOutcome {
    /// Plots by file name.
    public var plots: [(name: String, plot: Plot)] {
        let sorted = record.waits.sorted()
        let parts = stride(from: 0.0, through: 1.0, by: 0.02)
        let waits = Plot(
            "\(report.name): waits (simulated)", x: "part of the jobs", y: "wait, s",
            series: sorted.isEmpty
                ? [] : [Plot.Series("all jobs", parts.map { ($0, Statistics.quantile(sorted, $0)) })])
        let use = Plot(
            "\(report.name): utilisation (simulated)", x: "machine, by use", y: "part of the time",
            series: [
                Plot.Series(
                    "machines", report.utilisationByMachine.sorted(by: >).enumerated().map { (Double($0), $1) })
            ])
        let total = max(1e-9, report.payers.reduce(0) { $0 + $1.machineSeconds })
        let service = Plot(
            "\(report.name): service by entitlement (simulated)", x: "entitlement", y: "part of machine time",
            series: [
                Plot.Series(
                    "payers", report.payers.map { ($0.entitlement, $0.machineSeconds / total) }, isLine: false)
            ])
        guard !fidelities.isEmpty else { return [("waits", waits), ("utilisation", use), ("service", service)] }
        let fidelity = Plot(
            "\(report.name): fidelity of executed jobs (simulated)", x: "estimated success",
            y: "Hellinger fidelity, as emulated",
            series: [Plot.Series("jobs", fidelities.map { ($0.estimate, $0.fidelity) }, isLine: false)])
        return [("waits", waits), ("utilisation", use), ("service", service), ("fidelity", fidelity)]
    }
}
