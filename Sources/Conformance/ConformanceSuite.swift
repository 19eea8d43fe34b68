public import Hardware
import Circuits

/// Whether a device does what the `Device` protocol promises, whoever wrote its driver.
///
/// The checks see what a user sees: the description, the calibration, and counts. Thresholds follow from the published
/// figures of the places that are used, and from the number of shots at five standard deviations, so that an honest
/// machine with its own noise passes and one that exchanges bits, replaces a gate or loses shots does not.
public struct ConformanceSuite: Sendable {
    /// Shots of each experiment.
    public var shots: Int
    /// How many one-qubit and how many two-qubit gates are looked at by tomography.
    public var sample: Int
    public var seed: UInt64

    /// Seconds within which a cancelled run must have ended; more for a process that does much else at the same time.
    public var patience: Double

    public init(shots: Int = 2_000, sample: Int = 2, seed: UInt64 = 1, patience: Double = 5) {
        self.patience = patience
        self.shots = shots
        self.sample = sample
        self.seed = seed
    }

    /// The checks in the order in which they run.
    public enum Check: String, Sendable, CaseIterable {
        /// Description and calibration agree with each other and with themselves.
        case description
        /// As many outcomes as shots, each with all bits of the program; bits nobody writes are 0.
        case shots
        /// Bit k is where bit k belongs, for every place of the register.
        case bitOrder
        /// Native gates do what their names say: process tomography.
        case gates
        /// What cannot run is refused before it runs, with a code and a cure.
        case refusals
        /// A cancelled task ends soon, with the code for it.
        case cancellation
        /// Times are finite, grow with the program, and progress stays within 0…1.
        case timing

        /// For people.
        public var title: String {
            switch self {
            case .description: "description and calibration are consistent"
            case .shots: "every shot comes back"
            case .bitOrder: "bits are in their places"
            case .gates: "gates do what their names say"
            case .refusals: "what cannot run is refused"
            case .cancellation: "a run can be cancelled"
            case .timing: "times and progress are sane"
            }
        }
    }

    public struct Finding: Sendable {
        public var check: Check
        /// What is wrong, with figures; empty if the check passed.
        public var faults: [String]
        /// What was looked at, or why it was not.
        public var detail: String

        public var passed: Bool { faults.isEmpty }
    }

    /// Runs all checks; one that fails does not stop the others.
    public func run(on device: any Device) async -> [Finding] {
        var findings: [Finding] = []
        for check in Check.allCases { findings.append(await run(check, on: device)) }
        return findings
    }

    public func run(_ check: Check, on device: any Device) async -> Finding {
        var finding = Finding(check: check, faults: [], detail: "")
        do throws(DeviceError) {
            let bench = try Bench(device, shots: shots, seed: seed)
            switch check {
            case .description: bench.checkDescription(&finding)
            case .shots: try await bench.checkShots(&finding)
            case .bitOrder: try await bench.checkBitOrder(&finding)
            case .gates: try await bench.checkGates(&finding, sample: sample)
            case .refusals: try await bench.checkRefusals(&finding)
            case .cancellation: try await bench.checkCancellation(&finding, within: patience)
            case .timing: try await bench.checkTiming(&finding)
            }
        } catch {
            finding.faults.append("\(error.code.name): \(error.message)")
        }
        return finding
    }
}
