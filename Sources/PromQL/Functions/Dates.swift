import FleetModel

/// A moment in UTC, taken apart.
struct CivilMoment {
    private let date: CalendarDate
    let dayOfWeek: Int64
    let hour: Int64
    let minute: Int64

    init(seconds: Int64) {
        let ofDay = (seconds % 86_400 + 86_400) % 86_400
        let days = seconds / 86_400 - (seconds % 86_400 < 0 ? 1 : 0)
        date = CalendarDate(daysSince1970: days)
        dayOfWeek = ((days + 4) % 7 + 7) % 7
        hour = ofDay / 3600
        minute = ofDay / 60 % 60
    }

    var year: Int64 { date.year }
    var month: Int64 { date.month }
    var day: Int64 { date.day }
    var dayOfYear: Int64 { date.dayOfYear }
    var daysInMonth: Int64 { date.daysInMonth }
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
