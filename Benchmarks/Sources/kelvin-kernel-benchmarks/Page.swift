import FleetSimulation
import Foundation

/// The page, part by part: each is kept in a file of its own, so that one can be measured again without the others. What a
/// person says to a part's figures is in a second file, `PART-notes.md`, which no measurement touches.
struct Page {
    let directory: String
    let seeds: ClosedRange<UInt64>
    private static let order = ["speed", "waits", "packing", "moves", "fairness", "forecasts"]

    init(directory: String, seeds: ClosedRange<UInt64>) {
        self.directory = directory
        self.seeds = seeds
    }

    private func save(_ part: String, _ lines: [String]) throws {
        let text = lines.joined(separator: "\n") + "\n"
        try text.write(toFile: "\(directory)/kernel-parts/\(part).md", atomically: true, encoding: .utf8)
        print(text)
    }

    private func plot(_ name: String, _ plot: Plot) throws {
        try plot.svg.write(toFile: "\(directory)/kernel-\(name).svg", atomically: true, encoding: .utf8)
    }

    /// Puts the parts that there are together.
    func write() throws {
        var text = """
            # The kernel: scheduling, allocation, forecasts

            Everything on this page is **simulated**: the scheduler, the allocator and the kernel's state machine are those
            that run jobs, time is virtual, machines are emulated. Fidelity is the Hellinger fidelity of what the emulator
            returned against the exact distribution, never an estimate of ours. `make bench-kernel` regenerates the page and
            its plots; ± is the 95 % interval (Student) over the seeds stated. Baselines are re-implemented here
            (`Sources/FleetSimulation/Baselines`).


            """
        for part in Self.order {
            guard let own = try? String(contentsOfFile: "\(directory)/kernel-parts/\(part).md", encoding: .utf8) else {
                continue
            }
            text += own + "\n"
            if let notes = try? String(contentsOfFile: "\(directory)/kernel-parts/\(part)-notes.md", encoding: .utf8) {
                text += notes + "\n"
            }
        }
        while text.hasSuffix("\n\n") { text.removeLast() }
        try text.write(toFile: "\(directory)/kernel.md", atomically: true, encoding: .utf8)
    }

    func speed(_ speed: Speed) async throws {
        let cycles = try speed.cycle(rounds: 15).sorted(), plans = try speed.replan(rounds: 7).sorted()
        let scale = ProcessInfo.processInfo.environment["SCALE"].flatMap { Double($0) } ?? 1
        let rows = ProcessInfo.processInfo.environment["ROWS"].map { text in
            Set(text.split(separator: ",").compactMap { Int($0) })
        }
        let simulations = try await speed.simulations(scale: scale, rows: rows)
        try save(
            "speed",
            [
                "## Speed", "", "Processor time of one thread, set-up of machines and regions included.", "",
                "| measure | anchor | result |", "| --- | --- | --- |",
                "| one scheduling cycle: 100 jobs of 100 programs, 8 × 27 sites, regions, estimates and placement from the calibration records on | TUM QOS repository data: 102–163 s | \((cycles[cycles.count / 2] * 1_000).text(1)) ms (median of \(cycles.count), longest \((cycles[cycles.count - 1] * 1_000).text(1)) ms) |",
                "| full re-plan of 10,000 queued jobs on 100 machines of 133 sites | – | \((plans[plans.count / 2] * 1_000).text(0)) ms (median of \(plans.count), longest \((plans[plans.count - 1] * 1_000).text(0)) ms) |",
                "",
                "Whole simulations of a fleet on one thread: 20 payers, three classes, the programs of the next section.",
                "",
                "| machines | use | jobs | job events/s | events | seconds | bytes a job, at the peak |",
                "| --- | --- | --- | --- | --- | --- | --- |",
            ]
                + simulations.map {
                    "| \($0.machines) | \($0.name) | \($0.jobs) | \(Int($0.eventsPerSecond)) | \($0.events) | \($0.seconds.text(1)) | \($0.bytesPerJob.text(0)) |"
                } + [""])
    }

