/// A moment in UTC: whole milliseconds since 1970. The ground has no clock; a caller hands the time in.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The distance between two moments.
    package static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }

    package static func + (moment: Timestamp, distance: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds + distance.milliseconds)
    }

    package static func - (moment: Timestamp, distance: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds - distance.milliseconds)
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-22T15:04:05.120Z`.
    package var rfc3339: String {
        let days = Int64((Double(milliseconds) / 86_400_000).rounded(.down))
        let ofDay = milliseconds - days * 86_400_000
        let date = Self.civil(fromDays: days)
        let time = (ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1000 % 60)
        return "\(Self.padded(date.year, 4))-\(Self.padded(date.month))-\(Self.padded(date.day))"
            + "T\(Self.padded(time.0)):\(Self.padded(time.1)):\(Self.padded(time.2)).\(Self.padded(ofDay % 1000, 3))Z"
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Howard Hinnant's `civil_from_days`: proleptic Gregorian, exact for every 64-bit day we can hold.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero.
    package var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// Seconds as a number, for metrics.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
