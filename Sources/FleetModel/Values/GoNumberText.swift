/// Floating-point numbers as Go's `strconv` writes them with the format `g` and the fewest digits: what Prometheus has in
/// its exposition texts and in the labels `le` and `quantile`.
package enum GoNumberText {
    /// `1`, `0.25`, `1e+06`, `1.5e-07`, `NaN`, `+Inf`, `-Inf`.
    package static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), abs(whole) < 1_000_000, whole != 0 { return String(whole) }
        let (digits, exponent) = shortest(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        return sign + (exponent < -3 || exponent > 6 ? scientific(digits, exponent) : plain(digits, exponent))
    }

    /// The digits without zeros at the ends, and the place of the point: the value is `0.digits × 10^exponent`.
    private static func shortest(_ value: Double) -> (digits: [UInt8], exponent: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var power = 0
        var text = "\(value)"
        text.withUTF8 { bytes in
            for (index, byte) in bytes.enumerated() {
                if byte == UInt8(ascii: ".") {
                    point = digits.count
                } else if byte == UInt8(ascii: "e") {
                    power = Int(String(decoding: bytes[(index + 1)...], as: UTF8.self)) ?? 0
                    break
                } else {
                    digits.append(byte)
                }
            }
        }
        var exponent = (point ?? digits.count) + power
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        exponent -= leading
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return digits.isEmpty ? ([UInt8(ascii: "0")], 1) : (digits, exponent)
    }

    private static func scientific(_ digits: [UInt8], _ exponent: Int) -> String {
        let power = exponent - 1
        let size = String(abs(power))
        let fraction = digits.count > 1 ? "." + String(decoding: digits[1...], as: UTF8.self) : ""
        return String(decoding: digits[..<1], as: UTF8.self) + fraction + (power < 0 ? "e-" : "e+")
            + (size.count < 2 ? "0" : "") + size
    }

    private static func plain(_ digits: [UInt8], _ exponent: Int) -> String {
        let zero = UInt8(ascii: "0")
        if exponent <= 0 {
            return "0." + String(decoding: Array(repeating: zero, count: -exponent) + digits, as: UTF8.self)
        }
        if exponent >= digits.count {
            return String(decoding: digits + Array(repeating: zero, count: exponent - digits.count), as: UTF8.self)
        }
        return String(decoding: digits[..<exponent], as: UTF8.self) + "."
            + String(decoding: digits[exponent...], as: UTF8.self)
    }
}
