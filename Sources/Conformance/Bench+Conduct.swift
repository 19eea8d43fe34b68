import Circuits
import Hardware
import Synchronization

extension Bench {
    /// A program with one measured qubit.
    private var small: Circuit {
        var circuit = Circuit(name: "small", qubitCount: 1, bitCount: 1)
        circuit.append(.x, [0])
        circuit.measure(0, into: 0)
        return circuit
    }

    /// What cannot run must be refused, by `validate` and by `run` alike.
    func checkRefusals(_ finding: inout ConformanceSuite.Finding) async throws(DeviceError) {
        guard let site = sites.first else { return finding.faults.append("no site works") }
        let good = try compiled(small, on: [site])
        var cases: [(name: String, executable: Executable, shots: Int)] = [("no shots", good, 0)]
        if description.abilities.maxShots < Int.max {
            cases.append(("more shots than it takes", good, description.abilities.maxShots + 1))
        }
        var foreign = good
        foreign.deviceID = "another-device"
        cases.append(("a program for another device", foreign, 1))
        var stale = good
        stale.calibrationID = "another-calibration"
        cases.append(("a program for another calibration", stale, 1))
        if let missing = StandardGate.allCases.first(where: { $0.qubitCount == 1 && description.nativeGate($0) == nil })
        {
            var alien = good
            var circuit = Circuit(name: "alien", qubitCount: site.index + 1, bitCount: 1)
            circuit.append(missing, [site.index], Array(repeating: 0.1, count: missing.parameterCount))
            circuit.measure(site.index, into: 0)
            alien.circuit = circuit
            alien.schedule = nil
            cases.append(("the gate \(missing.name), which is not native", alien, 1))
        }
        for entry in cases {
            for (way, isRefused) in [
                ("validate", refuses(entry.executable, entry.shots)),
                ("run", await refusesRun(entry.executable, entry.shots)),
            ] {
                if let problem = isRefused { finding.faults.append("\(way) \(problem): \(entry.name)") }
            }
        }
        do throws(DeviceError) { try device.validate(good, shots: 1) } catch {
            finding.faults.append("validate refuses a right program: \(error.message)")
        }
        finding.detail = cases.map(\.name).joined(separator: "; ")
    }

    /// Nil where it is refused in good manner.
    private func refuses(_ executable: Executable, _ shots: Int) -> String? {
        do throws(DeviceError) { try device.validate(executable, shots: shots) } catch { return manner(error) }
        return "accepts"
    }

    private func refusesRun(_ executable: Executable, _ shots: Int) async -> String? {
        do throws(DeviceError) { _ = try await device.run(executable, shots: shots, seed: 1, progress: nil) } catch {
            return manner(error)
        }
        return "accepts"
    }

    private func manner(_ error: DeviceError) -> String? {
        if error.code != .unsupported && error.code != .tooLarge && error.code != .invalidFile {
            return "refuses with the code \(error.code.name)"
        }
        return error.message.isEmpty ? "refuses without a word" : nil
    }

    /// A run whose task is cancelled before it begins, and one that is cancelled while it runs.
    func checkCancellation(
        _ finding: inout ConformanceSuite.Finding, within patience: Double
    ) async throws(DeviceError) {
        guard let site = sites.first else { return finding.faults.append("no site works") }
        let executable = try compiled(small, on: [site])
        let shots = min(description.abilities.maxShots, 100_000)
        let (device, seed) = (device, seed)
        for delay in [0, 2] {
            let task = Task { () -> DeviceError.Code? in
                do throws(DeviceError) {
                    if delay == 0 { while !Task.isCancelled { await Task.yield() } }
                    _ = try await device.run(executable, shots: shots, seed: seed, progress: nil)
                    return nil
                } catch { return error.code }
            }
            if delay > 0 { try? await Task.sleep(for: .milliseconds(delay)) }
            let start = ContinuousClock.now
            task.cancel()
            let code = await task.value
            let seconds = start.duration(to: .now) / .seconds(1)
            // A run that was over before it could be cancelled has done no wrong; one that never began has.
            if code == nil && delay == 0 { finding.faults.append("a cancelled task ran to its end") }
            if let code, code != .cancelled {
                finding.faults.append("a cancelled run ends with the code \(code.name)")
            }
            if seconds > patience { finding.faults.append("a cancelled run went on for \(Int(seconds)) s") }
        }
        finding.detail = "cancelled before it begins, and after 2 ms"
    }

    func checkTiming(_ finding: inout ConformanceSuite.Finding) async throws(DeviceError) {
        guard let site = sites.first else { return finding.faults.append("no site works") }
        let executable = try compiled(small, on: [site])
        let seen = Mutex<[Double]>([])
        let few = try await device.run(executable, shots: 10, seed: seed) { fraction in
            seen.withLock { $0.append(fraction) }
        }
        let many = try await device.run(
            executable, shots: min(200, description.abilities.maxShots), seed: seed, progress: nil)
        for result in [few, many] where !(result.deviceTime.value >= 0 && result.deviceTime.value.isFinite) {
            finding.faults.append("a device time of \(result.deviceTime.value) s")
        }
        if few.deviceTime > many.deviceTime, description.isEmulated {
            finding.faults.append("10 shots take longer than 200")
        }
        if few.method.isEmpty { finding.faults.append("the result does not say how it came about") }
        let fractions = seen.withLock { $0 }
        if fractions.contains(where: { !($0 >= 0 && $0 <= 1) }) { finding.faults.append("progress leaves 0…1") }
        if description.isEmulated, let schedule = executable.schedule, schedule.duration < 0 {
            finding.faults.append("a program of negative duration")
        }
        finding.detail = "10 and 200 shots; \(fractions.count) reports of progress"
    }
}
