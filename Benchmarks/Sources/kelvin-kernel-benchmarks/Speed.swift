import FleetSimulation
import Foundation
import Hardware
import Kernel

/// How fast the scheduler decides, and the simulation runs.
struct Speed {
    let fleet: Fleet

    /// One scheduling cycle: 100 new jobs of 100 different programs on eight machines of 27 sites whose calibrations have
    /// just changed: regions found, every program estimated on every machine, every job placed or planned. Seconds.
    func cycle(rounds: Int) throws -> [Double] {
        let machines = try fleet.eightFalcons(seed: 7)
        let profiles = Self.profiles(100, on: machines[0])
        return try (0..<rounds).map { _ in
            var state = try Self.state(machines, profiles, SharingPolicy())
            Self.submit(&state, profiles, count: 100)
            var placements: [Placement] = []
            // From the calibration records on.
            return seconds {
                for machine in machines {
                    let map = DeviceMap(machine.description, calibration: machine.record(version: 0))
                    state.kernel.withPolicy {
                        $0.setLibrary(RegionLibrary(map, widest: 27), of: DeviceIndex(machine.index), pricePerSecond: 0)
                    }
                }
                let book = state.kernel.book
                let plan = state.kernel.policy.plan(in: book, at: 0)
                precondition(plan.count == 100, "\(plan.count) of 100 jobs were planned")
                state.kernel.withPolicy { $0.place(.everything, in: book, at: 0, into: &placements) }
                precondition(!placements.isEmpty)
            }
        }
    }

    /// 10,000 queued jobs on 100 machines planned anew, estimates known. Seconds.
    func replan(rounds: Int) throws -> [Double] {
        let machines = try fleet.machines("heron-133", count: 100, seed: 3, spread: 0.2)
        let profiles = Self.profiles(100, on: machines[0])
        var state = try Self.state(machines, profiles, SharingPolicy())
        for machine in machines {
            let map = DeviceMap(machine.description, calibration: machine.record(version: 0))
            state.kernel.withPolicy {
                $0.setLibrary(RegionLibrary(map), of: DeviceIndex(machine.index), pricePerSecond: 0)
            }
        }
        Self.submit(&state, profiles, count: 10_000)
        let book = state.kernel.book
        return (0..<rounds).map { _ in
            seconds {
                let plan = state.kernel.policy.plan(in: book, at: 0)
                precondition(plan.count == 10_000, "\(plan.count) of 10,000 jobs were planned")
            }
        }
    }

    struct Simulation {
        var name: String
        var jobs: Int
        var machines: Int
        var eventsPerSecond: Double
        var events: Int
        var seconds: Double
        var bytesPerJob: Double
        var medianWait: Double
        /// Of machine and wait of every job: the same for a seed until a policy changes.
        var digest: UInt64

        var line: String {
            "\(machines) machines, \(name): \(jobs) jobs, \(Int(eventsPerSecond)) events/s, \(seconds.text(2)) s, "
                + "\(bytesPerJob.text(0)) bytes a job, median wait \(medianWait.text(1)) s, schedule \(String(digest, radix: 16))"
        }
    }

    /// Whole simulations on one thread: events of jobs a second, and bytes a job of all that is kept.
    ///
    /// - Parameter rows: which of them, from 1 on; nil for all. Each is told on the error output as it ends.
    func simulations(scale: Double = 1, rows: Set<Int>? = nil) async throws -> [Simulation] {
        let falcons = try fleet.eightFalcons(seed: 7)
        let cases: [(name: String, machines: () throws -> [Machine], jobs: Double, load: Double, programs: Int)] = [
            ("alone, load 0.8", { falcons }, 2e6, 0.8, 1),
            ("packed, load 2.5", { falcons }, 1e6, 2.5, 8),
            ("packed, saturated", { falcons }, 3e5, 8, 8),
            (
                "packed, load 2.5", { try fleet.machines("heron-133", count: 100, seed: 3, spread: 0.2) }, 1e6, 2.5,
                16
            ),
            (
                "alone, load 0.9", { try fleet.machines("falcon-27-hanoi", count: 1_000, seed: 3, spread: 0.2) }, 1e6,
                0.9, 1
            ),
        ]
        var result: [Simulation] = []
        for (place, one) in cases.enumerated() where rows?.contains(place + 1) ?? true {
            result.append(
                try await simulation(
                    one.name, try one.machines(), jobs: Int(one.jobs * scale), load: one.load, programs: one.programs))
            FileHandle.standardError.write(Data("\(result[result.count - 1].line)\n".utf8))
        }
        return result
    }

