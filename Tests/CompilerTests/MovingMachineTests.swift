import Circuits
import Compiler
import Hardware
import Testing

/// Times on machines whose carriers move, and on those that do few things at once.
@Suite struct MovingMachineTests {
    private static let gate = 1e-5, move = 1e-3

    private static func machine(
        places: Int = 2, concurrency: Concurrency = .unlimited, moves: Bool = true, geometry: Geometry = .none
    ) -> TestDevices.Machine {
        let native = [NativeGate(gate: .cz), NativeGate(gate: .r), NativeGate(gate: .rz, isVirtual: true)]
        let description = DeviceDescription(
            id: "moving", name: "moving", vendor: "test", modality: .neutralAtom, isEmulated: true, source: "made up",
            siteCount: 6, nativeGates: native, connectivity: .all, timing: .none, abilities: TestDevices.everything,
            geometry: geometry,
            zones: [
                Zone(
                    name: "gates", purpose: .entangling,
                    places: (0..<places).map { Position(x: Double($0), y: 0) })
            ], transport: moves ? Transport(overhead: Seconds(move)) : nil, concurrency: concurrency)
        let site = SiteCalibration(readout: ReadoutCalibration(falseOne: 0, falseZero: 0, duration: Seconds(1e-4)))
        let calibration = Calibration(
            id: "moving-0", timestamp: 0, sites: Array(repeating: site, count: 6), gates: [],
            defaults: [
                GateCalibration(gate: .cz, sites: [], error: 0.01, duration: Seconds(gate)),
                GateCalibration(gate: .r, sites: [], error: 0.001, duration: Seconds(gate)),
            ])
        return (description, calibration)
    }

    private static func spans(_ pairs: [(Int, Int)], on machine: TestDevices.Machine) throws -> [(Double, Double)] {
        var circuit = Circuit(qubitCount: 6)
        for (a, b) in pairs {
            circuit.append(.cz, [a, b])
            // Keeps neighbouring gates from cancelling.
            circuit.append(.rx, [a], [0.3])
        }
        let executable = try Compilation(
            of: circuit, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(effort: .fast, threads: 1), seed: 1
        ).executable
        let schedule = try #require(executable.schedule), body = executable.circuit.body
        return body.indices.filter { body.qubits(at: $0).count == 2 }.map {
            (schedule.starts[$0], schedule.starts[$0] + schedule.durations[$0])
        }
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) < 1e-12 }

    /// The first gate of a pair has a move before it, the second none, and one with a new partner has one again.
    @Test func shuttlingTakesTime() throws {
        let spans = try Self.spans([(0, 1), (0, 1), (0, 2)], on: Self.machine())
        let durations = spans.map { $0.1 - $0.0 }
        #expect(isClose(durations[0], Self.gate + Self.move))
        #expect(isClose(durations[1], Self.gate))
        #expect(isClose(durations[2], Self.gate + Self.move))
    }

    /// Two gates at once where there is room for two, one after the other where a machine does one at a time.
    @Test func limitsHold() throws {
        let free = try Self.spans([(0, 1), (2, 3)], on: Self.machine())
        #expect(isClose(free[0].0, free[1].0))
        let single = try Self.spans([(0, 1), (2, 3)], on: Self.machine(concurrency: Concurrency(twoQubitGates: 1)))
        #expect(single[1].0 >= single[0].1 - 1e-12)
    }

    /// One pulse for all pairs: gates overlap only if they start together. Here the pulse waits for the pair that moves.
    @Test func sharedPulsesStartTogether() throws {
        let machine = Self.machine(concurrency: Concurrency(sharedPulses: [.cz]))
        let spans = try Self.spans([(0, 1), (0, 1), (2, 3), (0, 1), (2, 3)], on: machine)
        let pulses = spans.map { ($0.1 - Self.gate, $0.1) }
        for (k, a) in pulses.enumerated() {
            for b in pulses[..<k] {
                #expect(isClose(a.0, b.0) || a.0 >= b.1 - 1e-12 || b.0 >= a.1 - 1e-12)
            }
        }
    }

    /// Atoms that stay where they are block each other within the blockade radius, and not beyond.
    @Test func blockadeKeepsGatesApart() throws {
        func geometry(_ spacing: Double) -> Geometry {
            Geometry(positions: (0..<6).map { Position(x: spacing * Double($0), y: 0) }, blockadeRadius: 8e-6)
        }
        let near = try Self.spans([(0, 1), (2, 3)], on: Self.machine(moves: false, geometry: geometry(5e-6)))
        #expect(near[1].0 >= near[0].1 - 1e-12)
        let far = try Self.spans([(0, 1), (2, 3)], on: Self.machine(moves: false, geometry: geometry(9e-6)))
        #expect(isClose(far[0].0, far[1].0))
    }

    /// Places are kept, shared out and taken back by fixed rules.
    @Test func itinerariesFollowTheirRules() throws {
        var itinerary = try #require(Itinerary(Self.machine().description))
        func sites(_ a: Int, _ b: Int) -> [Int] { itinerary.bring(Site(a), Site(b)).map(\.site.index) }
        #expect(sites(0, 1) == [0, 1])
        #expect(sites(1, 0) == [])
        #expect(sites(2, 3) == [2, 3])
        // Both places are taken: the pair that has waited longest makes room.
        #expect(sites(4, 5) == [0, 1, 4, 5])
        #expect(sites(2, 4) == [3, 4])
        #expect(itinerary.unpaired == [Site(5)])
    }
}
