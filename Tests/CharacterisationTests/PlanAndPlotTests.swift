import Circuits
import Hardware
import Testing

@testable import Characterisation

@Suite struct PlanAndPlotTests {
    private let machine = KnownMachine().machine

    @Test func refusesSitesThatCannotBeMeasured() {
        for (sites, part) in [([9], "no site 9"), ([0, 0], "twice")] {
            let error = #expect(throws: CalibrationPlanError.self) {
                try CalibrationPlan([.t1], on: sites.map { Site($0) }, of: machine, shots: 10, seed: 1)
            }
            #expect(error?.message.contains(part) == true)
        }
        let lone = #expect(throws: CalibrationPlanError.self) {
            try CalibrationPlan([.interleavedBenchmarking], on: [Site(0)], of: machine, shots: 10, seed: 1)
        }
        #expect(lone?.code == "calibrate.nothing")
    }

    @Test func leavesOutDeadCouplers() throws {
        var gates = machine.calibration.gates
        for k in gates.indices where gates[k].sites.sorted() == [Site(1), Site(2)] { gates[k].error = 1 }
        let broken = Machine(
            machine.description, machine.calibration.replacing(sites: machine.calibration.sites, gates: gates))
        let plan = try CalibrationPlan([.twoQubitBenchmarking], on: nil, of: broken, shots: 10, seed: 1)
        let benchmark = try #require(plan.experiments.first as? RandomizedBenchmarking)
        let groups = benchmark.batches.joined().map(\.sites)
        #expect(groups.sorted { $0[0] < $1[0] } == [[0, 1], [2, 3], [3, 4]].map { $0.map { Site($0) } })
    }

    /// The volume of sites that fall apart is that of the largest piece.
    @Test func volumeStaysWhereSitesHoldTogether() throws {
        let plan = try CalibrationPlan(
            [.quantumVolume], on: [0, 1, 3].map { Site($0) }, of: machine, shots: 10, seed: 1)
        #expect(plan.experiments[0].programs.allSatisfy { $0.circuit.qubitCount == 2 })
        #expect(throws: CalibrationPlanError.self) {
            try CalibrationPlan([.quantumVolume], on: [0, 2].map { Site($0) }, of: machine, shots: 10, seed: 1)
        }
    }

    /// Members of a batch neither overlap nor touch, and every group is in one batch.
    @Test func batchesKeepTheirDistance() {
        let pairs = (0..<4).map { [Site($0), Site($0 + 1)] }
        let batches = Batches.groups(pairs, apartIn: machine.graph)
        #expect(batches.joined().map { $0 }.sorted { $0[0] < $1[0] } == pairs)
        for batch in batches {
            for (k, a) in batch.enumerated() {
                for b in batch[(k + 1)...] {
                    #expect(Set(a).isDisjoint(with: b))
                    for x in a { for y in b { #expect(!machine.graph.areNeighbours(x, y)) } }
                }
            }
        }
        #expect(Batches.sites((0..<5).map { Site($0) }, apartIn: machine.graph).count == 2)
    }

    @Test func chainsTakeTheBestCouplers() throws {
        let chain = try #require(Chain.best(3, within: machine.graph.usableSites, of: machine))
        func cost(_ sites: [Site]) -> Double {
            zip(sites, sites.dropFirst()).reduce(0) { $0 + machine.error(of: machine.entangler($1.0, $1.1)!) }
        }
        let all = (0..<3).map { [Site($0), Site($0 + 1), Site($0 + 2)] }
        let best = all.map(cost).min()!
        #expect(abs(cost(chain) - best) < 1e-12)
        #expect(Chain.best(6, within: machine.graph.usableSites, of: machine) == nil)
    }

    @Test func plotsDrawEveryPoint() {
        let points = (0..<5).map { DataPoint(x: Double($0) * 1e-5, y: 1 / (1 + Double($0)), sigma: 0.02) }
        let plot = Plot(
            title: "T1 <of> site 3 & 4", x: Plot.Axis("wait", unit: .seconds), y: Plot.Axis("P(1)"),
            curves: [Plot.Curve(label: "site 3", points: points) { 1 / (1 + $0 * 1e5) }])
        let svg = plot.svg()
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(svg.contains("T1 &lt;of&gt; site 3 &amp; 4"))
        #expect(svg.split(separator: "\n").count { $0.contains("r=\"2.6\"") } == 5)
        #expect(svg.contains("wait / µs"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        let text = plot.text(width: 60, height: 12)
        #expect(text.count { $0 == "o" } >= 5)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
        // Nothing to draw is drawn as nothing, not as a crash.
        for empty in [
            Plot(title: "", x: Plot.Axis("x"), y: Plot.Axis("y"), curves: []),
            Plot(
                title: "", x: Plot.Axis("x"), y: Plot.Axis("y"),
                curves: [Plot.Curve(label: "", points: [DataPoint(x: 0, y: 0, sigma: 0)])]),
        ] {
            #expect(empty.svg().hasSuffix("</svg>\n"))
            #expect(!empty.text().isEmpty)
        }
    }

    @Test func ticksAreRound() {
        #expect(Plot.ticks(0...10, about: 5) == [0, 2, 4, 6, 8, 10])
        #expect(Plot.ticks(0.13...0.19, about: 6).map { ($0 * 100).rounded() } == [13, 14, 15, 16, 17, 18, 19])
    }
}
