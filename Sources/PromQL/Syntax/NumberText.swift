/// Numbers as Prometheus reads and writes them.
package enum NumberText {
    /// A number of the query language; nil for what is none. As in Go a leading zero means octal where it can.
    static func value(of text: String) -> Double? {
        let lower = text.lowercased()
        if lower == "inf" { return .infinity }
        if lower == "nan" { return .nan }
        let hasExponent = !lower.hasPrefix("0x") && lower.contains("e")
        let hasPoint = lower.contains(".")
        let digits = lower.filter { $0 != "_" }
        if digits.hasPrefix("0x") { return hexadecimal(digits.dropFirst(2)) }
        if !hasExponent, !hasPoint, digits.count > 1, digits.hasPrefix("0"), let octal = Int64(digits, radix: 8) {
            return Double(octal)
        }
        // What is too large for a number is a mistake, no infinity.
        return Double(digits).flatMap { $0.isFinite ? $0 : nil }
    }

    private static func hexadecimal(_ digits: Substring) -> Double? {
        // More than 63 bits are no integer of Go's, and no hexadecimal float either without its exponent.
        Int64(digits, radix: 16).map(Double.init)
    }

    /// The shortest decimal text that reads back as the same number, never with an exponent; `NaN`, `+Inf`, `-Inf`.
    package static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        if let whole = Int64(exactly: value), whole.magnitude < 1 << 53 { return String(whole) }
        let plain = value.description
        if !plain.utf8.contains(UInt8(ascii: "e")), !plain.hasSuffix(".0") { return plain }
        let (digits, exponent) = shortest(value.magnitude)
        let sign = value < 0 ? "-" : ""
        if exponent <= 0 { return sign + "0." + String(repeating: "0", count: -exponent) + digits }
        if exponent >= digits.count { return sign + digits + String(repeating: "0", count: exponent - digits.count) }
        return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
    }

    /// As the HTTP API writes it: like `text`, with an exponent for the very small and the very large.
    package static func apiText(of value: Double) -> String {
        let size = value.magnitude
        guard size != 0, size.isFinite, size < 1e-6 || size >= 1e21 else { return text(of: value) }
        return exponentText(of: value)
    }

    /// Always with an exponent, `1.5e+00`, as the API writes the values of alerts.
    package static func exponentText(of value: Double) -> String {
        guard value.isFinite else { return text(of: value) }
        guard value != 0 else { return value.sign == .minus ? "-0e+00" : "0e+00" }
        let (digits, exponent) = shortest(value.magnitude)
        let power = exponent - 1
        let powerText = (power < 0 ? "-" : "+") + (power.magnitude < 10 ? "0" : "") + String(power.magnitude)
        let mantissa = digits.count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst()
        return (value < 0 ? "-" : "") + mantissa + "e" + powerText
    }

    /// Digits d and exponent e so that the value is 0.d × 10^e.
    private static func shortest(_ value: Double) -> (digits: String, exponent: Int) {
        let parts = value.description.split(separator: "e")
        let number = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(number[0])
        let fraction = number.count > 1 ? String(number[1]) : ""
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let all = whole + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.hasSuffix("0") { digits.removeLast() }
        return (digits, whole.count - leading + power)
    }
}
