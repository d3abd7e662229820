import FleetModel

/// A moment as the calendar and the clock show it.
struct CivilTime {
    let year, month, day, hour, minute, second: Int64
    /// 0 is Sunday.
    let weekday: Int64
    /// From 1.
    let yearDay: Int64

    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// - `seconds`: since 1970, with the zone's offset added.
    init(seconds: Int64) {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let ofDay = seconds - days * 86_400
        (hour, minute, second) = (ofDay / 3600, ofDay / 60 % 60, ofDay % 60)
        weekday = ((days + 4) % 7 + 7) % 7
        let date = CalendarDate(daysSince1970: days)
        (year, month, day, yearDay) = (date.year, date.month, date.day, date.dayOfYear)
    }
}
