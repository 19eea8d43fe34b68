import Circuits
import Foundation
import Hardware
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct CalibrationHistoryTests {
    private let description = DeviceDescription(
        id: "pair", name: "Pair", vendor: "Kelvin", modality: .superconducting, isEmulated: true, source: "made up",
        siteCount: 2, nativeGates: [NativeGate(gate: .cz), NativeGate(gate: .sx)],
        connectivity: .couplings([Coupling(Site(0), Site(1)), Coupling(Site(1), Site(0))]),
        timing: TimingConstraints(dt: Seconds(1e-9)),
        abilities: Abilities(midCircuitMeasurement: true, feedForward: true, reset: true, maxShots: 1000))

    private func calibration(at time: Double, t1: Double = 50e-6, error: Double = 0.01) -> Calibration {
        Calibration(
            deviceID: "pair", timestamp: time,
            sites: [
                SiteCalibration(
                    t1: Seconds(t1), t2: Seconds(40e-6),
                    readout: ReadoutCalibration(falseOne: 0.01, falseZero: 0.02, duration: Seconds(1e-6))),
                SiteCalibration(
                    t1: Seconds(60e-6),
                    readout: ReadoutCalibration(falseOne: 0.01, falseZero: 0.02, duration: Seconds(1e-6))),
            ],
            gates: [
                GateCalibration(gate: .cz, sites: [Site(0), Site(1)], error: error, duration: Seconds(1e-7)),
                GateCalibration(gate: .cz, sites: [Site(1), Site(0)], error: error, duration: Seconds(1e-7)),
            ], defaults: [GateCalibration(gate: .sx, sites: [], error: 1e-4, duration: Seconds(3e-8))])
    }

    @Test func eachVersionIsInForceUntilTheNext() {
        let versions = [300, 100, 200].map { calibration(at: $0) }
        let history = CalibrationHistory(deviceID: "pair", versions: versions)
        #expect(history.versions.map(\.timestamp) == [100, 200, 300])
        #expect(history.calibration(at: 99) == nil)
        #expect(history.calibration(at: 100)?.timestamp == 100)
        #expect(history.calibration(at: 299.5)?.timestamp == 200)
        #expect(history.calibration(at: 1e12)?.timestamp == 300)
        #expect(history.latest?.timestamp == 300)
        #expect(history.calibration(id: versions[1].id)?.timestamp == 100)
        #expect(history.calibration(id: "pair-") == nil, "three begin so")
        var same = history
        let isNew = same.insert(versions[0])
        #expect(!isNew)
        #expect(same.versions.count == 3)
    }

    @Test func diffNamesWhatChangedAndNothingElse() {
        let old = calibration(at: 100)
        #expect(CalibrationDiff(from: old, to: old).changes.isEmpty)
        let new = old.updating(
            [
                (.t1(Site(0)), 75e-6), (.falseOne(Site(0)), 0.03), (.gateError(.cz, [Site(0), Site(1)]), 0.005),
                (.gateError(.sx, [Site(1)]), 2e-4), (.frequency(Site(1)), 5e9), (.operational(Site(1)), 0),
            ], deviceID: "pair", timestamp: 200)
        let diff = CalibrationDiff(from: old, to: new)
        #expect(diff.interval == 100)
        #expect(
            diff.changes.map(\.figure) == [
                .t1(Site(0)), .falseOne(Site(0)), .frequency(Site(1)), .operational(Site(1)),
                .gateError(.sx, [Site(1)]), .gateError(.cz, [Site(0), Site(1)]),
            ])
        #expect(diff.byRelativeSize.first?.figure == .falseOne(Site(0)))
        #expect(diff.medianRelativeChange(of: "T1").map { abs($0 - 0.5) < 1e-12 } == true)
        // The other direction of the coupler was not named and stays.
        #expect(new.value(of: .gateError(.cz, [Site(1), Site(0)])) == 0.01)
        #expect(new.value(of: .gateDuration(.sx, [Site(1)])) == 3e-8)
        #expect(new.id != old.id)
        // What the record does not have is not made up.
        let odd = old.updating(
            [(.t1(Site(7)), 1), (.gateError(.ecr, [Site(0), Site(1)]), 0.5)], deviceID: "pair", timestamp: 100)
        #expect(odd.id == old.id)
    }

    @Test func directoriesKeepVersionsForGood() throws {
        let path = FileManager.default.temporaryDirectory.path + "/kelvin-history-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = CalibrationDirectory(path: path)
        #expect(try store.history(of: "pair").versions.isEmpty)
        #expect(try store.latest(of: "pair") == nil)
        let versions = [100, 1_700_000_000, 90_000].map { calibration(at: Double($0), t1: 1e-6 * Double($0)) }
        for version in versions { try store.add(version, of: description) }
        try store.add(versions[0], of: description)
        let history = try store.history(of: "pair")
        #expect(history.versions.map(\.id) == [versions[0], versions[2], versions[1]].map(\.id))
        #expect(try store.latest(of: "pair")?.id == versions[1].id)
        #expect(CalibrationDiff(from: versions[0], to: history.versions[0]).changes.isEmpty)
        for name in ["..", "a/b", "", "/etc"] {
            #expect(throws: DeviceError.self) { try store.history(of: name) }
        }
    }

    @Test func aBrokenVersionIsNamed() throws {
        let path = FileManager.default.temporaryDirectory.path + "/kelvin-broken-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = CalibrationDirectory(path: path)
        try store.add(calibration(at: 100), of: description)
        let file = fopen("\(path)/pair/19700101T000500Z-x.json", "w")
        fputs("{\"format\": \"kelvin-dev", file)
        fclose(file)
        let failure = #expect(throws: DeviceError.self) { try store.history(of: "pair") }
        #expect(failure?.code == .invalidFile)
        #expect(failure?.message.contains("19700101T000500Z-x.json") == true)
    }
}
