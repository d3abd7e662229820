internal import FleetModel

/// The rule of the years to come, as POSIX writes `TZ`: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct RecurringZone: Hashable, Sendable {
    /// Seconds east of UTC.
    private let standard: Int
    private let summer: Summer?

    private struct Summer: Hashable, Sendable {
        var offset: Int
        var begins: Turn
        var ends: Turn
    }

    /// A day of the year and the second of that day, by the clock before the turn.
    private struct Turn: Hashable, Sendable {
        var day: Day
        var second: Int

        enum Day: Hashable, Sendable {
            /// The nth weekday of a month; 5 is the last.
            case weekday(month: Int, week: Int, weekday: Int)
            /// From 1; the 29th of February is never counted.
            case julian(Int)
            /// From 0.
            case ofYear(Int)
        }

        /// Seconds since 1970 as the clock on the wall counts them.
        func local(in year: Int) -> Int64 {
            let days: Int64
            switch day {
            case .weekday(let month, let week, let weekday):
                let first = CivilTime.day(year: year, month: month, day: 1)
                let firstWeekday = Int(((first + 4) % 7 + 7) % 7)
                var number = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
                if number >= CivilTime.days(in: month, of: year) { number -= 7 }
                days = first + Int64(number)
            case .julian(let number):
                let leap = CivilTime.isLeap(year) && number >= 60 ? 1 : 0
                days = CivilTime.day(year: year, month: 1, day: 1) + Int64(number - 1 + leap)
            case .ofYear(let number): days = CivilTime.day(year: year, month: 1, day: 1) + Int64(number)
            }
            return days * 86_400 + Int64(second)
        }
    }

    init?(_ text: String) {
        var parser = Parser(rest: Array(text.utf8)[...])
        guard parser.name(), let standard = parser.time() else { return nil }
        self.standard = -standard
        guard !parser.rest.isEmpty else {
            summer = nil
            return
        }
        guard parser.name() else { return nil }
        let offset = parser.rest.first == UInt8(ascii: ",") ? 3600 - standard : parser.time().map { -$0 }
        guard let offset, let begins = parser.turn(), let ends = parser.turn(), parser.rest.isEmpty else { return nil }
        summer = Summer(offset: offset, begins: begins, ends: ends)
    }

    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standard }
        let year = CivilTime(.init(milliseconds: (seconds + Int64(standard)) * 1000)).year
        let begins = summer.begins.local(in: year) - Int64(standard)
        let ends = summer.ends.local(in: year) - Int64(summer.offset)
        let isSummer = begins < ends ? (begins..<ends).contains(seconds) : !(ends..<begins).contains(seconds)
        return isSummer ? summer.offset : standard
    }

    private struct Parser {
        var rest: ArraySlice<UInt8>

        mutating func name() -> Bool {
            if take("<") {
                rest = rest.drop { $0 != UInt8(ascii: ">") }
                return take(">")
            }
            let letters = rest.prefix { (65...90).contains($0) || (97...122).contains($0) }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        /// Seconds of `[+-]hh[:mm[:ss]]`.
        mutating func time() -> Int? {
            let sign = take("-") ? -1 : 1
            if sign == 1 { _ = take("+") }
            guard let hours = number(upTo: 167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where take(":") {
                guard let part = number(upTo: 59) else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        mutating func turn() -> Turn? {
            guard take(","), let day = day() else { return nil }
            guard take("/") else { return Turn(day: day, second: 7200) }
            return time().map { Turn(day: day, second: $0) }
        }

        private mutating func day() -> Turn.Day? {
            if take("J") { return number(upTo: 365).flatMap { $0 > 0 ? .julian($0) : nil } }
            guard take("M") else { return number(upTo: 365).map { .ofYear($0) } }
            guard let month = number(upTo: 12), take("."), let week = number(upTo: 5), take("."),
                let weekday = number(upTo: 6), month > 0, week > 0
            else { return nil }
            return .weekday(month: month, week: week, weekday: weekday)
        }

        private mutating func number(upTo limit: Int) -> Int? {
            let digits = rest.prefix { (48...57).contains($0) }
            rest = rest.dropFirst(digits.count)
            return Int(String(decoding: digits, as: UTF8.self)).flatMap { $0 <= limit ? $0 : nil }
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }
    }
}
