import Circuits
import Conformance
import Drivers
import Hardware
import Testing

extension DriverTests {
    @Suite struct ConformanceTests {
        private static let suite = ConformanceSuite(shots: 1_000, sample: 1, seed: 7, patience: 120)

        private func faults(_ device: any Device, suite: ConformanceSuite = suite) async -> [String] {
            await suite.run(on: device).flatMap { finding in finding.faults.map { "\(finding.check.rawValue): \($0)" } }
        }

        /// One machine of each kind; `make test-peers` takes all of them.
        @Test(arguments: ["ideal", "heron-133", "ion-chain-20", "racetrack-32", "atoms-48", "photons-16"])
        func everyDriverOfTheHouseConforms(id: String) async throws {
            // The other tests leave a run little of the machine.
            let suite = ConformanceSuite(shots: 400, sample: 1, seed: 7, patience: 120)
            let found = await faults(try DeviceCatalog().device(id), suite: suite)
            #expect(found.isEmpty, "\(found)")
        }

        @Test func theDriverOfTheGuideConforms() async throws { #expect(await faults(CoinMachine()) == []) }

        @Test(arguments: BrokenDevice.Fault.allCases)
        func aBrokenDriverFailsTheRightCheck(_ fault: BrokenDevice.Fault) async throws {
            let device = BrokenDevice(base: IdealDevice(), fault: fault)
            let findings = await ConformanceSuite(shots: 1_000, sample: 2, seed: 7, patience: 120).run(
                fault.check, on: device)
            #expect(!findings.passed, "\(fault)")
            // The same check finds nothing wrong with the machine itself.
            let sound = await ConformanceSuite(shots: 1_000, sample: 2, seed: 7, patience: 120).run(
                fault.check, on: IdealDevice())
            #expect(sound.faults == [])
        }

        /// On a noisy machine the thresholds must still tell a wrong gate from noise.
        @Test func aWrongGateIsFoundThroughTheNoise() async throws {
            let device = BrokenDevice(base: try DeviceCatalog().device("heron-133"), fault: .wrongRotation)
            let finding = await Self.suite.run(.gates, on: device)
            #expect(!finding.passed)
        }
    }
}

/// A driver with one fault, around one that is right.
struct BrokenDevice: Device {
    enum Fault: String, CaseIterable, Sendable {
        case reversedBits, exchangedOperands, wrongGate, wrongRotation, lostShots, claimedLosses, additionalBit,
            writesUnused
        case acceptsForeignPrograms, ignoresCancellation, negativeTime, wildProgress, wrongSiteCount

        var check: ConformanceSuite.Check {
            switch self {
            case .reversedBits: .bitOrder
            case .exchangedOperands, .wrongGate, .wrongRotation: .gates
            case .lostShots, .claimedLosses, .additionalBit, .writesUnused: .shots
            case .acceptsForeignPrograms: .refusals
            case .ignoresCancellation: .cancellation
            case .negativeTime, .wildProgress: .timing
            case .wrongSiteCount: .description
            }
        }
    }

    let base: any Device
    let fault: Fault

    var description: DeviceDescription {
        var description = base.description
        if fault == .wrongSiteCount { description.siteCount += 1 }
        return description
    }

    func calibration() throws(DeviceError) -> Calibration { try base.calibration() }
    func status() -> DeviceStatus { base.status() }

    func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
        if fault != .acceptsForeignPrograms { try base.validate(executable, shots: shots) }
    }

    func run(
        _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
    ) async throws(DeviceError) -> RawResult {
        var changed = executable
        changed.circuit.body = changing(executable.circuit.body)
        if fault == .wildProgress { progress?(1.5) }
        var result: RawResult
        if fault == .ignoresCancellation {
            let (base, program) = (base, changed)
            let task = Task.detached { () -> Result<RawResult, DeviceError> in
                do throws(DeviceError) {
                    return .success(try await base.run(program, shots: shots, seed: seed, progress: nil))
                } catch { return .failure(error) }
            }
            result = try await task.value.get()
        } else {
            result = try await base.run(changed, shots: shots, seed: seed, progress: progress)
        }
        switch fault {
        case .reversedBits:
            result.shots = result.shots.map { shot in
                var reversed = shot
                for k in 0..<shot.count { reversed[k] = shot[shot.count - 1 - k] }
                return reversed
            }
        case .lostShots: if shots > 3 { result.shots.removeLast() }
        case .claimedLosses:
            if shots > 3 {
                result.shots.removeLast()
                result.lostShots = 1
            }
        case .additionalBit: result.shots = result.shots.map { BitString($0.words[0], count: $0.count + 1) }
        case .writesUnused:
            result.shots = result.shots.map { shot in
                var shot = shot
                shot[0] = true
                return shot
            }
        case .negativeTime: result.deviceTime = Seconds(-1)
        default: break
        }
        return result
    }

    private func changing(_ block: Block) -> Block {
        var result = Block()
        for position in block.indices {
            let instruction = block[position]
            guard case .gate(.standard(let gate)) = instruction.operation else {
                result.append(from: block, at: position)
                continue
            }
            switch (fault, gate) {
            // A driver that takes target for control.
            case (.exchangedOperands, _) where gate.qubitCount == 2:
                result.append(gate, [instruction.qubits[1], instruction.qubits[0]], instruction.parameters)
            case (.wrongGate, .x): result.append(.y, instruction.qubits)
            // Half the angle it was asked for.
            case (.wrongRotation, .rz), (.wrongRotation, .ry):
                result.append(gate, instruction.qubits, [Parameter((instruction.parameters[0].constant ?? 0) / 2)])
            case (.wrongRotation, .sx): result.append(.sxdg, instruction.qubits)
            default: result.append(from: block, at: position)
            }
        }
        return result
    }
}
