/// A number as Go's `strconv` writes it; exact for every digit that is asked for.
package struct GoFloat: Sendable {
    let value: Double

    package init(_ value: Double) { self.value = value }

    private var special: String? {
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : nil
    }

    private var sign: String { value.sign == .minus ? "-" : "" }

    /// Where `%g` without a precision turns to an exponent.
    private static let shortestLimit = 6

    /// `%v` and `%g`: as few digits as tell it from its neighbours; with an exponent from 1e+06 on.
    package var general: String { general(upper: false) }

    func general(upper: Bool) -> String {
        if let special { return special }
        let digits = DecimalDigits(shortest: value)
        let exponent = digits.point - 1
        guard exponent < -4 || exponent >= Self.shortestLimit else {
            return sign + digits.fixed(max(digits.digits.count - digits.point, 0))
        }
        return sign + digits.scientific(digits.digits.count - 1, upper: upper)
    }

    /// `%.3g`: so many digits in all.
    package func general(precision: Int, upper: Bool = false) -> String {
        if let special { return special }
        let wanted = max(precision, 1)
        let digits = DecimalDigits(exactly: value).rounded(toDigits: wanted).trimmed
        var limit = wanted
        if limit > digits.digits.count, digits.digits.count >= digits.point { limit = digits.digits.count }
        let exponent = digits.point - 1
        guard exponent < -4 || exponent >= limit else {
            return sign + digits.fixed(max(digits.digits.count - digits.point, 0))
        }
        return sign + digits.scientific(max(digits.digits.count - 1, 0), upper: upper)
    }

    /// `%.2f`: so many digits behind the point.
    package func fixed(_ places: Int) -> String {
        if let special { return special }
        let exact = DecimalDigits(exactly: value)
        return sign + exact.rounded(toDigits: exact.point + places).fixed(places)
    }

    /// `%.2e`.
    func scientific(_ places: Int, upper: Bool = false) -> String {
        if let special { return special }
        return sign + DecimalDigits(exactly: value).rounded(toDigits: places + 1).scientific(places, upper: upper)
    }
}

/// Decimal digits with a point: `0.d1d2d3… × 10^point`.
struct DecimalDigits {
    var digits: [UInt8]
    var point: Int

    init(digits: [UInt8], point: Int) {
        self.digits = digits
        self.point = point
    }

    /// As few digits as tell the number from its neighbours.
    init(shortest value: Double) {
        let parts = value.magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = mantissa.joined().utf8.map { $0 - UInt8(ascii: "0") }
        var point = mantissa[0].utf8.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.first == 0 {
            digits.removeFirst()
            point -= 1
        }
        while digits.last == 0 { digits.removeLast() }
        self.init(digits: digits, point: digits.isEmpty ? 1 : point)
        if digits.isEmpty { self.digits = [0] }
    }

    /// All digits of the binary number.
    init(exactly value: Double) {
        guard value != 0 else {
            self.init(digits: [], point: 0)
            return
        }
        let fraction = value.magnitude.significandBitPattern
        let isSubnormal = value.isSubnormal
        let mantissa = isSubnormal ? fraction : fraction | 1 << 52
        let exponent = isSubnormal ? -1074 : Int(value.exponent) - 52
        var number = BigDigits(mantissa)
        // m × 2^-k = m × 5^k / 10^k
        for _ in 0..<abs(exponent) { number.multiply(by: exponent > 0 ? 2 : 5) }
        var digits = number.decimal
        let point = digits.count + min(exponent, 0)
        while digits.last == 0 { digits.removeLast() }
        self.init(digits: digits, point: point)
    }

    /// Half goes to the even digit where nothing follows, as the exact value asks.
    func rounded(toDigits count: Int) -> DecimalDigits {
        guard count >= 0 else { return DecimalDigits(digits: [], point: point) }
        guard count < digits.count else { return self }
        let isHalf = digits[count] == 5 && count + 1 == digits.count
        let up = isHalf ? count > 0 && digits[count - 1] % 2 == 1 : digits[count] >= 5
        var kept = Array(digits.prefix(count))
        guard up else { return DecimalDigits(digits: kept, point: point).trimmed }
        while kept.last == 9 { kept.removeLast() }
        guard let last = kept.popLast() else { return DecimalDigits(digits: [1], point: point + 1) }
        return DecimalDigits(digits: kept + [last + 1], point: point)
    }

    var trimmed: DecimalDigits {
        var digits = self.digits
        while digits.last == 0 { digits.removeLast() }
        return DecimalDigits(digits: digits, point: digits.isEmpty ? 0 : point)
    }

    func fixed(_ places: Int) -> String {
        var text: [UInt8] = []
        if point <= 0 { text.append(0) } else { for index in 0..<point { text.append(digit(index)) } }
        var result = text.map { $0 + UInt8(ascii: "0") }
        if places > 0 {
            result.append(UInt8(ascii: "."))
            for index in point..<(point + places) { result.append(digit(index) + UInt8(ascii: "0")) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    func scientific(_ places: Int, upper: Bool) -> String {
        var result = [digit(0) + UInt8(ascii: "0")]
        if places > 0 {
            result.append(UInt8(ascii: "."))
            for index in 1...places { result.append(digit(index) + UInt8(ascii: "0")) }
        }
        let isZero = digits.allSatisfy { $0 == 0 }
        let exponent = isZero ? 0 : point - 1
        let text = String(exponent.magnitude)
        return String(decoding: result, as: UTF8.self) + (upper ? "E" : "e") + (exponent < 0 ? "-" : "+")
            + (text.utf8.count < 2 ? "0" : "") + text
    }

    private func digit(_ index: Int) -> UInt8 { digits.indices.contains(index) ? digits[index] : 0 }
}

/// A whole number of any length, in parts of nine digits, the lowest first.
private struct BigDigits {
    private var parts: [UInt64] = []

    init(_ number: UInt64) {
        var rest = number
        while rest > 0 {
            parts.append(rest % 1_000_000_000)
            rest /= 1_000_000_000
        }
    }

    mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in parts.indices {
            let product = parts[index] * factor + carry
            parts[index] = product % 1_000_000_000
            carry = product / 1_000_000_000
        }
        if carry > 0 { parts.append(carry) }
    }

    var decimal: [UInt8] {
        var digits: [UInt8] = []
        for part in parts.reversed() {
            let text = Array(String(part).utf8).map { $0 - UInt8(ascii: "0") }
            if !digits.isEmpty { digits += [UInt8](repeating: 0, count: 9 - text.count) }
            digits += text
        }
        return digits
    }
}
