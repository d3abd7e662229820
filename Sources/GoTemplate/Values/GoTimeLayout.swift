/// Go's way of writing times: an example of the reference time says the form.
enum GoTimeLayout {
    static func text(of time: GoTime, _ layout: String) -> String {
        let civil = time.civil
        var result = ""
        var rest = Substring(layout)
        while !rest.isEmpty {
            guard let element = elements.first(where: { rest.hasPrefix($0) && isWhole($0, rest) }) else {
                if let fraction = fraction(&rest, time) {
                    result += fraction
                } else {
                    result.append(rest.removeFirst())
                }
                continue
            }
            rest = rest.dropFirst(element.count)
            result += word(element, civil) ?? number(element, civil) ?? zone(element, time.zone)
        }
        return result
    }

    /// Longer ones first where one begins another.
    private static let elements = [
        "January", "Jan", "Monday", "Mon", "MST", "2006", "_2006", "__2", "_2", "002", "01", "02", "03", "04", "05",
        "06",
        "15", "PM", "pm", "-07:00:00", "-07:00", "-070000", "-0700", "-07", "Z07:00:00", "Z07:00", "Z070000", "Z0700",
        "Z07", "1", "2", "3", "4", "5",
    ]

    /// `Jan` in `Janet` and `Mon` in `Month` are plain letters.
    private static func isWhole(_ element: String, _ rest: Substring) -> Bool {
        guard element == "Jan" || element == "Mon" else { return true }
        return rest.dropFirst(3).utf8.first.map { !(0x61...0x7A).contains($0) } ?? true
    }

    private static func word(_ element: String, _ civil: CivilTime) -> String? {
        switch element {
        case "January": CivilTime.months[Int(civil.month) - 1]
        case "Jan": String(CivilTime.months[Int(civil.month) - 1].prefix(3))
        case "Monday": CivilTime.weekdays[Int(civil.weekday)]
        case "Mon": String(CivilTime.weekdays[Int(civil.weekday)].prefix(3))
        case "PM": civil.hour >= 12 ? "PM" : "AM"
        case "pm": civil.hour >= 12 ? "pm" : "am"
        default: nil
        }
    }

    private static func number(_ element: String, _ civil: CivilTime) -> String? {
        let hour = civil.hour % 12 == 0 ? 12 : civil.hour % 12
        return switch element {
        case "2006": padded(civil.year, 4)
        case "_2006": "_" + padded(civil.year, 4)
        case "06": padded(civil.year % 100, 2)
        case "01": padded(civil.month, 2)
        case "1": String(civil.month)
        case "02": padded(civil.day, 2)
        case "_2": padded(civil.day, 2, " ")
        case "2": String(civil.day)
        case "002": padded(civil.yearDay, 3)
        case "__2": padded(civil.yearDay, 3, " ")
        case "15": padded(civil.hour, 2)
        case "03": padded(hour, 2)
        case "3": String(hour)
        case "04": padded(civil.minute, 2)
        case "4": String(civil.minute)
        case "05": padded(civil.second, 2)
        case "5": String(civil.second)
        default: nil
        }
    }

    private static func zone(_ element: String, _ zone: GoTime.Zone) -> String {
        if element == "MST", !zone.name.isEmpty { return zone.name }
        if element.hasPrefix("Z"), zone.offset == 0 { return "Z" }
        let all = abs(zone.offset)
        let sign = zone.offset < 0 ? "-" : "+"
        let (hours, minutes, seconds) = (padded(all / 3600, 2), padded(all / 60 % 60, 2), padded(all % 60, 2))
        switch element.dropFirst() {
        case "07": return sign + hours
        case "0700": return sign + hours + minutes
        case "070000": return sign + hours + minutes + seconds
        case "07:00:00": return "\(sign)\(hours):\(minutes):\(seconds)"
        // A zone without a name is shown by its distance.
        case "ST": return all % 3600 == 0 ? sign + hours : sign + hours + minutes
        default: return "\(sign)\(hours):\(minutes)"
        }
    }

    /// `.000` keeps its zeros, `.999` leaves them away; both only where no digit follows.
    private static func fraction(_ rest: inout Substring, _ time: GoTime) -> String? {
        guard let point = rest.first, point == "." || point == ",",
            let digit = rest.dropFirst().first, digit == "0" || digit == "9"
        else { return nil }
        let digits = rest.dropFirst().prefix { $0 == digit }
        guard rest.dropFirst(1 + digits.count).first?.isNumber != true else { return nil }
        rest = rest.dropFirst(1 + digits.count)
        var text = String(padded(time.nanoseconds, 9).prefix(digits.count))
        if digit == "0" { return String(point) + text }
        while text.hasSuffix("0") { text.removeLast() }
        return text.isEmpty ? "" : String(point) + text
    }

    private static func padded(_ number: Int64, _ width: Int, _ filler: Character = "0") -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: filler, count: max(0, width - digits.utf8.count)) + digits
    }
}