    func simulation(
        _ name: String, _ machines: [Machine], jobs: Int, load: Double, programs: Int
    ) async throws -> Simulation {
        var workload = WorkloadSettings(load: load, programs: smallPrograms)
        workload.jobs = jobs
        workload.priorities = [0.2, 0.7, 0.1]
        var scenario = scenario(workload, seed: 1, duration: 1e9)
        scenario.accounts = (0..<20).map { .init(name: "tenant-\($0)", share: Double($0 + 1)) }
        scenario.scheduling.rules.secondsPerNat = 300
        scenario.scheduling.rules.sharing.maximumPrograms = programs
        Self.resetPeak()
        let before = Self.residentBytes(), begin = processorSeconds()
        let outcome = try await scenario.simulate(on: machines, options: FleetOptions(executes: false))
        let report = outcome.report, used = processorSeconds() - begin
        return Simulation(
            name: name, jobs: jobs, machines: machines.count,
            eventsPerSecond: Double(report.events) / used, events: report.events,
            seconds: used, bytesPerJob: Double(Self.peakBytes() - before) / Double(jobs),
            medianWait: report.waits.median, digest: Self.digest(of: outcome.record))
    }

    /// FNV-1a.
    private static func digest(of record: FleetRecord) -> UInt64 {
        var digest: UInt64 = 0xCBF2_9CE4_8422_2325
        for (wait, device) in zip(record.waits, record.devices) {
            digest = (digest ^ UInt64(wait.bitPattern) ^ UInt64(device) << 32) &* 0x100_0000_01B3
        }
        return digest
    }

    /// A kernel with these machines, unknown to the scheduler as yet, and queues that nothing leaves.
    private static func state(
        _ machines: [Machine], _ profiles: [ProgramProfile], _ sharing: SharingPolicy
    ) throws -> (kernel: KernelState<FleetScheduler>, output: KernelOutput) {
        let rules = SchedulingRules(window: 1_000, secondsPerNat: 600, sharing: sharing)
        var kernel = KernelState(policy: FleetScheduler(rules: rules)), output = KernelOutput()
        for machine in machines {
            kernel.handle(
                .addDevice(name: "m\(machine.index)", siteCount: machine.description.siteCount), at: 0, into: &output)
            // Not available until the whole queue stands: otherwise each job would be placed as it comes.
            kernel.handle(.setAvailable(DeviceIndex(machine.index), false), at: 0, into: &output)
        }
        return (kernel, output)
    }

    private static func submit(
        _ state: inout (kernel: KernelState<FleetScheduler>, output: KernelOutput), _ profiles: [ProgramProfile],
        count: Int
    ) {
        for k in 0..<20 {
            state.kernel.handle(
                .addAccount(path: "tenant-\(k)", parent: .root, share: Double(k + 1)), at: 0, into: &state.output)
        }
        let tags = profiles.map { profile in state.kernel.withPolicy { $0.addProgram(profile) } }
        for k in 0..<count {
            let profile = profiles[k % profiles.count], id = JobID(UInt64(k + 1))
            let card = JobCard(
                account: AccountIndex(1 + k % 20), wantsMachineAlone: false, width: profile.width, shots: 4_000,
                tag: tags[k % profiles.count])
            state.kernel.handle(.submit(id, card), at: 0, into: &state.output)
            state.kernel.handle(
                .validated(id, JobDemand(width: profile.width, shots: 4_000, seconds: 0)), at: 0, into: &state.output)
        }
        state.output.removeAll()
        state.kernel.openAll()
    }

    /// So many different programs of 4 to 20 qubits, such as fit a machine of 27 sites.
    private static func profiles(_ count: Int, on machine: Machine) -> [ProgramProfile] {
        let library = RegionLibrary(DeviceMap(machine.description, calibration: machine.record(version: 0)))
        var profiles: [ProgramProfile] = [], k = 0
        while profiles.count < count {
            let kinds = ProgramKind.allCases
            let profile = ProgramProfile(
                kinds[k % kinds.count].circuit(qubits: 4 + k / kinds.count % 17, seed: UInt64(k)))
            k += 1
            if profiles.contains(profile) { continue }
            let found = library.region(for: profile, within: library.map.live, coherenceBudget: 1)
            if case .success = found { profiles.append(profile) }
        }
        return profiles
    }

    /// From here on the peak counts anew.
    private static func resetPeak() {
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }

    static func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4_096
    }

    static func peakBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
    }
}

extension KernelState where Policy == FleetScheduler {
    /// Lets the machines take jobs again, and plans nothing by itself: what is measured is the cycle.
    fileprivate mutating func openAll() { apply(availability: true) }

    private mutating func apply(availability: Bool) {
        for d in book.devices.indices { apply(.deviceChanged(DeviceIndex(d), isAvailable: availability), at: 0) }
    }
}
