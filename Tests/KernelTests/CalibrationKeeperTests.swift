import Characterisation
import Drivers
import Hardware
import Synchronization
import Testing

@testable import Kernel

/// Canaries on a machine that drifts, and what follows from them.
@Suite struct CalibrationKeeperTests {
    /// An emulated machine that ages, and whose record can be replaced by what is true.
    private final class Aging: DeviceProvider {
        private struct State {
            var age = 0.0
            var record: Calibration?
        }

        let file: DeviceFile
        private let state = Mutex(State())

        init() throws { file = try DeviceCatalog().file("garnet-20") }

        func age(by days: Double) { state.withLock { $0.age += days * 86_400 } }

        /// The machine is tuned up: what the record says is true again, under a new name.
        func tuneUp(at time: Double) {
            state.withLock { state in
                state.age = 0
                let record = file.calibration
                state.record = Calibration(
                    id: "tuned-\(Int(time))", timestamp: time, sites: record.sites, gates: record.gates,
                    defaults: record.defaults, globals: record.globals, environment: record.environment)
            }
        }

        func device(_ id: String) throws(DeviceError) -> any Device {
            state.withLock { EmulatedDevice(file, drift: Drift(seed: 3, age: Seconds($0.age)), record: $0.record) }
        }
    }

    private final class Clock: KernelClock {
        private let time: Mutex<Double>
        init(_ start: Double) { time = Mutex(start) }
        var now: Double { time.withLock { $0 } }
        func pass(_ seconds: Double) { time.withLock { $0 += seconds } }
    }

    private struct House {
        let machine: Aging
        let clock: Clock
        let runtime: Runtime
        let keeper: CalibrationKeeper
        let calibrations: Mutex<Int>.Box

        init(longest: Double = 1e9) throws {
            let machine = try Aging(), clock = Clock(machine.file.calibration.timestamp)
            let count = Mutex<Int>.Box()
            self.machine = machine
            self.clock = clock
            calibrations = count
            runtime = Runtime(devices: machine, clock: clock)
            keeper = CalibrationKeeper(
                runtime: runtime, devices: machine, clock: clock,
                agenda: CalibrationAgenda(longest: longest, earliest: 1e9, canaryInterval: 600), seed: 4
            ) { _, _, _ in
                count.value.withLock { $0 += 1 }
                machine.tuneUp(at: clock.now)
            }
        }

        var count: Int { calibrations.value.withLock { $0 } }
    }

    @Test func aMachineThatIsWhatItsRecordSaysIsLeftAlone() async throws {
        let house = try House()
        for _ in 0..<8 {
            guard case .canary(let seen, let predicted) = try await house.keeper.look(at: "garnet-20") else {
                Issue.record("no canary was due")
                return
            }
            #expect(abs(seen - predicted) < 0.02 && predicted > 0.6)
            // Not before the next is due.
            #expect(try await house.keeper.look(at: "garnet-20") == .nothing)
            house.clock.pass(601)
        }
        #expect(house.count == 0)
    }

    @Test func driftIsNoticedAndEndsInANewRecord() async throws {
        let house = try House()
        _ = try await house.keeper.look(at: "garnet-20")
        house.machine.age(by: 40)
        var looks = 0
        while house.count == 0, looks < 12 {
            house.clock.pass(601)
            _ = try await house.keeper.look(at: "garnet-20")
            looks += 1
        }
        #expect(house.count == 1, "the drift was not noticed in \(looks) canaries")
        #expect(try await house.runtime.fleet().first?.calibration.hasPrefix("tuned-") == true)
        // Canaries are held against the new record from now on, and find it true.
        for _ in 0..<4 {
            house.clock.pass(601)
            guard case .canary(let seen, let predicted) = try await house.keeper.look(at: "garnet-20") else { continue }
            #expect(abs(seen - predicted) < 0.02)
        }
        #expect(house.count == 1)
    }

    @Test func anOldRecordIsReplacedThoughNothingWasNoticed() async throws {
        let house = try House(longest: 5_000)
        house.clock.pass(5_001)
        guard case .calibrated(let record) = try await house.keeper.look(at: "garnet-20") else {
            Issue.record("it was not calibrated")
            return
        }
        #expect(record.hasPrefix("tuned-") && house.count == 1)
    }

    /// Users' jobs wait for the canary, not the other way round: it is of the class `system`.
    @Test func canariesCutIn() async throws {
        let house = try House()
        var program = Canary(house.machine.file.description, house.machine.file.calibration)!
            .request(on: "garnet-20", shots: 400, seed: 1)
        program.priority = .normal
        program.batchShots = 100
        let first = try await house.runtime.submit(program), second = try await house.runtime.submit(program)
        _ = try await house.keeper.look(at: "garnet-20")
        for job in [first, second] { _ = try await house.runtime.result(of: job) }
        let canary = JobID(3)
        let started = try await house.runtime.history(of: canary).first { $0.fact.state == .compiling }?.time
        let waited = try await house.runtime.history(of: second).first { $0.fact.state == .compiling }?.time
        #expect(try #require(started) <= (try #require(waited)))
    }
}

extension Mutex where Value == Int {
    /// A counter that closures share.
    final class Box: Sendable {
        let value = Mutex<Int>(0)
    }
}
