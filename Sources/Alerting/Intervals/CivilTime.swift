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
        let date = CalendarDate(daysSince1970: days)
        (year, month, day) = (Int(date.year), Int(date.month), Int(date.day))
        weekday = Int(((days + 4) % 7 + 7) % 7)
        minute = Int((seconds - days * 86_400) / 60)
    }

    package var daysInMonth: Int { Self.days(in: month, of: year) }

    static func days(in month: Int, of year: Int) -> Int {
        Int(CalendarDate(year: Int64(year), month: Int64(month), day: 1).daysInMonth)
    }

    static func isLeap(_ year: Int) -> Bool { CalendarDate(year: Int64(year), month: 1, day: 1).isLeapYear }

    /// Days since 1970.
    static func day(year: Int, month: Int, day: Int) -> Int64 {
        CalendarDate(year: Int64(year), month: Int64(month), day: Int64(day)).daysSince1970
    }

    static func floor(_ number: Int64, _ by: Int64) -> Int64 {
        number >= 0 ? number / by : -((-number + by - 1) / by)
    }
}
