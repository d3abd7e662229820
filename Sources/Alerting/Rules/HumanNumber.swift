internal import FleetModel
internal import GoTemplate

/// Numbers as Prometheus' templates show them to people: four digits, prefixes, units of time.
struct HumanNumber {
    private let value: Double

    init(_ value: Double) {
        self.value = value
    }

    private static let small = ["m", "u", "n", "p", "f", "a", "z", "y"]

    /// `1.234k`, `5m`
    var decimal: String {
        guard value != 0, value.isFinite else { return Self.digits(value) }
        guard value.magnitude >= 1 else { return fraction }
        return scaled(by: 1000, ["k", "M", "G", "T", "P", "E", "Z", "Y"])
    }

    /// `1.5Mi`
    var binary: String {
        guard value.magnitude > 1, value.isFinite else { return Self.digits(value) }
        return scaled(by: 1024, ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"])
    }

    /// `1d 2h 3m 4s`, `12.5ms`
    var duration: String {
        guard value.isFinite else { return Self.digits(value) }
        if value == 0 { return "0s" }
        guard value.magnitude >= 1 else { return fraction + "s" }
        let sign = value < 0 ? "-" : ""
        guard let whole = Int64(exactly: value.magnitude.rounded(.towardZero)) else {
            return sign + Self.digits(value.magnitude) + "s"
        }
        let (days, hours, minutes, seconds) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60)
        if days != 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(seconds)s" }
        if hours != 0 { return "\(sign)\(hours)h \(minutes)m \(seconds)s" }
        if minutes != 0 { return "\(sign)\(minutes)m \(seconds)s" }
        return sign + Self.digits(value.magnitude) + "s"
    }

    private var fraction: String {
        var (rest, prefix) = (value, "")
        for next in Self.small where rest.magnitude < 1 {
            prefix = next
            rest *= 1000
        }
        return Self.digits(rest) + prefix
    }

    private func scaled(by step: Double, _ prefixes: [String]) -> String {
        var (rest, prefix) = (value, "")
        for next in prefixes where rest.magnitude >= step {
            prefix = next
            rest /= step
        }
        return Self.digits(rest) + prefix
    }

    /// Go's `%.4g`.
    private static func digits(_ value: Double) -> String { GoFloat(value).general(precision: 4) }

    /// Seconds of `1h30m`, as Prometheus reads durations; nil for what is none.
    static func seconds(inDuration text: String) -> Double? {
        if text == "0" { return 0 }
        let units: [(name: Substring, seconds: Double)] = [
            ("y", 31_536_000), ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1), ("ms", 0.001),
        ]
        var (rest, next, sum) = (text[...], 0, 0.0)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber) }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(digits), digits.count < 16,
                let index = units.indices.first(where: { $0 >= next && units[$0].name == unit })
            else { return nil }
            sum += number * units[index].seconds
            next = index + 1
        }
        return sum
    }

    /// As Go's `ParseFloat` reads it.
    static func number(_ text: String) -> Double? {
        switch text.lowercased() {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        case "nan": return .nan
        default: return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } ? Double(text) : nil
        }
    }
}
