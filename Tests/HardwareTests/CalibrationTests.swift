import Circuits
@testable import Hardware
import Testing

@Suite struct CalibrationTests {
    @Test func queriesLeaveOutWhatIsDead() throws {
        let c = try DeviceFile(text: SampleFile.text, name: "line.json").calibration
        #expect(c.medianError(of: .cz) == 0.004 && c.medianError(of: .ecr) == nil)
        #expect(c.ranking(of: .cz).map(\.sites) == [[Site(0), Site(1)], [Site(1), Site(0)]])
        #expect(c.medianDuration(of: .rzz) == Seconds(7.6e-8))
        #expect(abs(c.medianT1!.value - 1.5e-4) < 1e-18, "site 2 is dead")
        #expect(abs(c.medianEffectiveT2!.value - 1.5e-4) < 1e-18)
        #expect(abs(c.medianReadoutError! - 0.015) < 1e-15)
    }

    @Test func defaultsBecomeEntries() throws {
        let file = try DeviceFile(text: SampleFile.text, name: "line.json")
        let expanded = file.calibration.expandingDefaults(over: file.description)
        #expect(expanded.id == file.calibration.id)
        #expect(expanded.gates.count == file.calibration.gates.count + 2, "sx on the sites 0 and 2; 1 has its own")
        #expect(expanded.gates.contains { $0.gate == .sx && $0.sites == [Site(2)] && $0.error == 0.0003 })
        #expect(expanded.gates.contains { $0.gate == .sx && $0.sites == [Site(1)] && $0.error == 0.0002 })
    }

    @Test func effectiveT2() {
        #expect(SiteCalibration().effectiveT2 == nil)
        #expect(SiteCalibration(t1: Seconds(1)).effectiveT2 == Seconds(2))
        #expect(SiteCalibration(t2: Seconds(1)).effectiveT2 == Seconds(1))
        #expect(SiteCalibration(t1: Seconds(1), t2: Seconds(3)).effectiveT2 == Seconds(2))
    }

    @Test func timestampsGoBothWays() {
        let known: [(String, Double)] = [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:34:56Z", 951_827_696), ("2026-04-17T10:19:24Z", 1_776_421_164),
            ("1969-12-31T23:59:59Z", -1), ("1600-02-29T00:00:00Z", -11_670_998_400),
        ]
        for (text, seconds) in known {
            #expect(Timestamp.seconds(from: text) == seconds)
            #expect(Timestamp.text(from: seconds) == text)
        }
        for seconds in stride(from: -30_000_000_000.0, to: 200_000_000_000, by: 987_654_321) {
            #expect(Timestamp.seconds(from: Timestamp.text(from: seconds)) == seconds)
        }
        for text in [
            "", "2025-02-26", "2025-02-26 20:26:08Z", "2025-13-01T00:00:00Z", "1900-02-29T00:00:00Z",
            "２025-02-26T20:26:08Z",
        ] {
            #expect(Timestamp.seconds(from: text) == nil)
        }
    }

    @Test func digestIsSHA256() {
        var digest = Digest()
        #expect(digest.hexadecimal() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        for byte in "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8 { digest.combine(byte) }
        #expect(digest.hexadecimal() == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(digest.hexadecimal(12) == "248d6a61d206")
    }

    @Test func angleRanges() {
        let rzz = NativeGate(gate: .rzz, angleRanges: [0...(.pi / 2)])
        #expect(rzz.accepts([0]) && rzz.accepts([.pi / 2 + 1e-12]) && !rzz.accepts([-0.1]) && !rzz.accepts([1.6]))
        #expect(NativeGate(gate: .rx).accepts([100]) && !NativeGate(gate: .rx).accepts([.infinity]))
        #expect(!rzz.accepts([]) && !rzz.accepts([.nan]))
    }
}
