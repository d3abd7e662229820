internal import FleetModel

/// Spans of time as Prometheus' files write them: `15s`, `1h30m`, `100ms`, `0`.
package enum PrometheusSpan {
    private static let units: [(word: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ]

    /// Nil for what is no span: the units stand in falling order, each at most once.
    package static func read(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = text[...]
        var left = units[...]
        var sum: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            let word = rest.dropFirst(digits.count).prefix { ("a"..."z").contains($0) }
            guard let number = Int64(digits), let place = left.firstIndex(where: { $0.word == word }) else {
                return nil
            }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: units[place].milliseconds)
            let (total, tooLargeNow) = sum.addingReportingOverflow(product)
            guard !tooLarge, !tooLargeNow, total < Int64.max / 1_000_000 else { return nil }
            sum = total
            left = units[(place + 1)...]
            rest = rest.dropFirst(digits.count + word.count)
        }
        return text.isEmpty ? nil : .milliseconds(sum)
    }

    /// As Prometheus writes it, in labels such as `__scrape_interval__`.
    package static func text(_ span: Duration) -> String {
        var rest = span.milliseconds
        guard rest != 0 else { return "0s" }
        var text = ""
        for (index, unit) in units.enumerated() {
            // Years and weeks only where nothing is left.
            guard rest >= unit.milliseconds, index > 1 || rest % unit.milliseconds == 0 else { continue }
            text += "\(rest / unit.milliseconds)\(unit.word)"
            rest %= unit.milliseconds
        }
        return text
    }
}
