import Hardware
import Testing

@testable import Kernel

/// Programs that may touch: who stands beside whom is a matter of what the measured coupling would do to both.
@Suite struct CrosstalkTests {
    /// How many of three programs of four qubits run at once on twelve sites in a line, which they fill.
    private func running(turns: Int, zz: Double, guardDistance: Int = 0) throws -> Int {
        let file = try lineMachine(Array(repeating: 0.01, count: 12), zz: zz)
        let sharing = SharingPolicy(maximumPrograms: 4, guardDistance: guardDistance, maximumLoss: 0.03)
        var kernel = KernelState(policy: FleetScheduler(rules: SchedulingRules(sharing: sharing)))
        var output = KernelOutput(), program = ProgramProfile(width: 4)
        program.twoQubitGates *= turns
        program.twoQubitDepth *= turns
        kernel.handle(.addDevice(name: "line", siteCount: 12), at: 0, into: &output)
        let library = RegionLibrary(DeviceMap(file.description, calibration: file.calibration))
        kernel.withPolicy { $0.setLibrary(library, of: DeviceIndex(0)) }
        for id in [JobID(1), JobID(2), JobID(3)] {
            kernel.handle(.submit(id, JobCard(wantsMachineAlone: false, width: 4)), at: 0, into: &output)
            let demand = JobDemand(width: 4, shots: 100, seconds: 100, profile: program)
            kernel.handle(.validated(id, demand), at: 0, into: &output)
        }
        #expect(kernel.book.brokenInvariant(at: 0) == nil)
        return kernel.book.devices[0].runs
    }

    @Test func neighboursTouchWhereItCostsThemLittle() throws {
        #expect(try running(turns: 1, zz: 50_000) == 3)
        #expect(try running(turns: 100, zz: 50_000) == 2)
        #expect(try running(turns: 100, zz: 0) == 3)
        // A free site between them has its price whatever the coupling.
        #expect(try running(turns: 1, zz: 50_000, guardDistance: 1) == 2)
    }

    /// sin²(πζt/2) over one coupler, for the common time in which either side is driven.
    @Test func theCostIsThatOfAFlip() throws {
        let file = try lineMachine(Array(repeating: 0.01, count: 6), zz: 40_000)
        let map = DeviceMap(file.description, calibration: file.calibration)
        let long = Exposure(active: 4e-6, drivenPart: 0.5), short = Exposure(active: 1e-6, drivenPart: 1)
        let left = SiteMask([0, 1, 2]), right = SiteMask([3, 4, 5])
        let cost = map.crosstalkCost(left, long, right, short)
        // π · 4e4 · 1.5e-6 / 2 = 0.09425.
        #expect(abs(Double(cost) - 0.008895) < 1e-5)
        #expect(map.crosstalkCost(right, short, left, long) == cost)
        #expect(map.crosstalkCost(SiteMask([0, 1]), long, right, short) == 0)
    }

    /// Who is there already has a say: a newcomer that could bear it does not come where it would cost the other too much,
    /// and when neighbours have gone their share has gone with them.
    @Test func thoseWhoAreThereAreAsked() throws {
        let file = try lineMachine(Array(repeating: 0.01, count: 12), zz: 150_000)
        let library = RegionLibrary(DeviceMap(file.description, calibration: file.calibration))
        var scheduler = FleetScheduler(
            rules: SchedulingRules(sharing: SharingPolicy(maximumPrograms: 4, guardDistance: 0, maximumLoss: 0.03)))
        scheduler.setLibrary(library, of: DeviceIndex(0))
        let row = Int(scheduler.estimates.row(of: ProgramProfile(width: 4)))
        let exposure = scheduler.exposure(of: row, on: 0)
        let cost = scheduler.crosstalk(of: SiteMask([4, 5, 6, 7]), row, on: 0, library.map)
        #expect(cost == 0)
        func tenant(_ id: UInt64, _ sites: [Int], spare: Float) -> FleetScheduler.Tenant {
            FleetScheduler.Tenant(
                job: JobID(id), slot: JobSlot(rawValue: Int32(id)), sites: SiteMask(sites), reach: SiteMask(sites),
                isAlone: false, priority: .normal, end: 1, line: 0, advance: 0, chargedAt: 0, exposure: exposure,
                spare: spare)
        }
        scheduler.admit(tenant(1, [0, 1, 2, 3], spare: 0.03), on: 0)
        let one = scheduler.crosstalk(of: SiteMask([4, 5, 6, 7]), row, on: 0, library.map)
        #expect(one > 0.001 && one < 0.03)
        let second = tenant(2, [4, 5, 6, 7], spare: one * 1.5)
        scheduler.admit(second, on: 0)
        #expect(scheduler.machines[0].tenants.first { $0.job == JobID(1) }?.crosstalk == one)
        // It can bear one neighbour and a half.
        scheduler.machines[0].tenants[1].crosstalk = one
        #expect(scheduler.crosstalk(of: SiteMask([8, 9, 10, 11]), row, on: 0, library.map) == .infinity)
        scheduler.noteCrosstalk(of: second, on: 0, sign: -1)
        #expect(scheduler.machines[0].tenants.first { $0.job == JobID(1) }?.crosstalk == 0)
    }
}
