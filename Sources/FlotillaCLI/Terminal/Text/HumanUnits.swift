package import FleetModel

/// Figures as people read them. Every text is short, and the same figure always gives the same text.
package enum HumanUnits {
    /// `1 node`, `2 nodes`, `10,000 nodes`.
    package static func counted(_ number: Int, _ noun: String) -> String {
        "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// Decimal, as disks and networks are sold: `0 B`, `999 B`, `1.2 TB`.
    package static func bytes(_ count: Double) -> String {
        scaled(count, [" B", " kB", " MB", " GB", " TB", " PB", " EB"])
    }

    /// `1.2 MB/s`.
    package static func rate(_ bytesPerSecond: Double) -> String {
        bytes(bytesPerSecond) + "/s"
    }

    /// Large counts in a narrow column: `950`, `12.3k`, `1.2M`.
    package static func count(_ number: Double) -> String {
        scaled(number, ["", "k", "M", "G", "T"])
    }

    /// Every digit, in threes: `1,234,567`.
    package static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var output = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { output += "," }
            output.append(digit)
        }
        return (number < 0 ? "-" : "") + output
    }

    /// Whole percent: `42%`. Only exactly nothing is `0%` and only exactly all is `100%`.
    package static func percent(_ number: Double) -> String {
        guard number.isFinite else { return "–" }
        if number > 0, number < 1 { return "<1%" }
        if number > 99, number < 100 { return "99%" }
        return fixed(number, 0) + "%"
    }

    /// The two leading units: `350 ms`, `4.2 s`, `12 s`, `3 min 20 s`, `5 h 12 min`, `3 d 4 h`.
    package static func duration(_ duration: Duration) -> String {
        let seconds = duration.seconds
        guard seconds >= 0 else { return "-" + self.duration(.zero - duration) }
        if seconds < 0.0995 { return fixed(seconds * 1000, seconds < 0.00995 ? 1 : 0) + " ms" }
        if seconds < 0.9995 { return fixed(seconds * 1000, 0) + " ms" }
        if seconds < 9.95 { return fixed(seconds, 1) + " s" }
        let whole = Int64(seconds.rounded(.toNearestOrAwayFromZero))
        switch whole {
        case ..<60: return "\(whole) s"
        case ..<3600: return pair(whole / 60, "min", whole % 60, "s")
        case ..<86_400: return pair(whole / 3600, "h", whole % 3600 / 60, "min")
        default: return pair(whole / 86_400, "d", whole % 86_400 / 3600, "h")
        }
    }

    /// The leading unit alone, for narrow columns: `12s`, `3m`, `5h`, `3d`.
    package static func shortDuration(_ duration: Duration) -> String {
        let whole = Int64(max(0, duration.seconds).rounded(.down))
        switch whole {
        case ..<60: return "\(whole)s"
        case ..<3600: return "\(whole / 60)m"
        case ..<86_400: return "\(whole / 3600)h"
        default: return "\(whole / 86_400)d"
        }
    }

    /// `12 s ago`, `now`, `in 5 s` where the moment lies ahead, `never` where there is none.
    package static func age(of moment: Timestamp?, at now: Timestamp) -> String {
        guard let moment else { return "never" }
        let distance = now - moment
        if distance < .zero { return "in " + coarse(.zero - distance) }
        return distance < .seconds(1) ? "now" : coarse(distance) + " ago"
    }

    // Ages of whole seconds: tenths would only flicker.
    private static func coarse(_ distance: Duration) -> String {
        let seconds = distance.milliseconds / 1000
        return seconds < 60 ? "\(seconds) s" : duration(.seconds(seconds))
    }

    /// How far a clock is ahead: signed, in the unit that fits: `+12 µs`, `-3.4 ms`, `+90.1 s`.
    package static func offset(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "–" }
        let size = abs(seconds)
        let sign = seconds < 0 ? "-" : "+"
        if size < 0.000_999_5 { return sign + fixed(size * 1_000_000, 0) + " µs" }
        if size < 0.9995 { return sign + fixed(size * 1000, size < 0.009_95 ? 1 : 0) + " ms" }
        if size < 600 { return sign + fixed(size, 1) + " s" }
        return sign + duration(.milliseconds(Int64(min(size, 1e12) * 1000)))
    }

    /// Rounded half away from zero to so many places, without an exponent.
    package static func fixed(_ number: Double, _ places: Int) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return number.isFinite ? "\(number)" : "–" }
        let factor = (0..<places).reduce(1.0) { power, _ in power * 10 }
        let scaled = Int64((abs(number) * factor).rounded(.toNearestOrAwayFromZero))
        let sign = number < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + String(scaled) }
        let fraction = String(scaled % Int64(factor))
        return sign + String(scaled / Int64(factor)) + "." + String(repeating: "0", count: places - fraction.count)
            + fraction
    }

    private static func scaled(_ number: Double, _ units: [String]) -> String {
        guard number.isFinite else { return "–" }
        var value = abs(number)
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let places = unit == 0 || value >= 99.95 ? 0 : 1
        let text = fixed(value, places)
        let short = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        return (number < 0 && value > 0 ? "-" : "") + short + units[unit]
    }

    private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
        small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
    }
}
