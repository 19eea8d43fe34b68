import Circuits
import Drivers
import Hardware

/// Small machines with round figures, and executables with times written by hand.
struct TestMachine {
    var siteCount = 3
    var t1: Double? = 100e-6
    var t2: Double? = 80e-6
    var oneQubitError = 0.0
    var twoQubitError = 0.01
    var falseOne = 0.0
    var falseZero = 0.0
    var resetError: Double?
    var deadCoupler: (Int, Int)?
    var deadSite: Int?
    var faults = GateFaults.depolarizing
    var environment = EnvironmentFigures.none
    var efficiency = 1.0
    var darkCounts = 0.0
    var transport: Transport?
    var zones: [Zone] = []
    var concurrency = Concurrency.unlimited
    var modality = Modality.superconducting
    var globals: [GateCalibration] = []
    var abilities = Abilities(midCircuitMeasurement: true, feedForward: true, reset: true, maxShots: 1_000_000)

    static let gateTime = 50e-9, couplerTime = 100e-9, readoutTime = 1e-6, resetTime = 2e-6

    var file: DeviceFile {
        var couplings: [Coupling] = [], figures: [GateCalibration] = []
        for k in 0..<siteCount - 1 {
            for (a, b) in [(k, k + 1), (k + 1, k)] {
                couplings.append(Coupling(Site(a), Site(b)))
                let isDead = deadCoupler.map { $0 == (a, b) || $0 == (b, a) } ?? false
                for gate in [StandardGate.cz, .rzz] {
                    figures.append(
                        GateCalibration(
                            gate: gate, sites: [Site(a), Site(b)], error: isDead ? 1 : twoQubitError,
                            duration: Seconds(Self.couplerTime), faults: faults))
                }
            }
        }
        for gate in [StandardGate.sx, .x] {
            for k in 0..<siteCount {
                figures.append(
                    GateCalibration(
                        gate: gate, sites: [Site(k)], error: oneQubitError, duration: Seconds(Self.gateTime)))
            }
        }
        let site = SiteCalibration(
            t1: t1.map { Seconds($0) }, t2: t2.map { Seconds($0) },
            readout: ReadoutCalibration(
                falseOne: falseOne, falseZero: falseZero, duration: Seconds(Self.readoutTime), efficiency: efficiency,
                darkCounts: darkCounts),
            resetDuration: Seconds(Self.resetTime), resetError: resetError)
        var sites = Array(repeating: site, count: siteCount)
        if let deadSite { sites[deadSite].isOperational = false }
        let description = DeviceDescription(
            id: "test", name: "Test", vendor: "Kelvin", modality: modality, isEmulated: true, source: "made up",
            siteCount: siteCount,
            nativeGates: [
                NativeGate(gate: .cz), NativeGate(gate: .rz, isVirtual: true),
                NativeGate(gate: .rzz, angleRanges: [0...(.pi / 2)]), NativeGate(gate: .sx), NativeGate(gate: .x),
            ], connectivity: .couplings(couplings),
            timing: TimingConstraints(
                dt: Seconds(1e-9), feedbackLatency: Seconds(5e-7), repetitionDelay: Seconds(200e-6)),
            abilities: abilities, zones: zones, transport: transport, concurrency: concurrency)
        return DeviceFile(
            description: description,
            calibration: Calibration(
                deviceID: "test", timestamp: 1_700_000_000, sites: sites, gates: figures, globals: globals,
                environment: environment))
    }

    var device: EmulatedDevice { EmulatedDevice(file) }

    /// Each instruction starts at its time; durations are those of the calibration.
    func executable(_ circuit: Circuit, starts: [Double], nested: [[Schedule]] = [], spans: [Int: Double] = [:])
        -> Executable
    {
        Executable(
            deviceID: "test", calibrationID: file.calibration.id, circuit: circuit,
            schedule: schedule(circuit.body, starts: starts, nested: nested, spans: spans), initialLayout: [],
            finalLayout: [])
    }

    /// - Parameter spans: durations of control flow, by position.
    func schedule(_ block: Block, starts: [Double], nested: [[Schedule]] = [], spans: [Int: Double] = [:]) -> Schedule {
        let durations = block.indices.map { position -> Double in
            switch block.operation(at: position) {
            case .gate(.standard(.rz)), .barrier, .assign: 0
            case .gate: block.qubits(at: position).count == 2 ? Self.couplerTime : Self.gateTime
            case .measure: Self.readoutTime
            case .reset: Self.resetTime
            default: spans[position] ?? 0
            }
        }
        return Schedule(
            starts: starts, durations: durations, duration: zip(starts, durations).map(+).max() ?? 0, nested: nested)
    }
}

extension TestMachine {
    /// One instruction after the other, `gap` seconds apart; measurements last, together.
    func sequence(_ circuit: Circuit, gap: Double = 0) -> Executable {
        var starts: [Double] = [], now = 0.0
        for position in circuit.body.indices {
            starts.append(now)
            switch circuit.body.operation(at: position) {
            case .gate(.standard(.rz)), .measure: break
            case .reset: now += Self.resetTime + gap
            default:
                now +=
                    gap + (circuit.body.qubits(at: position).count == 2 ? Self.couplerTime : Self.gateTime)
            }
        }
        return executable(circuit, starts: starts)
    }
}

/// How often bit `bit` is one.
func frequency(of bit: Int, in result: RawResult) -> Double {
    Double(result.shots.count { $0[bit] }) / Double(result.shots.count)
}

/// Whether a frequency from `shots` shots lies within four standard deviations of a probability.
func agrees(_ frequency: Double, _ probability: Double, shots: Int) -> Bool {
    abs(frequency - probability) <= 4 * (probability * (1 - probability) / Double(shots)).squareRoot() + 1e-12
}
