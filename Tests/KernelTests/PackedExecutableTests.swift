import Circuits
import Compiler
import Drivers
import Hardware
import Testing

@testable import Kernel

@Suite struct PackedExecutableTests {
    private let device: any Device
    private let calibration: Calibration

    init() throws {
        device = try DeviceCatalog().device("heron-133")
        calibration = try device.calibration()
    }

    private func compile(_ circuit: Circuit, on sites: [Int]) throws -> Executable {
        try Compilation(
            of: circuit, for: device.description, calibration: calibration,
            options: CompilerOptions(allowedSites: sites.map { Site($0) }, threads: 1), seed: 1
        ).executable
    }

    private func basisState(_ bits: String) -> Circuit {
        var circuit = Circuit(qubitCount: bits.count)
        for (k, bit) in bits.reversed().enumerated() where bit == "1" { circuit.append(.x, [k]) }
        circuit.measureAll()
        return circuit
    }

    private func regions(_ widths: [Int]) throws -> [[Int]] {
        let map = DeviceMap(device.description, calibration: calibration), library = RegionLibrary(map)
        var free = map.live
        return try widths.map { width in
            let found = try library.region(for: ProgramProfile(width: width), within: free, coherenceBudget: 1).get()
            free = free.subtracting(map.dilated(found.sites, by: 1))
            return found.sites.sites
        }
    }

    @Test func eachProgramGetsItsOwnBits() async throws {
        let states = ["101", "0110", "11", "00101"]
        let sites = try regions(states.map(\.count))
        let executables = try zip(states, sites).map { try compile(basisState($0), on: $1) }
        let packed = try PackedExecutable(executables, siteCount: 133)
        let result = try await device.run(packed.executable, shots: 400, seed: 3, progress: nil)
        for (k, state) in states.enumerated() {
            let counts = Dictionary(packed.outcomes(of: k, in: result).map { ($0.description, 1) }, uniquingKeysWith: +)
            #expect(counts.max { $0.value < $1.value }?.key == state)
            #expect(Double(counts[state] ?? 0) / 400 > 0.7)
        }
    }

    @Test func programsEndTogether() throws {
        let sites = try regions([3, 3])
        var long = Circuit(qubitCount: 3)
        for _ in 0..<20 { long.append(.cx, [0, 1]); long.append(.h, [1]); long.append(.cx, [1, 2]) }
        long.measureAll()
        let executables = [try compile(long, on: sites[0]), try compile(basisState("111"), on: sites[1])]
        let packed = try PackedExecutable(executables, siteCount: 133)
        let schedule = try #require(packed.executable.schedule)
        // But for the last digits.
        #expect(zip(schedule.starts, schedule.starts.dropFirst()).allSatisfy { $0 <= $1 + 1e-15 })
        let begin = packed.executable.circuit.body.indices.first {
            packed.executable.circuit.body.qubits(at: $0).contains { sites[1].contains($0.index) }
        }
        // The short program waits in its ground state.
        let lengths = executables.map { $0.schedule?.duration ?? 0 }
        #expect(schedule.starts[try #require(begin)] >= lengths[0] - lengths[1] - 1e-12)
        #expect(abs(schedule.duration - lengths[0]) < 1e-12)
    }

    /// Of two pulses that follow each other at once, the later may start a rounding error earlier. Packing took the times
    /// at their word and exchanged them: three of four programs were right, the fourth was another one.
    @Test func pulsesOnASiteKeepTheirOrder() throws {
        var generator = SplitMix(state: 7), met = 0
        for _ in 0..<12 {
            let sites = try regions([5, 5, 5])
            let executables = try sites.map { sites in
                var circuit = Circuit(qubitCount: 5)
                for _ in 0..<60 {
                    let a = Int.random(in: 0..<5, using: &generator),
                        b = (a + Int.random(in: 1..<5, using: &generator)) % 5
                    circuit.append(.ry, [a], [Double.random(in: 0..<3, using: &generator)])
                    circuit.append(.cx, [a, b])
                }
                circuit.measureAll()
                return try compile(circuit, on: sites)
            }
            let packed = try PackedExecutable(executables, siteCount: 133).executable
            func story(_ executable: Executable, _ site: Int) -> [String] {
                let body = executable.circuit.body
                return body.indices.filter { body.qubits(at: $0).contains(Qubit(site)) }.map { position in
                    var operation = body.operation(at: position)
                    if case .measure = operation { operation = .measure(into: nil) }
                    return "\(operation) \(body.parameters(at: position).constants.map(Array.init) ?? []) "
                        + "\(body.qubits(at: position).map(\.index))"
                }
            }
            for (executable, sites) in zip(executables, sites) {
                for site in sites { #expect(story(packed, site) == story(executable, site)) }
                let body = executable.circuit.body, starts = executable.schedule?.starts ?? []
                var last: [Int: Double] = [:]
                for position in body.indices {
                    for qubit in body.qubits(at: position) {
                        if starts[position] < last[qubit.index] ?? 0 { met += 1 }
                        last[qubit.index] = starts[position]
                    }
                }
            }
        }
        // Such pulses were among them.
        #expect(met > 0)
    }

    @Test func overlappingProgramsAreRefused() throws {
        let sites = try regions([3])
        let one = try compile(basisState("111"), on: sites[0])
        #expect(throws: PackingError.self) { try PackedExecutable([one, one], siteCount: 133) }
        #expect(throws: PackingError.empty) { try PackedExecutable([], siteCount: 133) }
    }

    @Test func helpersAreUsedInTurnWithAResetBetween() async throws {
        // Both programs leave their helper in |1⟩: without the reset the second would see it.
        let sites = try regions([3])[0]
        var program = Circuit(qubitCount: 1)
        program.append(.x, [0])
        program.measureAll()
        let helper = Site(sites[0])
        let executables = [try compile(program, on: [sites[0]]), try compile(program, on: [sites[0]])]
        let packed = try PackedExecutable(
            executables, siteCount: 133, sharing: [helper],
            resetDuration: { self.calibration.sites[$0.index].resetDuration ?? .zero })
        let resets = packed.executable.circuit.body.indices.filter {
            packed.executable.circuit.body.operation(at: $0) == .reset
        }
        #expect(resets.count == 1)
        let result = try await device.run(packed.executable, shots: 400, seed: 5, progress: nil)
        for k in 0..<2 {
            let ones = packed.outcomes(of: k, in: result).count { $0[0] }
            #expect(ones > 240, "program \(k): \(ones) of 400")
        }
    }

    @Test func theIsolationReportCountsSharedCouplers() throws {
        let map = DeviceMap(device.description, calibration: calibration)
        let sites = try regions([4, 4])
        let a = SiteMask(sites[0]), b = SiteMask(sites[1])
        let apart = IsolationReport(
            region: a, others: b, on: map, guardDistance: 1, shotSeconds: 1e-5, coupling: { _, _ in 50_000 })
        #expect(!apart.isAlone && apart.sharedCouplers == 0 && apart.leakBound == 0)
        let touching = map.dilated(a, by: 1).subtracting(a)
        let near = IsolationReport(
            region: a, others: touching, on: map, guardDistance: 0, shotSeconds: 1e-5, coupling: { _, _ in 1_000 })
        #expect(near.sharedCouplers > 0)
        #expect(abs(near.leakBound! - Double(near.sharedCouplers) * 0.015707) < 1e-4)
        let unknown = IsolationReport(
            region: a, others: touching, on: map, guardDistance: 0, shotSeconds: 1e-5, coupling: { _, _ in nil })
        #expect(unknown.leakBound == nil)
    }
}
