package import FleetModel

/// A recurring stretch of time: every field that says something must hold.
package struct TimeInterval: Hashable, Sendable {
    /// Minutes of the day, the end not in it.
    package var times: [Range<Int>]
    /// 0 is Sunday.
    package var weekdays: [ClosedRange<Int>]
    package var daysOfMonth: [DayRange]
    package var months: [ClosedRange<Int>]
    package var years: [ClosedRange<Int>]
    /// Nil: UTC.
    package var zone: TimeZoneRules?

    /// Days of a month, negative ones counted from its end.
    package struct DayRange: Hashable, Sendable {
        package var first: Int
        package var last: Int

        package init(first: Int, last: Int) {
            self.first = first
            self.last = last
        }

        func contains(_ time: CivilTime) -> Bool {
            let length = time.daysInMonth
            let first = first < 0 ? length + first + 1 : first
            let last = last < 0 ? length + last + 1 : last
            guard first <= length else { return false }
            return (max(1, first)...max(1, first, min(last, length))).contains(time.day) && last >= max(1, first)
        }
    }

    package init(
        times: [Range<Int>] = [],
        weekdays: [ClosedRange<Int>] = [],
        daysOfMonth: [DayRange] = [],
        months: [ClosedRange<Int>] = [],
        years: [ClosedRange<Int>] = [],
        zone: TimeZoneRules? = nil
    ) {
        self.times = times
        self.weekdays = weekdays
        self.daysOfMonth = daysOfMonth
        self.months = months
        self.years = years
        self.zone = zone
    }

    package func contains(_ moment: Timestamp) -> Bool {
        let time = CivilTime(moment, offset: zone?.offset(at: moment) ?? 0)
        return Self.holds(times) { $0.contains(time.minute) }
            && Self.holds(daysOfMonth) { $0.contains(time) }
            && Self.holds(months) { $0.contains(time.month) }
            && Self.holds(weekdays) { $0.contains(time.weekday) }
            && Self.holds(years) { $0.contains(time.year) }
    }

    private static func holds<T>(_ parts: [T], _ test: (T) -> Bool) -> Bool {
        parts.isEmpty || parts.contains(where: test)
    }
}

/// Time intervals under the names that routes know them by.
package typealias TimeIntervals = [String: [TimeInterval]]
