import Circuits
import Compiler
import Hardware

/// Machines with made-up but varied figures.
enum TestDevices {
    typealias Machine = (description: DeviceDescription, calibration: Calibration)

    static let everything = Abilities(midCircuitMeasurement: true, feedForward: true, reset: true, maxShots: 100_000)

    /// A machine with virtual rz, with sx and x, and an entangling gate on each pair (both ways unless directed).
    static func superconducting(
        _ id: String, sites: Int, pairs: [(Int, Int)], gate: StandardGate = .cz, isDirected: Bool = false,
        extra: [NativeGate] = [], deadPairs: Set<Int> = [], deadSites: Set<Int> = []
    ) -> Machine {
        var generator = TestGenerator(UInt64(sites) + 7)
        var couplings: [Coupling] = []
        var gates: [GateCalibration] = []
        for (k, pair) in pairs.enumerated() {
            let (a, b) = (Site(pair.0), Site(pair.1))
            let error = deadPairs.contains(k) ? 1.0 : 0.002 + 0.01 * generator.uniform()
            for (first, second) in isDirected ? [(a, b)] : [(a, b), (b, a)] {
                couplings.append(Coupling(first, second))
                for name in [gate] + extra.map(\.gate).filter({ $0.qubitCount == 2 }) {
                    gates.append(
                        GateCalibration(gate: name, sites: [first, second], error: error, duration: Seconds(68e-9)))
                }
            }
        }
        var figures: [SiteCalibration] = []
        for site in 0..<sites {
            for name in [StandardGate.sx, .x] + extra.map(\.gate).filter({ $0.qubitCount == 1 }) {
                gates.append(
                    GateCalibration(
                        gate: name, sites: [Site(site)], error: 2e-4 * (1 + generator.uniform()),
                        duration: Seconds(32e-9)))
            }
            figures.append(
                SiteCalibration(
                    t1: Seconds(1e-4 * (1 + generator.uniform())), t2: Seconds(1e-4 * (0.5 + generator.uniform())),
                    readout: ReadoutCalibration(
                        falseOne: 0.01, falseZero: 0.02 * generator.uniform(), duration: Seconds(1.56e-6)),
                    resetDuration: Seconds(1.7e-6), isOperational: !deadSites.contains(site)))
        }
        let description = DeviceDescription(
            id: id, name: id, vendor: "test", modality: .superconducting, isEmulated: true, source: "made up",
            siteCount: sites,
            nativeGates: [
                NativeGate(gate: .rz, isVirtual: true), NativeGate(gate: .sx), NativeGate(gate: .x),
                NativeGate(gate: gate),
            ]
                + extra,
            connectivity: .couplings(couplings),
            timing: TimingConstraints(
                dt: Seconds(4e-9), granularity: 1, acquireAlignment: 4, feedbackLatency: Seconds(4e-7)),
            abilities: everything)
        return (description, Calibration(id: id + "-0", timestamp: 0, sites: figures, gates: gates))
    }

    /// A heavy-hex lattice of `rows` rows of `columns` sites joined by bridges, as on IBM's processors; 7 × 15 with 24
    /// bridges gives 129 sites, a Heron without its loose ends.
    static func heavyHex(rows: Int = 7, columns: Int = 15) -> (sites: Int, pairs: [(Int, Int)]) {
        var pairs: [(Int, Int)] = []
        var next = 0
        var above: [Int] = []
        for row in 0..<rows {
            let line = Array(next..<next + columns)
            next += columns
            for (a, b) in zip(line, line.dropFirst()) { pairs.append((a, b)) }
            if row > 0 {
                for column in stride(from: row % 2 == 1 ? 0 : 2, to: columns, by: 4) {
                    pairs.append((above[column], next))
                    pairs.append((next, line[column]))
                    next += 1
                }
            }
            above = line
        }
        return (next, pairs)
    }

    static let heron: Machine = {
        let lattice = heavyHex()
        return superconducting(
            "heron", sites: lattice.sites, pairs: lattice.pairs, deadPairs: [3, 40, 77, 110], deadSites: [25])
    }()

    static func line(_ sites: Int) -> Machine {
        superconducting("line", sites: sites, pairs: (1..<sites).map { ($0 - 1, $0) })
    }

    static func ring(_ sites: Int) -> Machine {
        superconducting("ring", sites: sites, pairs: (0..<sites).map { ($0, ($0 + 1) % sites) })
    }

    static func grid(_ rows: Int, _ columns: Int) -> Machine {
        var pairs: [(Int, Int)] = []
        for r in 0..<rows {
            for c in 0..<columns {
                if c + 1 < columns { pairs.append((r * columns + c, r * columns + c + 1)) }
                if r + 1 < rows { pairs.append((r * columns + c, (r + 1) * columns + c)) }
            }
        }
        return superconducting("grid", sites: rows * columns, pairs: pairs)
    }

    /// Seven sites as on IBM's Falcon, with echoed cross resonance one way only.
    static let directed = superconducting(
        "directed", sites: 7, pairs: [(0, 1), (2, 1), (1, 3), (3, 5), (5, 4), (6, 5)], gate: .ecr, isDirected: true)

    /// A 3 × 3 grid that has rzz between 0 and π/2 and rx beside cz.
    static let fractional: Machine = {
        let base = grid(3, 3)
        var pairs: [(Int, Int)] = []
        // A machine of this file's own making always has a target.
        for coupler in try! Target(base.description, calibration: base.calibration).couplers {
            pairs.append((coupler.first.index, coupler.second.index))
        }
        return superconducting(
            "fractional", sites: 9, pairs: pairs,
            extra: [NativeGate(gate: .rzz, angleRanges: [0 ... .pi / 2]), NativeGate(gate: .rx)])
    }()

    /// Every gate, any pair, no error and no time.
    static func ideal(_ sites: Int) -> Machine {
        let description = DeviceDescription(
            id: "ideal", name: "ideal", vendor: "test", modality: .simulator, isEmulated: true, source: "mathematics",
            siteCount: sites, nativeGates: StandardGate.allCases.map { NativeGate(gate: $0) }, connectivity: .all,
            timing: .none, abilities: everything)
        return (description, Calibration(id: "ideal", timestamp: 0, sites: [], gates: []))
    }
}
