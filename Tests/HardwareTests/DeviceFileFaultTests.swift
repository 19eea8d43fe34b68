import Circuits
import Hardware
import Testing

/// Each way a device file can be wrong: the message names the file, the line, the path and the value, and has a cure.
@Suite struct DeviceFileFaultTests {
    struct Spoiled: Sendable, CustomTestStringConvertible {
        var old: String
        var new: String
        /// Part of the message after `line.json:`, from the path on.
        var message: String
        var testDescription: String { message }
    }

    static let cases: [Spoiled] = [
        // Figures outside physics.
        .init(
            old: "[0, 1], \"error\": 0.004", new: "[0, 1], \"error\": 1.5",
            message: "calibration.gates[0].figures[0].error: 1.5 is outside [0, 1]"),
        .init(
            old: "[0, 1], \"error\": 0.004", new: "[0, 1], \"error\": -0.1",
            message: "calibration.gates[0].figures[0].error: -0.1 is outside [0, 1]"),
        .init(
            old: "[0, 1], \"error\": 0.004", new: "[0, 1], \"error\": NaN", message: "NaN and infinity are no figures"),
        .init(old: "[0, 1], \"error\": 0.004", new: "[0, 1], \"error\": 1e999", message: "the number is too large"),
        .init(
            old: "[0, 1], \"error\": 0.004", new: "[0, 1], \"error\": null",
            message: "calibration.gates[0].figures[0].error: null stands where a number belongs"),
        .init(
            old: "[0, 1], \"error\": 0.004", new: "[0, 1], \"error\": \"0.004\"",
            message: "calibration.gates[0].figures[0].error: \"0.004\" stands where a number belongs"),
        .init(
            old: "\"falseOne\": 0.01", new: "\"falseOne\": 2",
            message: "calibration.sites[0].readout.falseOne: 2 is outside [0, 1]"),
        .init(old: "\"t1\": 0.0001", new: "\"t1\": -0.0001", message: "calibration.sites[0].t1: a time of -0.0001 s"),
        .init(old: "\"t1\": 0.0001", new: "\"t1\": 0", message: "calibration.sites[0].t1: a time of 0 s"),
        .init(
            old: "\"t1\": 0.0001", new: "\"t1\": null",
            message: "calibration.sites[0].t1: null stands where a number belongs"),
        .init(
            old: "0.0002, \"duration\": 3.2e-08", new: "0.0002, \"duration\": 0",
            message: "calibration.gates[2].figures[0].duration: a time of 0 s"),
        .init(old: "\"dt\": 4e-09", new: "\"dt\": -4e-09", message: "timing.dt: a time of -4e-09 s"),
        .init(old: "4300000000", new: "-1", message: "calibration.sites[0].frequency: a frequency of -1 Hz"),
        .init(old: "[[0, 1.5]]", new: "[[1.5, 0]]", message: "gates[2].angles[0]: a list stands where a pair"),
        .init(
            old: "[[0, 1.5]]", new: "[null, null]", message: "gates[2].angles: 2 angle ranges for 1 parameters of rzz"),
        // Couplers.
        .init(
            old: "[0, 1], [1, 0], [1, 2], [2, 1]", new: "[0, 1], [1, 2], [2, 1]",
            message: "calibration.gates[0].figures[1].sites: cz is calibrated on [1, 0], which is no coupling"),
        .init(
            old: "[0, 1], [1, 0], [1, 2], [2, 1]", new: "[0, 1], [0, 2], [1, 0], [1, 2], [2, 1]",
            message: "calibration.gates: the coupling [0, 2] has no two-qubit gate with figures"),
        .init(
            old: "[0, 1], [1, 0], [1, 2], [2, 1]", new: "[0, 1], [1, 0], [1, 2], [0, 1]",
            message: "connectivity[3]: the coupling [0, 1] is listed twice"),
        .init(
            old: "[0, 1], [1, 0], [1, 2], [2, 1]", new: "[0, 1], [1, 1]",
            message: "connectivity[1]: site 1 stands twice in one entry"),
        .init(
            old: "[0, 1], [1, 0], [1, 2], [2, 1]", new: "[0, 1], [1, 3]",
            message: "connectivity[1][1]: site 3 is out of range"),
        // Duplicates.
        .init(
            old: "\"sites\": [1, 0], \"error\"", new: "\"sites\": [0, 1], \"error\"",
            message: "calibration.gates[0].figures[1].sites: cz on [0, 1] is listed twice"),
        .init(old: "\"site\": 2", new: "\"site\": 1", message: "calibration.sites[2]: site 1 is listed twice"),
        .init(
            old: "{\"gate\": \"cz\"},", new: "{\"gate\": \"cz\"}, {\"gate\": \"cz\"},",
            message: "gates[1]: cz is listed twice"),
        .init(old: "\"t1\": 0.0001", new: "\"t1\": 0.0001, \"t1\": 0.0002", message: "the key \"t1\" is given twice"),
        // Names and versions.
        .init(
            old: "{\"gate\": \"sx\"}", new: "{\"gate\": \"sqrtx\"}", message: "gates[3].gate: unknown gate \"sqrtx\""),
        .init(
            old: "{\"gate\": \"cz\"}", new: "{\"gate\": \"cx\"}",
            message: "calibration.gates[0].gate: cz is calibrated but not native"),
        .init(
            old: "{\"gate\": \"sx\"}", new: "{\"gate\": \"sx\", \"virtual\": true}",
            message: "calibration.gates[2].gate: sx is virtual and has figures"),
        .init(
            old: "{\"gate\": \"sx\"}", new: "{\"gate\": \"sx\"}, {\"gate\": \"x\"}",
            message: "calibration.gates: the native gate x has no figures"),
        .init(old: "\"version\": 1", new: "\"version\": 3", message: "version: version 3"),
        .init(old: "\"version\": 1,", new: "", message: "version: version missing"),
        .init(old: "kelvin-device", new: "kelvin", message: "not a Kelvin device file"),
        .init(old: "\"time\": \"s\"", new: "\"time\": \"us\"", message: "units.time: \"us\" is unknown"),
        .init(
            old: "\"modality\": \"superconducting\"", new: "\"modality\": \"warm\"",
            message: "modality: \"warm\" is unknown"),
        .init(old: "line-3", new: "line 3", message: "id: \"line 3\" is no device id"),
        .init(old: "\"t1\": 0.0001", new: "\"T1\": 0.0001", message: "calibration.sites[0]: unknown key \"T1\""),
        .init(
            old: "20:26:08Z", new: "20:26:08", message: "calibration.timestamp: \"2025-02-26T20:26:08\" is no moment"),
        .init(
            old: "2025-02-26T", new: "2025-02-29T",
            message: "calibration.timestamp: \"2025-02-29T20:26:08Z\" is no moment"),
        // Sites.
        .init(old: "\"siteCount\": 3", new: "\"siteCount\": 4", message: "coordinates: 3 coordinates for 4 sites"),
        .init(old: "\"siteCount\": 3", new: "\"siteCount\": 0", message: "siteCount: 0 is out of range"),
        .init(
            old: "\"siteCount\": 3", new: "\"siteCount\": 2.5", message: "siteCount: 2.5 stands where a whole number"),
        .init(
            old: "{\"sites\": [1], \"error\"", new: "{\"sites\": [3], \"error\"",
            message: "calibration.gates[2].figures[0].sites[0]: site 3 is out of range"),
        .init(
            old: "{\"sites\": [1], \"error\"", new: "{\"sites\": [0, 1], \"error\"",
            message: "calibration.gates[2].figures[0].sites: 2 sites where 1 belong"),
        .init(old: "\"site\": 2", new: "\"site\": -1", message: "calibration.sites[2].site: site -1 is out of range"),
        .init(
            old: "\"default\": {\"error\": 0.0003, \"duration\": 3.2e-08},", new: "",
            message: "calibration.gates[2]: sx has no figures on site 0"),
        .init(
            old: ", \"operational\": false", new: ", \"operational\": 0",
            message: "calibration.sites[2].operational: 0 stands where true or false belongs"),
        .init(
            old: "\"readout\": {\"falseOne\": 0, \"falseZero\": 0.03, \"duration\": 1.5e-06}, ", new: "",
            message: "calibration.sites[1]: site 1 has no readout figures"),
        // Not JSON.
        .init(old: "\"siteCount\": 3,", new: "\"siteCount\": 3", message: "expected ',' or '}'"),
        .init(old: "\"siteCount\": 3,", new: "\"siteCount\": 03,", message: "a number with a leading zero"),
        .init(old: "\"made up\"", new: "\"made up", message: "a control character in a text"),
        .init(old: "\"made up\"", new: "\"\\ud800\"", message: "half a surrogate pair"),
        .init(old: "\"made up\"", new: String(repeating: "[", count: 100), message: "nested deeper than 64"),
    ]

