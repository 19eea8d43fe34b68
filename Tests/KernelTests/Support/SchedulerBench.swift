import Hardware
import Testing

@testable import Kernel

/// A fleet in virtual time with jobs of known length: the scheduler under the kernel that really drives it.
struct SchedulerBench {
    var kernel: KernelState<FleetScheduler>
    var output = KernelOutput()
    var now = 0.0
    var seconds: [JobID: Double] = [:]
    var parts: [JobID: Int] = [:]
    /// In the order in which they first got a machine.
    var started: [JobID] = []
    var startTimes: [JobID: Double] = [:]
    var ended: [JobID: Double] = [:]
    var service: [AccountIndex: Double] = [:]
    private(set) var ends: [(time: Double, job: JobID, fence: Fence, seconds: Double)] = []

    init(machines: Int, rules: SchedulingRules = SchedulingRules(sharing: .exclusive)) {
        kernel = KernelState(policy: FleetScheduler(rules: rules))
        for d in 0..<machines { handle(.addDevice(name: "machine-\(d)", siteCount: 5)) }
    }

    /// Machines whose regions are known, so that programs can share them.
    init(_ files: [DeviceFile], rules: SchedulingRules) {
        kernel = KernelState(policy: FleetScheduler(rules: rules))
        for (d, file) in files.enumerated() {
            handle(.addDevice(name: "machine-\(d)", siteCount: file.description.siteCount))
            let library = RegionLibrary(DeviceMap(file.description, calibration: file.calibration))
            kernel.withPolicy { $0.setLibrary(library, of: DeviceIndex(d)) }
        }
    }

    mutating func handle(_ event: KernelEvent) {
        kernel.handle(event, at: now, into: &output)
        var k = 0
        while k < output.effects.count {
            let effect = output.effects[k]
            k += 1
            switch effect {
            case .validate(let id):
                let card = kernel.book.jobs[kernel.book.jobs.slot(of: id)!].card
                let demand = JobDemand(width: Int(card.width), shots: 1, seconds: Double(card.seconds))
                kernel.handle(.validated(id, demand), at: now, into: &output)
            case .compile(let id, _, _, let fence):
                if startTimes[id] == nil {
                    startTimes[id] = now
                    started.append(id)
                }
                let count = parts[id] ?? 1
                kernel.handle(
                    .compiled(id, fence, parts: count, partSeconds: seconds[id]! / Double(count)), at: now,
                    into: &output)
            case .run(let id, _, let fence):
                let time = seconds[id]! / Double(parts[id] ?? 1)
                ends.append((now + time, id, fence, time))
            case .mitigate(let id, let fence): kernel.handle(.mitigated(id, fence), at: now, into: &output)
            case .deliver(let id, _): ended[id] = now
            default: break
            }
        }
        #expect(kernel.book.brokenInvariant(at: now) == nil)
        output.removeAll()
    }

    /// - Parameter actual: how long it will truly take; nil for as long as estimated.
    mutating func submit(
        _ number: UInt64, _ account: AccountIndex = .root, seconds length: Double, running actual: Double? = nil,
        priority: Priority = .normal, deadline: Double = .infinity, parts count: Int = 1, device: DeviceIndex? = nil,
        alone: Bool = true, width: Int = 1
    ) {
        let id = JobID(number)
        seconds[id] = actual ?? length
        parts[id] = count
        handle(
            .submit(
                id,
                JobCard(
                    account: account, device: device, priority: priority, wantsMachineAlone: alone, width: width,
                    seconds: length, deadline: deadline)))
    }

    mutating func account(_ path: String, share: Double, below parent: AccountIndex = .root) -> AccountIndex {
        handle(.addAccount(path: path, parent: parent, share: share))
        return kernel.book.account(at: path)!
    }

    /// Lets the next part end; whether there was one.
    mutating func step() -> Bool {
        guard let next = ends.indices.min(by: { (ends[$0].time, ends[$0].job) < (ends[$1].time, ends[$1].job) }) else {
            return false
        }
        let end = ends.remove(at: next)
        now = end.time
        if let slot = kernel.book.jobs.slot(of: end.job) {
            service[kernel.book.jobs[slot].card.account, default: 0] += end.seconds
        }
        handle(.partFinished(end.job, end.fence, seconds: end.seconds))
        return true
    }

    mutating func run(until time: Double = .infinity) {
        while let next = ends.map(\.time).min(), next <= time { _ = step() }
        if time < .infinity { now = time }
    }

    var order: [UInt64] { started.map(\.rawValue) }
}
