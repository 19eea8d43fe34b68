import Circuits
import Hardware

/// Keeps the records of machines true beside the jobs of users: canaries now and then, and a calibration when they, or the
/// record's age, call for one. All of it are jobs of the class `system` in the same queue.
public actor CalibrationKeeper {
    private let runtime: Runtime
    private let devices: any DeviceProvider
    private let clock: any KernelClock
    private let agenda: CalibrationAgenda
    private let calibrate: Calibrate
    private var machines: [String: State] = [:]
    private var seed: UInt64

    /// Measures a machine anew and keeps the record for all who open the machine from then on.
    public typealias Calibrate =
        @Sendable (_ device: String, _ runtime: Runtime, _ seed: UInt64) async throws(KernelError) -> Void

    private struct State {
        var detector = DriftDetector()
        var record = ""
        var canary: Canary?
        /// The canary's success by the record; nil until it has run.
        var prediction: Double?
        var lastCanary = -Double.infinity
    }

    /// What a look at a machine led to.
    public enum Outcome: Hashable, Sendable {
        case nothing
        /// Canaries sang: the share of pairs that came back, as seen and by the record.
        case canary(seen: Double, predicted: Double)
        case calibrated(String)
    }

    /// Shots of one canary, and of the simulation it is held against.
    private static let shots = 400, twinShots = 4_000

    public init(
        runtime: Runtime, devices: any DeviceProvider, clock: any KernelClock = WallClock(),
        agenda: CalibrationAgenda = CalibrationAgenda(), seed: UInt64, calibrate: @escaping Calibrate
    ) {
        self.runtime = runtime
        self.devices = devices
        self.clock = clock
        self.agenda = agenda
        self.seed = seed
        self.calibrate = calibrate
    }

    /// Looks at a machine and does what its agenda calls for.
    ///
    /// - Throws: what made a job of it fail.
    public func look(at name: String) async throws(KernelError) -> Outcome {
        let device: any Device, record: Calibration
        do {
            device = try devices.device(name)
            record = try device.calibration()
        } catch { throw KernelError(error) }
        var state = machines[name] ?? State()
        if state.record != record.id {
            // A new record is in force: what was held against the old one is void.
            state = State(record: record.id, canary: Canary(device.description, record), lastCanary: state.lastCanary)
        }
        let now = clock.now
        let decision = agenda.decision(
            age: now - record.timestamp, sinceCanaries: now - state.lastCanary, isIdle: await runtime.isIdle(name),
            detector: state.detector)
        machines[name] = state
        switch decision {
        case .nothing: return .nothing
        case .runCanaries: return try await sing(name, device.description, record)
        case .calibrate:
            seed &+= 1
            await runtime.calibrating(name, true)
            do throws(KernelError) { try await calibrate(name, runtime, seed) } catch {
                await runtime.calibrating(name, false)
                throw error
            }
            await runtime.calibrating(name, false)
            machines[name] = nil
            do { return .calibrated(try devices.device(name).calibration().id) } catch { throw KernelError(error) }
        }
    }

    private func sing(
        _ name: String, _ description: DeviceDescription, _ record: Calibration
    ) async throws(KernelError) -> Outcome {
        machines[name]?.lastCanary = clock.now
        guard let canary = machines[name]?.canary else { return .nothing }
        seed &+= 1
        let shots = min(Self.shots, description.abilities.maxShots)
        let job = try await runtime.submit(canary.request(on: name, shots: shots, seed: seed))
        let result = try await runtime.result(of: job)
        guard result.calibration.id == record.id, case .samples(let samples)? = result.blocks.first,
            let counts = samples.first?.counts
        else { return .nothing }
        if machines[name]?.prediction == nil {
            do {
                machines[name]?.prediction = try await canary.prediction(
                    of: result.programs[0].executable, description, record, shots: Self.twinShots, seed: seed)
            } catch { throw KernelError(error) }
        }
        guard let predicted = machines[name]?.prediction else { return .nothing }
        let successes = canary.successes(counts), total = counts.total * canary.pairs.count
        machines[name]?.detector.observe(successes: successes, of: total, predicted: predicted)
        return .canary(seen: Double(successes) / Double(max(1, total)), predicted: predicted)
    }
}

extension Runtime {
    /// Whether nothing runs or waits on a machine.
    func isIdle(_ name: String) -> Bool {
        guard let device = state.book.device(named: name) else { return true }
        return state.book.devices[device.place].runs == 0
            && !state.book.jobs.slots.contains { state.book.jobs[$0].card.admits(device) }
    }

    /// A machine is being measured, or was; then its record is read anew.
    func calibrating(_ name: String, _ begins: Bool) {
        if !begins { machines.forget(name) }
        guard let device = state.book.device(named: name) else { return }
        let news = health.handle(begins ? .calibrationStarted : .calibrationFinished, of: device, at: clock.now)
        let record = begins ? nil : machines.ask(name).calibration
        guard !news.isEmpty || record != nil else { return }
        do throws(KernelError) {
            try transact { _, handle throws(KernelError) in
                for event in news { handle(event) }
                if let record { handle(.calibrated(device, record)) }
                equipAll(handle)
            }
        } catch { storageFailed(error) }
    }
}