    @Test(arguments: cases) func isNamedWithItsPlaceAndCure(_ spoiled: Spoiled) throws {
        let error = try #require(SampleFile.fault(replacing: spoiled.old, by: spoiled.new))
        #expect(error.code == .invalidFile)
        #expect(error.message.hasPrefix("line.json:"))
        #expect(error.message.contains(spoiled.message), "\(error.message)")
        #expect(error.cure?.isEmpty == false)
    }

    @Test func theLineIsThatOfTheValue() throws {
        let error = try #require(SampleFile.fault(replacing: "[2, 1], \"error\": 1,", by: "[2, 1], \"error\": 1.01,"))
        #expect(error.message == "line.json:45:38: calibration.gates[0].figures[3].error: 1.01 is outside [0, 1]")
        #expect(error.cure == "an error is a probability; 1 marks what is dead")
    }

    @Test func truncationAnywhereIsAnErrorAndNeverACrash() {
        let bytes = Array(SampleFile.text.utf8.dropLast(3))
        for length in 0..<bytes.count {
            #expect(throws: DeviceError.self) {
                _ = try DeviceFile(text: String(decoding: bytes[..<length], as: UTF8.self), name: "cut")
            }
        }
    }

    @Test func binaryIsAnError() {
        for text in ["\u{0}\u{1}\u{2}", "ELF", "\u{FEFF}", "[1, 2]", "3", "{}"] {
            #expect(throws: DeviceError.self) { _ = try DeviceFile(text: text, name: "binary") }
        }
    }
}
