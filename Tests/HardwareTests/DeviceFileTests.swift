import Circuits
import Hardware
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct DeviceFileTests {
    @Test func readsEveryFigure() throws {
        let file = try DeviceFile(text: SampleFile.text, name: "line.json")
        let d = file.description, c = file.calibration
        #expect(d.id == "line-3" && d.name == "Three sites \"in a line\"" && d.vendor == "Kelvin" && d.isEmulated)
        #expect(d.modality == .superconducting && d.source == "made up" && d.siteCount == 3)
        #expect(d.figureSources == [FigureSource(figure: "timing.feedbackLatency", source: "assumed")])
        #expect(d.coordinates[2] == SiteCoordinate(row: 0, column: 2.5))
        #expect(d.nativeGate(.rz)?.isVirtual == true && d.nativeGate(.cz)?.isVirtual == false)
        #expect(d.nativeGate(.rzz)?.angleRanges == [0...1.5] && d.nativeGate(.x) == nil)
        #expect(d.connectivity == .couplings([(0, 1), (1, 0), (1, 2), (2, 1)].map { Coupling(Site($0), Site($1)) }))
        #expect(d.timing.dt.value == 4e-9 && d.timing.acquireAlignment == 2)
        #expect(d.timing.feedbackLatency.value == 6e-7 && d.timing.repetitionDelay.value == 2.5e-4)
        #expect(d.abilities.maxShots == 1000 && d.abilities.maxInstructions == nil)
        #expect(c.timestamp == 1_740_601_568 && c.timestampText == "2025-02-26T20:26:08Z")
        #expect(c.sites[0].frequency == 4.3e9 && c.sites[0].resetError == 0.01)
        #expect(c.sites[1].readout == ReadoutCalibration(falseOne: 0, falseZero: 0.03, duration: Seconds(1.5e-6)))
        #expect(c.sites[1].resetDuration == Seconds(1.7e-6) && c.sites[1].resetError == nil)
        #expect(c.figures(for: .cz, on: [Site(1), Site(0)])?.error == 0.004)
        #expect(c.figures(for: .rzz, on: [Site(1), Site(0)]) == nil)
        #expect(c.figures(for: .sx, on: [Site(1)])?.error == 0.0002)
        #expect(c.figures(for: .sx, on: [Site(0)])?.error == 0.0003)
        #expect(c.figures(for: .sx, on: [Site(0)])?.sites == [Site(0)])
    }

    @Test func roundTripKeepsEveryByteAndTheIdentity() throws {
        let file = try DeviceFile(text: SampleFile.text, name: "line.json")
        #expect(file.text == SampleFile.text)
        let again = try DeviceFile(text: file.text, name: "again")
        #expect(again.calibration.id == file.calibration.id)
    }

    @Test func impossibleT2IsKeptUsedWithinPhysicsAndReported() throws {
        let calibration = try DeviceFile(text: SampleFile.text, name: "line.json").calibration
        #expect(calibration.sites[0].t2 == Seconds(3e-4))
        #expect(calibration.sites[0].effectiveT2 == Seconds(2e-4))
        #expect(
            calibration.warnings.first == "site 0: the published T2 of 300.0 µs exceeds 2·T1 = 200.0 µs, "
                + "which physics forbids; 200.0 µs is used")
    }

    @Test func deadPartsAreKeptAndReported() throws {
        let calibration = try DeviceFile(text: SampleFile.text, name: "line.json").calibration
        #expect(calibration.deadGates.map(\.sites) == [[Site(1), Site(2)], [Site(2), Site(1)]])
        #expect(calibration.deadSites == [Site(2)])
        #expect(
            calibration.warnings.dropFirst() == [
                "reported dead and never used: site 2", "reported dead and never used: cz on 1-2",
            ])
        let allDead = try SampleFile.read(
            replacing: "{\"sites\": [1], \"error\": 0.0002", by: "{\"sites\": [1], \"error\": 1")
        #expect(!allDead.calibration.isOperational(Site(1)), "a site whose only physical gate is dead")
    }

    @Test func identityFollowsContentAlone() throws {
        let base = try DeviceFile(text: SampleFile.text, name: "line.json").calibration
        let reordered = try SampleFile.read(
            replacing: """
                          {"sites": [0, 1], "error": 0.004, "duration": 8e-08},
                          {"sites": [1, 0], "error": 0.004, "duration": 8e-08},
                """,
            by: """
                          {"sites": [1, 0], "error": 0.004, "duration": 8e-08},
                          {"sites": [0, 1], "error": 4E-3, "duration": 80.0e-9},
                """
        ).calibration
        #expect(reordered.id == base.id)
        #expect(base.id == "line-3-\(base.id.suffix(12))")
        for (old, new) in [
            ("0.0002, \"duration\"", "0.00021, \"duration\""), ("20:26:08Z", "20:26:09Z"),
            ("\"t1\": 0.0003", "\"t1\": 0.0004"),
            ("\"falseZero\": 0.05", "\"falseZero\": 0.06"),
            ("\"default\": {\"error\": 0.0003", "\"default\": {\"error\": 0.0004"),
        ] {
            #expect(try SampleFile.read(replacing: old, by: new).calibration.id != base.id, "\(new)")
        }
    }

    @Test func writesWholeFilesOrNothing() throws {
        let file = try DeviceFile(text: SampleFile.text, name: "line.json")
        let path = "/tmp/kelvin-device-file-test-\(getpid()).json"
        defer { unlink(path) }
        try file.write(to: path)
        #expect(try DeviceFile(path: path).text == file.text)
        #expect {
            try file.write(to: "/nonexistent/device.json")
        } throws: {
            ($0 as? DeviceError)?.message.contains("/nonexistent/device.json was not written: No such file") == true
        }
    }

    @Test func aFileThatIsNotThereSaysSo() {
        for (path, reason) in [("/nonexistent/device.json", "No such file or directory"), ("/tmp", "is a directory")] {
            #expect {
                _ = try DeviceFile(path: path)
            } throws: {
                guard let error = $0 as? DeviceError else { return false }
                return error.code == .unavailable && error.message == "device file \(path): \(reason)"
                    && error.cure != nil
            }
        }
    }
}
