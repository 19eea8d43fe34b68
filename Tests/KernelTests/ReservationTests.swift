import Foundation
import Testing

@testable import Kernel

/// Machines kept for somebody, once and again and again.
@Suite struct ReservationTests {
    private static let machine = DeviceIndex(0)

    /// A calendar in minutes from 0, its occurrences written out one by one.
    private static func drawn(_ random: inout SplitMix) -> (Reservation, [(start: Double, end: Double)]) {
        let start = Double(random.next() % 300) * 60, length = Double(1 + random.next() % 40) * 60
        var reservation = Reservation(device: machine, account: .root, start: start, end: start + length)
        guard random.next() % 4 > 0 else { return (reservation, [(start, start + length)]) }
        reservation.period = length + Double(random.next() % 90) * 60
        let count = Int(random.next() % 12)
        reservation.last = start + (Double(count) + 0.5) * reservation.period
        return (
            reservation,
            (0...count).map {
                (start + Double($0) * reservation.period, start + length + Double($0) * reservation.period)
            }
        )
    }

    /// The occurrence at a moment, and whether two calendars meet, against calendars that are written out.
    @Test func calendarsAreWhatTheirOccurrencesSay() {
        var random = SplitMix(seed: 11), met = 0
        for _ in 0..<3_000 {
            let (one, ones) = Self.drawn(&random), (other, others) = Self.drawn(&random)
            #expect(one.isPossible && other.isPossible)
            for _ in 0..<8 {
                let time = Double(random.next() % 120_000)
                let expected = ones.first { $0.end > time }, found = one.occurrence(endingAfter: time)
                #expect(found?.start == expected?.start && found?.end == expected?.end)
            }
            let moments = ones.flatMap { a in
                others.filter { $0.start < a.end && a.start < $0.end }.map { max(a.start, $0.start) }
            }
            #expect(one.meets(other) == moments.min() && other.meets(one) == moments.min(), "\(one) \(other)")
            met += moments.isEmpty ? 0 : 1
        }
        #expect(met > 500 && met < 2_500)
    }

    /// Calendars without end meet, or never: an hour every week and an hour every day, an hour every second day each.
    @Test func calendarsWithoutEndAreCompared() {
        func hour(_ start: Double, every days: Double) -> Reservation {
            Reservation(
                device: Self.machine, account: .root, start: start * 3_600, end: (start + 1) * 3_600,
                period: days * 86_400)
        }
        #expect(hour(10, every: 7).meets(hour(11, every: 1)) == nil)
        #expect(hour(10, every: 7).meets(hour(10.5, every: 1)) == 10.5 * 3_600)
        #expect(hour(10, every: 2).meets(hour(34, every: 2)) == nil)
        // Days 0, 3, 6 … and days 1, 6, 11 …: the first time on day 6.
        #expect(hour(10, every: 3).meets(hour(34, every: 5)) == 154.0 * 3_600)
        // One comes a minute earlier each time, and has all of a year to go: half a million times.
        let year = Reservation.longestPeriod
        let yearly = Reservation(device: Self.machine, account: .root, start: 0, end: 60, period: year)
        let earlier = Reservation(
            device: Self.machine, account: .root, start: year - 60, end: year, period: year - 60)
        #expect(yearly.meets(earlier) == year * (year / 60 - 1) && earlier.meets(yearly) == yearly.meets(earlier))
    }

    @Test func impossibleTimesAreNotKept() {
        var bench = SchedulerBench(machines: 1)
        let course = bench.account("course", share: 1)
        func reserve(_ start: Double, _ end: Double, every period: Double = 0, last: Double = .infinity) -> Bool {
            let wanted = Reservation(
                device: Self.machine, account: course, start: start, end: end, period: period, last: last)
            bench.handle(.reserve(wanted))
            return bench.kernel.book.devices[0].reservations.contains(wanted)
        }
        bench.now = 1_000
        #expect(!reserve(2_000, 2_000) && !reserve(2_000, 1_900) && !reserve(100, 900))
        #expect(!reserve(2_000, 2_100, every: 61) && !reserve(2_000, 2_100, every: 60))
        #expect(!reserve(2_000, 2_100, every: -120) && !reserve(2_000, 2_100, every: .infinity))
        #expect(!reserve(2_000, 2_100, every: 120, last: 1_999) && !reserve(100, 150, every: 120, last: 800))
        #expect(!reserve(2_000, 2_100, every: 367 * 86_400) && !reserve(2_000, .nan) && !reserve(2_000, .infinity))
        // A calendar that began before now goes on, and nobody comes between.
        #expect(reserve(100, 150, every: 120))
        #expect(!reserve(90_110, 90_120) && reserve(90_040, 90_090))
    }

