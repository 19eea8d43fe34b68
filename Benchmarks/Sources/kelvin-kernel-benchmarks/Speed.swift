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
        let profiles = Self.profiles(100)
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
        let profiles = Self.profiles(100)
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

    /// Kernel events a second of a whole simulation, and bytes a job of what it keeps.
    func simulation(jobs: Int) async throws -> (
        eventsPerSecond: Double, events: Int, seconds: Double, bytesPerJob: Double
    ) {
        var workload = WorkloadSettings(load: 0.8, programs: smallPrograms)
        workload.jobs = jobs
        workload.priorities = [0.2, 0.7, 0.1]
        var scenario = scenario(workload, seed: 1, duration: 1e9)
        scenario.accounts = (0..<20).map { .init(name: "tenant-\($0)", share: Double($0 + 1)) }
        scenario.scheduling.batchSeconds = 1_000
        scenario.scheduling.secondsPerNat = 300
        let machines = try fleet.eightFalcons(seed: 7)
        let before = Self.residentBytes()
        let outcome = try await scenario.simulate(on: machines, options: FleetOptions(executes: false))
        let bytes = Double(Self.peakBytes() - before) / Double(jobs)
        return (
            Double(outcome.report.events) / outcome.report.wallSeconds, outcome.report.events,
            outcome.report.wallSeconds,
            bytes
        )
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
        for profile in profiles { _ = kernel.withPolicy { $0.addProgram(profile) } }
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
        for k in 0..<count {
            let profile = profiles[k % profiles.count], id = JobID(UInt64(k + 1))
            let card = JobCard(
                account: AccountIndex(1 + k % 20), wantsMachineAlone: false, width: profile.width, shots: 4_000,
                tag: UInt32(k % profiles.count))
            state.kernel.handle(.submit(id, card), at: 0, into: &state.output)
            state.kernel.handle(
                .validated(id, JobDemand(width: profile.width, shots: 4_000, seconds: 0)), at: 0, into: &state.output)
        }
        state.output.removeAll()
        state.kernel.openAll()
    }

    /// So many different programs of 4 to 20 qubits.
    private static func profiles(_ count: Int) -> [ProgramProfile] {
        let kinds = ProgramKind.allCases
        return (0..<count).map { k in
            ProgramProfile(kinds[k % kinds.count].circuit(qubits: 4 + k % 17, seed: UInt64(k)))
        }
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
