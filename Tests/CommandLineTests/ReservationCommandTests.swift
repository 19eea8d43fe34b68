import Foundation
import Testing

/// Calendars of machines, set by a user of this computer and by the operator of a service.
@Suite struct ReservationCommandTests {
    private static let course = ["reserve", "heron-133", "--account", "course"]

    private static func reservations(_ home: StateHome, _ environment: [String: String] = [:]) throws -> [[String: Any]]
    {
        let told = try home.run(["fleet", "--format", "json"], environment: environment)
        let list = try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [[String: Any]]
        return try #require(list?.first?["reservations"] as? [[String: Any]], "\(told.errors)")
    }

    @Test func aCalendarIsKeptShownAndGivenUp() throws {
        let home = StateHome()
        let lessons = try home.run(Self.course + ["--from", "1h", "--until", "2h", "--every", "day", "--last", "3d"])
        #expect(lessons.code == 0 && lessons.output.contains(", every day until 20"), "\(lessons)")
        // Tomorrow's lesson is in the way, and the one of two days later; one that begins after the last is not there.
        let others = ["reserve", "heron-133", "--account", "others"]
        for (from, until, code) in [
            ("91800s", "95400s", Int32(1)), ("48h", "50h", 1), ("3h", "4h", 0), ("73h", "74h", 0),
        ] {
            let asked = try home.run(others + ["--from", from, "--until", until])
            #expect(asked.code == code, "\(from): \(asked)")
            if code == 1 { #expect(asked.errors.contains("heron-133 is reserved from")) }
        }
        #expect(try home.run(["fleet"]).output.contains(" for course, every day until 20"))
        let listed = try Self.reservations(home)
        #expect(listed.count == 3 && listed[0]["everySeconds"] as? Double == 86_400 && listed[0]["last"] != nil)
        #expect(listed[1]["everySeconds"] == nil)
        #expect(try home.run(Self.course + ["--cancel"]).output == "1 reservation of heron-133 given up\n")
        #expect(try Self.reservations(home).count == 2)
        #expect(try home.run(others + ["--from", "91800s", "--until", "95400s"]).code == 0)
    }

    @Test func whatCannotBeIsRefusedWithACure() throws {
        let home = StateHome(), hour = Self.course + ["--from", "1h", "--until", "2h"]
        for (words, code, part) in [
            (hour + ["--every", "5401s"], Int32(1), "whole minutes"),
            (hour + ["--every", "30m"], 1, "a longer --every"),
            (hour + ["--every", "400d"], 1, "366 days"),
            (hour + ["--every", "day", "--last", "10m"], 1, "a later --last"),
            (hour + ["--every", "never"], 2, "--every"), (hour + ["--last", "2d"], 2, "--last goes with --every"),
            (Self.course + ["--cancel", "--every", "day"], 2, "--cancel"),
            (Self.course + ["--from", "2h", "--until", "1h"], 1, "ends after it begins"),
        ] {
            let told = try home.run(words)
            #expect(told.code == code && told.errors.contains(part), "\(words): \(told)")
        }
        #expect(try home.run(["fleet"]).output == "no machines\n")
    }

    @Test func theOperatorOfAServiceKeepsOneToo() throws {
        let daemon = try TestDaemon(), home = StateHome()
        let service = [
            "KELVIN_SERVICE": daemon.url, "KELVIN_TOKEN": try daemon.token, "KELVIN_CACERT": daemon.authority,
        ]
        let words = ["reserve", "garnet-20", "--account", "local/main"]
        let kept = try home.run(words + ["--until", "1h", "--every", "week"], environment: service)
        #expect(kept.code == 0 && kept.output.hasSuffix(", every week\n"), "\(kept)")
        let listed = try Self.reservations(home, service)
        #expect(listed.count == 1 && listed[0]["account"] as? String == "local/main")
        let unknown = try home.run(
            ["reserve", "garnet-20", "--account", "local/nobody", "--until", "1h"], environment: service)
        #expect(unknown.code != 0 && unknown.errors.contains("local/nobody"), "\(unknown)")
        // It outlives the service.
        daemon.stop()
        try daemon.start()
        #expect(try Self.reservations(home, service).count == 1)
        let ended = try home.run(words + ["--cancel"], environment: service)
        #expect(ended.output == "1 reservation of garnet-20 given up\n", "\(ended)")
        #expect(try Self.reservations(home, service).isEmpty)
    }
}