    func waits(_ measurement: WaitFidelity) async throws {
        let points = try await measurement.run()
        var lines = [
            "## Wait against fidelity", "",
            "Eight machines of 27 sites (`Benchmarks/Devices`, four IBM snapshots, each also a second time with errors of its own), one program at a time on each except in the rows *packed*. Programs: GHZ, Bernstein–Vazirani, W, QAOA, Ising chain, mirror circuits, 3–10 qubits, 4,000–40,000 shots, arriving in bursts of 3 on average. `kelvin n`: a factor e of success is worth n seconds of waiting. Median waits in seconds, means over \(seeds.count) seeds; every program executed on every machine with 40,000 shots. Beside each baseline: by how much the fidelity of Kelvin's curve lies above its own at the same wait (between two weights the curve is a line).",
            "",
        ]
        for jobs in [1_500, 3_000, 4_500] {
            lines += [
                "**\(jobs)-job traces**", "",
                "| load | policy | median wait, s | mean wait, s | mean fidelity | of the best | Kelvin's curve above it, by median wait | by mean wait | on or above |",
                "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            ]
            for load in [0.5, 0.8, 0.95] {
                let own = points.filter { $0.jobs == jobs && $0.load == load }
                let best = Statistics.mean(own[0].fidelity)
                let curve = own.filter { $0.label.hasPrefix("kelvin ") && $0.label != "kelvin packed" }
                for point in own {
                    let comparison =
                        point.label.hasPrefix("kelvin")
                        ? " | |"
                        : comparison(
                            WaitFidelity.lift(of: curve, over: point, wait: \.median),
                            WaitFidelity.lift(of: curve, over: point, wait: \.mean))
                    lines.append(
                        "| \(load) | \(point.label) | \(interval(point.median, 1)) | \(interval(point.mean, 1)) | \(interval(point.fidelity, 4)) | \((Statistics.mean(point.fidelity) / best * 100).text(1)) % | \(comparison) |"
                    )
                }
            }
            lines.append("")
        }
        for load in [0.8, 0.95] {
            let own = points.filter { $0.jobs == 3_000 && $0.load == load }
            let place = { (p: WaitFidelity.Point) in
                (x: max(0.1, Statistics.mean(p.mean)), y: Statistics.mean(p.fidelity))
            }
            var series = [
                Plot.Series(
                    "kelvin", own.filter { $0.label.hasPrefix("kelvin ") && $0.label != "kelvin packed" }.map(place))
            ]
            for point in own where !point.label.hasPrefix("kelvin") || point.label == "kelvin packed" {
                series.append(Plot.Series(point.label, [place(point)], isLine: false))
            }
            var plot = Plot(
                "Mean wait and fidelity at load \(load) (simulated)", x: "mean wait, s", y: "mean Hellinger fidelity",
                series: series)
            plot.isXLogarithmic = true
            try self.plot("waits-\(load)", plot)
            lines += ["![wait against fidelity at load \(load)](kernel-waits-\(load).svg)", ""]
        }
        try save("waits", lines)
    }

    /// `by median wait | by mean wait | verdict`: yes where the mean over the seeds is not below, *level* where it is by no more
    /// than its interval.
    private func comparison(_ median: [Double]?, _ mean: [Double]?) -> String {
        let verdicts = [median, mean].map { lifts -> (text: String, word: String) in
            guard let values = lifts else { return ("waits longer", "no") }
            let height = Statistics.mean(values)
            return (
                interval(values, 4),
                height >= 0 ? "yes" : height + Statistics.halfWidth(values) >= 0 ? "level" : "no"
            )
        }
        let words = Set(verdicts.map(\.word))
        let word = words.contains("no") ? "no" : words.contains("level") ? "level" : "yes"
        return "\(verdicts[0].text) | \(verdicts[1].text) | \(word)"
    }

    func packing(_ measurement: Packing) async throws {
        let loads = (ProcessInfo.processInfo.environment["LOADS"] ?? "1,4,12").split(separator: ",").compactMap {
            Double($0)
        }
        let rows = try await measurement.run(loads: loads)
        var lines = [
            "## Multi-programming", "",
            "One machine, 480 jobs of 4,000–20,000 shots, all of which run to their end. Mixture *even*: GHZ 4–20 qubits, Bernstein–Vazirani 4–12, mirror circuits 4–16, W, Ising chain and ansatz 4–8, every width of a kind alike; *small*: the same kinds up to 20 qubits, half of the programs of at most six; *narrow*: the same kinds up to 20 qubits, seven of eight programs of four or five (`PackedMixture`). The load is in units of what one program at a time can do. Utilisation is the part of site·seconds in use; *bound* is what solo use would be multiplied by if every site were in use all the time, which no packing can exceed. Of each seed at least \(measurement.executed) jobs are executed by the emulator, each in one circuit with all that ran beside it, with a ZZ crosstalk of neighbours of 50 kHz on the 27-site and 4 kHz on the 133-site machine; *alone* is the same job with the machine to itself. The percentage beside a policy is the loss that the allocator allows a job by its estimate; with guard 0, where programs may touch, the measured crosstalk of its neighbours is part of that. Means over \(seeds.count) seeds.",
            "",
            "| machine | mixture | load | policy | utilisation | times solo | bound | jobs/h | fidelity packed | alone | loss |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for row in rows {
            let solo = rows.first {
                $0.machine == row.machine && $0.mixture == row.mixture && $0.load == row.load && $0.policy == "solo"
            }!
            let alone = Statistics.mean(solo.utilisation), ratio = Statistics.mean(row.utilisation) / alone
            var line =
                "| \(row.machine) | \(row.mixture) | \(Int(row.load)) | \(row.policy) | \(interval(row.utilisation.map { $0 * 100 }, 1)) % | \(ratio.text(2)) | \((1 / alone).text(2)) | \(interval(row.throughput, 0)) |"
            if row.packed[0].isNaN {
                line += " – | – | – |"
            } else {
                line +=
                    " \(interval(row.packed, 4)) | \(interval(row.alone, 4)) | \(interval(row.loss.map { $0 * 100 }, 2)) % |"
            }
            lines.append(line)
        }
        for name in Set(rows.map(\.machine)).sorted() {
            let series = Packing.choices.map { choice in
                let own = rows.filter {
                    $0.machine == name && $0.mixture == PackedMixture.small.name && $0.policy == choice.name
                }
                return Plot.Series(
                    choice.name, own.map { ($0.load, Statistics.mean($0.utilisation) * 100) },
                    spread: own.map { Statistics.halfWidth($0.utilisation) * 100 })
            }
            try plot(
                "packing-\(name)",
                Plot(
                    "\(name), small programs: site·seconds in use (simulated)", x: "load, times solo capacity", y: "%",
                    series: series)
            )
            lines += ["", "![utilisation of \(name)](kernel-packing-\(name).svg)"]
        }
        for name in Set(rows.map(\.machine)).sorted() {
            let most = loads.max() ?? 0
            let series = PackedMixture.all.filter { mixture in rows.contains { $0.mixture == mixture.name } }.map {
                mixture in
                let own = rows.filter {
                    $0.machine == name && $0.mixture == mixture.name && $0.load == most && !$0.packed[0].isNaN
                }
                let solo = rows.first {
                    $0.machine == name && $0.mixture == mixture.name && $0.load == most && $0.policy == "solo"
                }!
                let points = own.map {
                    (
                        x: Statistics.mean($0.loss) * 100,
                        y: Statistics.mean($0.utilisation) / Statistics.mean(solo.utilisation)
                    )
                }
                return Plot.Series(mixture.name, points.sorted { $0.x < $1.x })
            }
            try plot(
                "packing-loss-\(name)",
                Plot(
                    "\(name), load \(Int(most)): utilisation against loss (simulated)", x: "mean loss of fidelity, %",
                    y: "times solo use", series: series))
            lines += ["", "![utilisation against loss on \(name)](kernel-packing-loss-\(name).svg)"]
        }
        try save("packing", lines + [""])
    }

    func moves(_ measurement: Packing) async throws {
        var lines = [
            "## Moves", "",
            "What is gained by moving running programs at the end of a batch so that the first waiting job finds room in one piece, and how often that should be thought about: one machine, 1,500 jobs of the mixture *even* of 40,000–400,000 shots (up to about a dozen batches each), load 3 (27 sites) and 9 (133 sites) times what one program at a time can do, batches of 10 s. Means over \(seeds.count) seeds; nothing is executed.",
            "", "| machine | thought about every | site·seconds in use | jobs/h | median wait, s | moves |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for row in try await measurement.moves() {
            let every = row.interval.isFinite ? "\(Int(row.interval)) s" : "never"
            lines.append(
                "| \(row.machine) | \(every) | \(interval(row.utilisation.map { $0 * 100 }, 1)) % | \(interval(row.throughput, 0)) | \(interval(row.medianWait, 0)) | \(interval(row.moves, 0)) |"
            )
        }
        try save("moves", lines + [""])
    }

    func fairness(_ measurement: Fairness) async throws {
        let rows = try await measurement.run()
        var lines = [
            "## Fairness at saturation", "",
            "Twenty tenants with shares 1 to 20 ask for the same amount, together several times what eight machines of 27 sites can do, for two days. Jain's index of machine time by share over \(seeds.count) seeds.",
            "", "| policy | Jain |", "| --- | --- |",
        ]
        for row in rows { lines.append("| \(row.policy) | \(interval(row.jain, 4)) |") }
        try plot(
            "fairness",
            Plot(
                "Service by share at saturation (simulated)", x: "share", y: "service / share, mean 1",
                series: rows.map { row in
                    Plot.Series(row.policy, row.normalised.enumerated().map { (Double($0 + 1), $1) })
                }))
        lines += ["", "![service by share](kernel-fairness.svg)", ""]
        try save("fairness", lines)
    }

    func forecasts(_ measurement: Forecasts) async throws {
        let rows = try await measurement.run()
        var lines = [
            "## Forecasts of waits", "",
            "Eight machines of 27 sites, three classes (20 % low, 70 % normal, 10 % high), eight payers, run times off their estimate by 10 %. *days*: 30,000 jobs a seed of about three minutes, in bursts of 3 on average, at a rate that swings between nothing and twice the mean within a day: queues build up for hours. *line* (three seeds): the same jobs of one account and one class, so that nobody overtakes. *sweeps*: the same jobs, submitted in sweeps of 60 on average without a rhythm of days, as one loop of a user's program does. *bursts*: 12,000 jobs a seed of a few seconds in bursts of 12 on average. Judged are jobs that did not start at once, one in so many of each class and weighed by that number, after the first quarter and half a day before the last comes in, behind which nothing follows; the interval is stated at submission and promises 90 %. Baseline: the 5 % and 95 % quantiles of the last 500 waits of the class. Means over \(seeds.count) seeds.",
            "",
            "What a forecast rests on: *futures* plays the kernel's own state on, as at run time, with what came in coming again; *plan* is the plan of the queue as if nothing more came in. The others know what no forecast can, to tell what the width is due to (three seeds): *run times known*, those of all waiting jobs, but not what comes in; *law known*, by which law jobs come in, but not which will; *arrivals known*, all that will come in, but not run times.",
            "",
            "| traffic | load | rests on | coverage | low | normal | high | median width, s | median wait, s | width/wait, median of jobs | of waits over an hour | which are | Winkler score | of the baseline | baseline coverage | jobs judged |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for row in rows {
            let coverage = row.coverage.map { interval($0.map { $0 * 100 }, 1) + " %" }.joined(separator: " | ")
            let basis =
                switch row.basis {
                case .recentTraffic: "futures"
                case .plan: "plan"
                case .trueRuntimes: "run times known"
                case .trueLaw: "law known"
                case .trueArrivals: "arrivals known"
                }
            let long =
                row.longRatio.isEmpty
                ? "– | –"
                : "\(interval(row.longRatio, 2)) | \((Statistics.mean(row.longPart) * 100).text(0)) % of jobs"
            lines.append(
                "| \(row.traffic) | \(row.load) | \(basis) | \(coverage) | \(interval(row.medianWidth, 1)) | \(interval(row.medianWait, 1)) | \(interval(row.medianRatio, 2)) | \(long) | \(interval(row.winkler, 0)) | \(interval(row.baselineWinkler, 0)) | \(interval(row.baselineCoverage.map { $0 * 100 }, 1)) % | \(row.count) |"
            )
        }
        try save("forecasts", lines + [""])
    }
}
