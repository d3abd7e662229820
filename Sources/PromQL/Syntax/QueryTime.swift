package import FleetModel

/// Times and durations in the parameters of a query, as Prometheus' API and tools take them.
package enum QueryTime {
    /// Seconds since 1970 with a fraction, or RFC 3339; nil for anything else.
    package static func moment(_ text: String) -> Timestamp? {
        if let milliseconds = milliseconds(ofSeconds: text) { return Timestamp(milliseconds: milliseconds) }
        return Timestamp(rfc3339: text)
    }

    /// Seconds with a fraction, or `5m30s`; nil for anything else.
    package static func duration(_ text: String) -> Duration? {
        (milliseconds(ofSeconds: text) ?? DurationText.milliseconds(in: text)).map { .milliseconds($0) }
    }

    private static func milliseconds(ofSeconds text: String) -> Int64? {
        guard let first = text.utf8.first, first.isDigit || [0x2B, 0x2D, 0x2E].contains(first),
            let seconds = Double(text), seconds.magnitude < 9e12
        else { return nil }
        return Int64((seconds * 1000).rounded())
    }
}
