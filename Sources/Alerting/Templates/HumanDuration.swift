internal import GoTemplate

/// Seconds as people say them: `1d 1h 1m 1s`, `12.3ms`.
enum HumanDuration {
    static func text(_ value: GoValue) throws(GoFunctionError) -> String {
        let seconds = try number(value)
        guard seconds.isFinite, seconds != 0 else {
            return GoFloat(seconds).general(precision: 4) + (seconds.isFinite ? "s" : "")
        }
        return seconds.magnitude >= 1 ? large(seconds) : small(seconds)
    }

    private static func number(_ value: GoValue) throws(GoFunctionError) -> Double {
        if case .object(let object) = value, let span = object as? GoDuration {
            return Double(span.nanoseconds) / 1_000_000_000
        }
        switch value.plain {
        case .int(let number): return Double(number)
        case .float(let number): return number
        case .string(let text):
            guard let number = Double(text), !text.hasPrefix(" ") else {
                throw GoFunctionError("strconv.ParseFloat: parsing \(text.debugDescription): invalid syntax")
            }
            return number
        case .none, .bool, .list, .map, .object:
            throw GoFunctionError("can't convert \(value.typeName) to float")
        }
    }

    private static func large(_ number: Double) -> String {
        let sign = number < 0 ? "-" : ""
        let whole = Int64(min(number.magnitude, 9e18))
        let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(whole % 60)s" }
        if hours > 0 { return "\(sign)\(hours)h \(minutes)m \(whole % 60)s" }
        if minutes > 0 { return "\(sign)\(minutes)m \(whole % 60)s" }
        return sign + GoFloat(number.magnitude).general(precision: 4) + "s"
    }

    private static func small(_ number: Double) -> String {
        var (number, prefix) = (number, "")
        for next in ["m", "u", "n", "p", "f", "a", "z", "y"] where number.magnitude < 1 {
            (number, prefix) = (number * 1000, next)
        }
        return GoFloat(number).general(precision: 4) + prefix + "s"
    }
}
