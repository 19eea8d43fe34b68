/// Moments as text: ISO 8601 in UTC with whole seconds, `2025-02-26T20:26:08Z`.
public enum Timestamp {
    /// Seconds since 1970-01-01 UTC; nil for anything but the form above.
    public static func seconds(from text: String) -> Double? {
        let bytes = Array(text.utf8)
        let separators: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "Z")]
        guard bytes.count == 20, separators.allSatisfy({ bytes[$0] == $1.asciiValue }) else { return nil }
        func field(_ range: Range<Int>) -> Int? {
            range.reduce(0 as Int?) { total, k in
                guard let total, bytes[k] >= 0x30, bytes[k] <= 0x39 else { return nil }
                return total * 10 + Int(bytes[k] - 0x30)
            }
        }
        guard let year = field(0..<4), let month = field(5..<7), let day = field(8..<10), let hour = field(11..<13),
            let minute = field(14..<16), let second = field(17..<19), (1...12).contains(month), hour < 24, minute < 60,
            second < 60, day >= 1, day <= daysInMonth(month, year: year)
        else { return nil }
        return Double(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    /// The form above; fractions of a second are cut off.
    ///
    /// - Precondition: the moment lies in the years 0...9999.
    public static func text(from seconds: Double) -> String {
        let total = Int(seconds.rounded(.down))
        let day = total >= 0 ? total / 86_400 : (total - 86_399) / 86_400
        let rest = total - day * 86_400
        let (year, month, date) = civil(day)
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(date, 2))T"
            + "\(padded(rest / 3_600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
    }

    /// To the millisecond: `2026-01-31T12:34:56.789Z`.
    public static func precise(_ seconds: Double) -> String {
        let whole = seconds.rounded(.down)
        let milli = String(Int((seconds - whole) * 1000))
        return text(from: whole).dropLast() + "." + String(repeating: "0", count: 3 - milli.count) + milli + "Z"
    }

    // The proleptic Gregorian calendar in eras of 400 years that begin in March (H. Hinnant, "chrono-Compatible
    // Low-Level Date Algorithms").

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func daysInMonth(_ month: Int, year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }
}
