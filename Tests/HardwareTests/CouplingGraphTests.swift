import Circuits
import Hardware
import Testing

@Suite struct CouplingGraphTests {
    /// A ladder of 2 × n sites with random dead couplers and sites; the references below search by brute force.
    private func ladder(_ n: Int, seed: UInt64) -> (DeviceDescription, Calibration) {
        var state = seed
        func chance(_ percent: UInt64) -> Bool {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % 100 < percent
        }
        var couplings: [Coupling] = [], figures: [GateCalibration] = []
        for k in 0..<n {
            for (a, b) in [(2 * k, 2 * k + 1), (2 * k, 2 * k + 2), (2 * k + 1, 2 * k + 3)] where b < 2 * n {
                for (first, second) in chance(50) ? [(a, b), (b, a)] : [(b, a)] {
                    couplings.append(Coupling(Site(first), Site(second)))
                    figures.append(
                        GateCalibration(
                            gate: .cz, sites: [Site(first), Site(second)], error: chance(20) ? 1 : 0.01,
                            duration: Seconds(1e-7)))
                }
            }
        }
        let description = DeviceDescription(
            id: "ladder", name: "", vendor: "", modality: .superconducting, isEmulated: true, source: "",
            siteCount: 2 * n, nativeGates: [NativeGate(gate: .cz)], connectivity: .couplings(couplings), timing: .none,
            abilities: Abilities(midCircuitMeasurement: true, feedForward: true, reset: true, maxShots: 1))
        let sites = (0..<2 * n).map { _ in SiteCalibration(isOperational: !chance(8)) }
        return (description, Calibration(deviceID: "ladder", timestamp: 0, sites: sites, gates: figures))
    }

    @Test(arguments: 1...20) func agreesWithFloydAndWarshall(_ seed: Int) {
        let (description, calibration) = ladder(12, seed: UInt64(seed))
        let graph = CouplingGraph(description: description, calibration: calibration)
        let n = description.siteCount
        var d = [[Int]](repeating: [Int](repeating: 1 << 20, count: n), count: n)
        for k in 0..<n where calibration.sites[k].isOperational { d[k][k] = 0 }
        for entry in calibration.gates where entry.error < 1 && entry.sites.allSatisfy(calibration.isOperational) {
            d[entry.sites[0].index][entry.sites[1].index] = 1
            d[entry.sites[1].index][entry.sites[0].index] = 1
        }
        for a in 0..<n {
            for b in 0..<n { #expect(graph.areNeighbours(Site(a), Site(b)) == (d[a][b] == 1)) }
        }
        #expect(graph.edges.count == d.enumerated().reduce(0) { s, row in s + row.1[..<row.0].count { $0 == 1 } })
        for k in 0..<n {
            for a in 0..<n { for b in 0..<n { d[a][b] = min(d[a][b], d[a][k] + d[k][b]) } }
        }
        let matrix = graph.distanceMatrix()
        for a in 0..<n {
            let row = graph.distances(from: Site(a))
            #expect(graph.neighbours(of: Site(a)).elementsEqual(graph.neighbours(of: Site(a)).sorted()))
            for b in 0..<n {
                let expected = d[a][b] < 1 << 20 ? d[a][b] : nil
                #expect(row[b] == expected)
                #expect(matrix[Site(a), Site(b)] == expected.map(UInt16.init) ?? DistanceMatrix.unreachable)
                let path = graph.shortestPath(from: Site(a), to: Site(b))
                #expect(path.map { $0.count - 1 } == expected)
                if let path { #expect(zip(path, path.dropFirst()).allSatisfy { graph.areNeighbours($0, $1) }) }
            }
        }
        let pieces = graph.components
        #expect(pieces.flatMap { $0 }.sorted() == graph.usableSites)
        for piece in pieces { for a in piece { #expect(matrix[piece[0], a] != DistanceMatrix.unreachable) } }
        for (a, b) in zip(pieces, pieces.dropFirst()) {
            #expect(a.count >= b.count && matrix[a[0], b[0]] == DistanceMatrix.unreachable)
        }
    }

    @Test func completeGraph() {
        var description = ladder(3, seed: 1).0
        description.connectivity = .all
        var sites = [SiteCalibration](repeating: SiteCalibration(), count: 6)
        sites[2].isOperational = false
        let calibration = Calibration(deviceID: "all", timestamp: 0, sites: sites, gates: [])
        let graph = CouplingGraph(description: description, calibration: calibration)
        #expect(graph.isComplete && graph.edges.isEmpty && graph.components == [[0, 1, 3, 4, 5].map { Site($0) }])
        #expect(graph.degree(of: Site(0)) == 4 && graph.degree(of: Site(2)) == 0)
        #expect(graph.shortestPath(from: Site(0), to: Site(5)) == [Site(0), Site(5)])
        #expect(graph.distances(from: Site(1)) == [1, 0, nil, 1, 1, 1])
    }
}
