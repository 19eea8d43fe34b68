import Drivers
import Hardware
import Kernel
import Testing

@testable import FleetSimulation

@Suite struct MachineTests {
    private func heron(_ environment: EnvironmentFigures) throws -> DeviceFile {
        var file = try DeviceCatalog().file("heron-133")
        let base = file.calibration
        file.calibration = Calibration(
            id: base.id, timestamp: base.timestamp, sites: base.sites, gates: base.gates, defaults: base.defaults,
            globals: base.globals, environment: environment)
        return file
    }

    /// Errors walk from calibration to calibration; what does not walk stays: measured crosstalk above all, by which
    /// regions are kept apart.
    @Test func calibrationsKeepTheCrosstalkOfTheFile() throws {
        let crosstalk = [CrosstalkFigure(pair: Coupling(Site(0), Site(1)), zz: 31_000)]
        let file = try heron(EnvironmentFigures(crosstalk: crosstalk))
        var group = FleetScenario.DeviceGroup(file: "heron-133")
        group.crosstalk = 50_000
        var machine = Machine(file, index: 0, group: group, seed: 1)
        machine.calibrate(at: 86_400)
        let first = machine.record(version: 0), second = machine.record(version: 1)
        for record in [first, second, machine.truth(version: 0, at: 40_000)] {
            #expect(record.environment == file.calibration.environment)
        }
        #expect(zip(first.gates, second.gates).contains { $0.error != $1.error })
        // A file that says nothing of it gets the scenario's.
        var silent = Machine(try heron(.none), index: 0, group: group, seed: 1)
        silent.calibrate(at: 86_400)
        for version in 0...1 { #expect(silent.record(version: version).environment.crosstalkDefault == 50_000) }
    }
}
