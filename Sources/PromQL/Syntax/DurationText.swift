/// Prometheus' durations: `1y2w3d4h5m6s7ms`, each unit at most once and in this order.
package enum DurationText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000),
        ("s", 1000), ("ms", 1),
    ]

    /// Milliseconds; nil for what is no duration or more than 292 years.
    package static func milliseconds(in text: String) -> Int64? {
        if text == "0" { return 0 }
        var rest = text.utf8[...]
        var sum: Int64 = 0
        var next = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isDigit }
            let unit = String(decoding: rest.dropFirst(digits.count).prefix { !$0.isDigit }, as: UTF8.self)
            guard let number = Int64(String(decoding: digits, as: UTF8.self)),
                let index = units.indices.first(where: { $0 >= next && units[$0].name == unit })
            else { return nil }
            let (part, isTooLong) = number.multipliedReportingOverflow(by: units[index].milliseconds)
            let (total, isOver) = sum.addingReportingOverflow(part)
            guard !isTooLong, !isOver, total <= Int64.max / 1_000_000 else { return nil }
            sum = total
            next = index + 1
            rest = rest.dropFirst(digits.count + unit.utf8.count)
        }
        return sum
    }

    /// The shortest text, with years and weeks only where nothing else is needed, as Prometheus writes it.
    package static func text(milliseconds: Int64) -> String {
        guard milliseconds != 0 else { return "0s" }
        var rest = milliseconds.magnitude
        var text = milliseconds < 0 ? "-" : ""
        for (index, unit) in units.enumerated() {
            let size = UInt64(unit.milliseconds)
            let mustBeWhole = index < 2
            guard rest >= size, !mustBeWhole || rest % size == 0 else { continue }
            text += "\(rest / size)\(unit.name)"
            rest %= size
        }
        return text
    }
}
