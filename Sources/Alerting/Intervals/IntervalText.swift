internal import FleetModel

/// The parts of a time interval as they are written: `09:00`, `monday:friday`, `-3:-1`, `may:august`, `2024:2026`.
package enum IntervalText {
    /// Minutes since midnight; `24:00` is the end of the day.
    package static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour < 24 || hour == 24 && minute == 0
        else { return nil }
        return hour * 60 + minute
    }

    package static func weekdays(_ text: String) throws(IntervalError) -> ClosedRange<Int> {
        try range(text, "day of the week") { name in days.firstIndex(of: name.lowercased()) }
    }

    package static func months(_ text: String) throws(IntervalError) -> ClosedRange<Int> {
        try range(text, "month") { name in
            if let index = monthNames.firstIndex(of: name.lowercased()) { return index + 1 }
            return Int(name).flatMap { (1...12).contains($0) ? $0 : nil }
        }
    }

    package static func years(_ text: String) throws(IntervalError) -> ClosedRange<Int> {
        try range(text, "year") { Int($0) }
    }

    package static func daysOfMonth(_ text: String) throws(IntervalError) -> TimeInterval.DayRange {
        let (first, last) = try ends(text, "day of the month") { Int($0) }
        for day in [first, last] where day == 0 || abs(day) > 31 {
            throw IntervalError("\(day) is no day of a month: 1 to 31, or -1 to -31 from its end")
        }
        if first < 0, last > 0 {
            throw IntervalError("“\(text.quotedForMessage)” begins at the month's end and ends at its beginning")
        }
        // As Alertmanager asks, which takes every month for one of 28 days here.
        guard (first < 0 ? 28 + first : first) <= (last < 0 ? 28 + last : last) else {
            throw IntervalError("“\(text.quotedForMessage)” ends before it begins")
        }
        return TimeInterval.DayRange(first: first, last: last)
    }

    private static func range(_ text: String, _ noun: String, _ number: (String) -> Int?) throws(IntervalError)
        -> ClosedRange<Int>
    {
        let (first, last) = try ends(text, noun, number)
        guard first <= last else { throw IntervalError("“\(text.quotedForMessage)” ends before it begins") }
        return first...last
    }

    private static func ends(_ text: String, _ noun: String, _ number: (String) -> Int?) throws(IntervalError) -> (
        Int, Int
    ) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count) else {
            throw IntervalError("“\(text.quotedForMessage)” is no range: expected FIRST:LAST")
        }
        var found: [Int] = []
        for part in parts {
            guard let value = number(part) else {
                throw IntervalError("“\(part.quotedForMessage)” is no \(noun)")
            }
            found.append(value)
        }
        return (found[0], found[found.count - 1])
    }

    private static let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    private static let monthNames = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]
}

/// What is wrong with a part of a time interval.
package struct IntervalError: Error, Hashable, Sendable {
    package let problem: String

    init(_ problem: String) { self.problem = problem }
}
