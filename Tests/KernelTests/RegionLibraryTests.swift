import Circuits
import Drivers
import Hardware
import Testing

@testable import Kernel

@Suite struct RegionLibraryTests {
    private let map: DeviceMap
    private let library: RegionLibrary

    init() throws {
        let device = try DeviceCatalog().device("heron-133")
        map = DeviceMap(device.description, calibration: try device.calibration())
        library = RegionLibrary(map)
    }

    private func ghz(_ n: Int) -> ProgramProfile {
        var circuit = Circuit(qubitCount: n)
        circuit.append(.h, [0])
        for q in 1..<n { circuit.append(.cx, [q - 1, q]) }
        circuit.measureAll()
        return ProgramProfile(circuit)
    }

    private func isConnected(_ sites: SiteMask) -> Bool {
        guard let first = sites.sites.first else { return true }
        var seen = SiteMask([first]), frontier = [first]
        while let site = frontier.popLast() {
            for k in Int(map.starts[site])..<Int(map.starts[site + 1]) {
                let other = Int(map.neighbours[k])
                if sites.contains(other), !seen.contains(other) {
                    seen.insert(other)
                    frontier.append(other)
                }
            }
        }
        return seen == sites
    }

    @Test(arguments: [2, 5, 9, 16, 20]) func regionsAreConnectedLiveAndAsWideAsAsked(width: Int) throws {
        let found = try library.region(for: ghz(width), within: map.live, coherenceBudget: 1).get()
        #expect(found.sites.count == width && found.sites.isSubset(of: map.live) && isConnected(found.sites))
    }

    /// The best of all connected triples, found by trying each: the library must come close to it.
    @Test func smallRegionsAreNearlyTheBestThereAre() throws {
        let program = ghz(3)
        var best = Float.infinity
        for middle in 0..<map.siteCount where map.live.contains(middle) {
            let ends = (Int(map.starts[middle])..<Int(map.starts[middle + 1])).map { k in
                (Int(map.neighbours[k]), map.couplerCosts[k])
            }
            for (i, a) in ends.enumerated() {
                for b in ends[(i + 1)...] {
                    var figures = RegionFigures()
                    figures.add(middle, couplers: 0, couplerCost: 0, distance: 0, isEnd: true, map)
                    figures.add(a.0, couplers: 1, couplerCost: a.1, distance: 1, isEnd: true, map)
                    figures.add(b.0, couplers: 1, couplerCost: b.1, distance: 1, isEnd: true, map)
                    best = min(best, RegionEstimate(program, figures, map.timing).cost)
                }
            }
        }
        let found = try library.region(for: program, within: map.live, coherenceBudget: 1).get()
        #expect(found.estimate.cost <= best * 1.1 && found.estimate.cost >= best * 0.999)
    }

    /// A chain of gates goes where it needs no moves, or next to none, although a tree may have the better couplers.
    @Test func chainsAreGivenLines() throws {
        var beside: [Int] = []
        for width in 4...16 {
            let found = try library.region(for: ghz(width), within: map.live, coherenceBudget: 1).get()
            let forks = found.sites.sites.map { site in
                max(
                    0,
                    (Int(map.starts[site])..<Int(map.starts[site + 1])).count { k in
                        found.sites.contains(Int(map.neighbours[k]))
                    } - 2)
            }
            beside.append(forks.reduce(0, +))
        }
        #expect(beside.allSatisfy { $0 <= 1 } && beside.count { $0 == 0 } >= 10, "sites beside a line: \(beside)")
    }

    @Test func programsArePackedApart() throws {
        // As many programs of six qubits as fit with a free site between any two: none touches another.
        var free = map.live, placed: [SiteMask] = []
        while case .success(let found) = library.region(for: ghz(6), within: free, coherenceBudget: 1) {
            for other in placed { #expect(map.dilated(other, by: 1).isDisjoint(with: found.sites)) }
            placed.append(found.sites)
            free = free.subtracting(map.dilated(found.sites, by: 1))
        }
        #expect(placed.count >= 9, "only \(placed.count) programs were placed")
    }

    @Test func coherenceIsAHardConstraint() throws {
        var deep = ghz(4)
        deep.twoQubitDepth = 2_500
        let budget = 1.0
        let active =
            Float(deep.oneQubitDepth) * Float(map.timing.oneQubitGate)
            + Float(deep.twoQubitDepth) * Float(map.timing.twoQubitGate)
        // Placed where T2 is long enough, although better couplers are elsewhere.
        let found = try library.region(for: deep, within: map.live, coherenceBudget: budget).get()
        for site in found.sites.sites { #expect(map.coherence[site] >= active) }
        // Too deep for any region: refused with the figure.
        deep.twoQubitDepth = 1_000_000
        guard
            case .failure(.tooDeep(let use, let limit)) = library.region(
                for: deep, within: map.live, coherenceBudget: budget)
        else { return #expect(Bool(false), "a program of a million layers was placed") }
        #expect(use > 100 && limit == 1)
    }

    @Test func tooWideProgramsAreRefusedWithTheFigure() {
        let refusal = library.region(for: ghz(134), within: map.live, coherenceBudget: 1)
        guard case .failure(.tooWide(let needed, let available)) = refusal else {
            return #expect(Bool(false), "134 qubits were placed on 133 sites")
        }
        #expect(needed == 134 && available == library.widestRegion)
    }

    @Test func estimatesFollowTheNumberOfErrors() throws {
        // By hand: on a region of mean two-qubit cost c₂ and readout cost r, n CNOTs and n readouts cost about n·(c₂ + r).
        let program = ghz(8)
        let found = try library.region(for: program, within: map.live, coherenceBudget: 1).get()
        let sites = found.sites.sites
        let readout = sites.reduce(Float(0)) { $0 + map.readoutCosts[$1] }
        #expect(found.estimate.cost > readout && found.estimate.cost < readout + 7 * 0.02 + 0.2)
        #expect(
            program.isLinear && program.twoQubitGates == 7 && program.measurements == 8 && program.twoQubitDepth == 7)
    }
}
