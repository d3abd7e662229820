/// Go's `time.Duration`: nanoseconds.
package struct GoDuration: GoObject, Hashable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package var typeName: String { "time.Duration" }
    package var core: GoCore { .plain(.int(nanoseconds)) }

    /// `2h24m52.5s`
    package var text: String? {
        guard nanoseconds != 0 else { return "0s" }
        let all = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        for (unit, size) in [("ns", 1 as UInt64), ("µs", 1000), ("ms", 1_000_000)] where all < size * 1000 {
            return sign + Self.decimal(all, size) + unit
        }
        let minutes = all / 60_000_000_000
        let seconds = Self.decimal(all % 60_000_000_000, 1_000_000_000) + "s"
        guard minutes > 0 else { return sign + seconds }
        return sign + (minutes >= 60 ? "\(minutes / 60)h" : "") + "\(minutes % 60)m" + seconds
    }

    private static func decimal(_ value: UInt64, _ size: UInt64) -> String {
        let rest = value % size
        guard rest > 0 else { return String(value / size) }
        var digits = String(rest)
        digits = String(repeating: "0", count: String(size).utf8.count - 1 - digits.utf8.count) + digits
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(value / size).\(digits)"
    }

    package func method(_ name: String) -> GoFunction? {
        let value = nanoseconds
        switch name {
        case "Hours": return GoFunction { _ in .float(Double(value) / 3_600_000_000_000) }
        case "Minutes": return GoFunction { _ in .float(Double(value) / 60_000_000_000) }
        case "Seconds": return GoFunction { _ in .float(Double(value) / 1_000_000_000) }
        case "Milliseconds": return GoFunction { _ in .int(value / 1_000_000) }
        case "Microseconds": return GoFunction { _ in .int(value / 1000) }
        case "Nanoseconds": return GoFunction { _ in .int(value) }
        case "String":
            let text = self.text ?? ""
            return GoFunction { _ in .string(text) }
        case "Abs": return GoFunction { _ in .object(GoDuration(nanoseconds: value < 0 ? 0 &- value : value)) }
        case "Truncate", "Round":
            return GoFunction([.any]) { values in
                let unit = values[0].int
                guard unit > 0 else { return .object(GoDuration(nanoseconds: value)) }
                let rest = value % unit
                guard name == "Round" else { return .object(GoDuration(nanoseconds: value - rest)) }
                // Half goes away from zero.
                let up = rest.magnitude >= (unit.magnitude + 1) / 2 ? (value < 0 ? 0 - unit : unit) : 0
                return .object(GoDuration(nanoseconds: value - rest &+ up))
            }
        default: return nil
        }
    }
}
