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
        let date = CalendarDate(daysSince1970: days)
        let time = (ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1000 % 60)
        return "\(Self.padded(date.year, 4))-\(Self.padded(date.month))-\(Self.padded(date.day))"
            + "T\(Self.padded(time.0)):\(Self.padded(time.1)):\(Self.padded(time.2)).\(Self.padded(ofDay % 1000, 3))Z"
    }

    private static func padded(_ number: Int64, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
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
