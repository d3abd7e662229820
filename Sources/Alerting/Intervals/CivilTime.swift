package import FleetModel

/// A moment as a calendar and a clock on the wall show it.
package struct CivilTime: Hashable, Sendable {
    package var year: Int
    /// From 1.
    package var month: Int
    /// From 1.
    package var day: Int
    /// 0 is Sunday.
    package var weekday: Int
    /// Minutes since midnight.
    package var minute: Int

    /// `offset` is in seconds east of UTC.
    package init(_ moment: Timestamp, offset: Int = 0) {
        let seconds = Self.floor(moment.milliseconds, 1000) + Int64(offset)
        let days = Self.floor(seconds, 86_400)
        (year, month, day) = Self.date(ofDay: days)
        weekday = Int(((days + 4) % 7 + 7) % 7)
        minute = Int((seconds - days * 86_400) / 60)
    }

    package var daysInMonth: Int { Self.days(in: month, of: year) }

    static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// Days since 1970 (Howard Hinnant's `days_from_civil`).
    static func day(year: Int, month: Int, day: Int) -> Int64 {
        let year = Int64(month <= 2 ? year - 1 : year)
        let era = floor(year, 400)
        let ofEra = year - era * 400
        let ofYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
    }

    /// Howard Hinnant's `civil_from_days`.
    private static func date(ofDay day: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = floor(shifted, 146_097)
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * ofYear + 2) / 153
        let month = place < 10 ? place + 3 : place - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(ofYear - (153 * place + 2) / 5 + 1))
    }

    static func floor(_ number: Int64, _ by: Int64) -> Int64 {
        number >= 0 ? number / by : -((-number + by - 1) / by)
    }
}