    /// Every occurrence is kept as the first: who would run into the third does not start, who ends before it may, and
    /// when the last is over the machine is everybody's.
    @Test func everyOccurrenceIsKeptFree() {
        var bench = SchedulerBench(machines: 1)
        let course = bench.account("course", share: 1), other = bench.account("other", share: 1)
        let lesson = Reservation(
            device: Self.machine, account: course, start: 100, end: 200, period: 600, last: 2_000)
        bench.handle(.reserve(lesson))
        bench.run(until: 1_250)
        bench.handle(.tick)
        #expect(bench.kernel.book.devices[0].reservations == [lesson])
        let card = JobCard(account: other), device = bench.kernel.book.devices[0]
        #expect(device.secondsFree(for: other, at: 1_250, in: bench.kernel.book) == 50)
        #expect(device.secondsFree(for: course, at: 1_250, in: bench.kernel.book) == .infinity)
        #expect(device.secondsKept(from: card, at: 1_250, in: bench.kernel.book) == 0)
        #expect(device.secondsKept(from: card, at: 1_330, in: bench.kernel.book) == 70)
        #expect(bench.kernel.nextTick(after: 1_250) <= 1_400)
        bench.submit(1, other, seconds: 80)
        bench.submit(2, other, seconds: 40)
        bench.submit(3, other, seconds: 80, parts: 8)
        bench.run(until: 1_299)
        // The long one has no place before the lesson, the short one has.
        #expect(bench.ended[JobID(1)] == nil && bench.ended[JobID(2)] == 1_290)
        bench.run(until: 1_350)
        bench.submit(4, course, seconds: 20)
        bench.run(until: 1_400)
        #expect(bench.ended[JobID(4)] == 1_370 && bench.ended[JobID(1)] == nil)
        bench.handle(.tick)
        bench.run(until: 1_900)
        #expect((bench.ended[JobID(1)] ?? 0) >= 1_480 && (bench.ended[JobID(1)] ?? 0) <= 1_560)
        #expect((bench.ended[JobID(3)] ?? 0) > 1_400)
        // The fourth begins at 1,900, a fifth would begin at 2,500.
        bench.submit(5, other, seconds: 10)
        bench.run(until: 2_000)
        #expect(bench.ended[JobID(5)] == nil)
        #expect(bench.kernel.nextTick(after: 1_950) == 2_000)
        bench.handle(.tick)
        #expect(bench.kernel.book.devices[0].reservations.isEmpty)
        bench.run()
        #expect(bench.ended[JobID(5)] == 2_010)
    }

    /// Stores of before have no period; what does not come again is written as it was.
    @Test func oldFactsAreReadAsTheyWereMeant() throws {
        let old = #"{"account":1,"device":0,"end":2.0,"kind":"reserved","start":1.0}"#
        let once = Reservation(device: Self.machine, account: AccountIndex(1), start: 1, end: 2)
        let record = try JSONDecoder().decode(FactRecord.self, from: Data(old.utf8))
        #expect(record.fact == .reserved(once))
        #expect(FactRecord(.reserved(once)).json == old)
        var again = once
        (again.period, again.last) = (120, 500)
        for calendar in [again, Reservation(device: again.device, account: .root, start: 1, end: 2, period: 60)] {
            let text = FactRecord(.reservationEnded(calendar)).json
            #expect(
                try JSONDecoder().decode(FactRecord.self, from: Data(text.utf8)).fact == .reservationEnded(calendar))
        }
    }

    @Test func calendarsAreToldInWords() {
        func words(_ period: Double, last: Double = .infinity) -> String? {
            ReservationDocument(account: "a", start: 0, end: 60, every: period, last: last).recurrence
        }
        #expect(words(0) == nil && words(86_400) == "every day" && words(7 * 86_400) == "every week")
        #expect(words(36 * 3_600) == "every 36 hours" && words(5_400) == "every 90 minutes")
        #expect(words(14 * 86_400, last: 86_400) == "every 2 weeks until 1970-01-02T00:00:00Z")
    }
}
