import FleetModel

/// A moment in UTC, taken apart.
struct CivilMoment {
    let year: Int64
    let month: Int64
    let day: Int64
    let dayOfYear: Int64
    let dayOfWeek: Int64
    let hour: Int64
    let minute: Int64

    /// Howard Hinnant's `civil_from_days`.
    init(seconds: Int64) {
        let ofDay = (seconds % 86_400 + 86_400) % 86_400
        let days = seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0)
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let fromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * fromMarch + 2) / 153
        day = fromMarch - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        dayOfWeek = ((days + 4) % 7 + 7) % 7
        hour = ofDay / 3600
        minute = ofDay / 60 % 60
        var passed = day
        for earlier in 1..<month { passed += Self.days(in: earlier, year) }
        dayOfYear = passed
    }

    var daysInMonth: Int64 { Self.days(in: month, year) }

    private static func days(in month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Function {
    /// Which part of a date the function gives.
    var ofDate: KeyPath<CivilMoment, Int64>? {
        switch self {
        case .year: \.year
        case .month: \.month
        case .dayOfMonth: \.day
        case .dayOfYear: \.dayOfYear
        case .dayOfWeek: \.dayOfWeek
        case .daysInMonth: \.daysInMonth
        case .hour: \.hour
        case .minute: \.minute
        default: nil
        }
    }
}

extension Evaluator {
    func date(_ part: KeyPath<CivilMoment, Int64>, _ arguments: [Expression], _ grid: Grid) throws -> [Column] {
        guard let argument = arguments.first else {
            let values = grid.times.map { Double(CivilMoment(seconds: $0 / 1000)[keyPath: part]) }
            return [Column(labels: .empty, values: values)]
        }
        return try vector(argument, over: grid).mapValues { value in
            // No calendar reaches farther; what is no number has no date.
            guard value.magnitude < 1e15 else { return .nan }
            return Double(CivilMoment(seconds: Int64(value))[keyPath: part])
        }
    }
}
