/// Numbers as Go's `strconv.ParseFloat` takes them, less what Prometheus refuses (hexadecimal and `_`).
enum GoNumber {
    enum Fault: Error {
        case syntax
        case range
    }

    /// - Throws: `.range` for what no number can hold, such as `1e999`.
    static func double(_ bytes: [UInt8], _ range: Range<Int>) throws(Fault) -> Double {
        var digits = DecimalDigits()
        guard digits.read(bytes, range) else { return try special(bytes, range) }
        if let exact = digits.exactValue { return exact }
        guard let value = Double(String(decoding: bytes[range], as: UTF8.self).goCompleted) else { throw .syntax }
        guard value.isFinite else { throw .range }
        return value
    }

    private static func special(_ bytes: [UInt8], _ range: Range<Int>) throws(Fault) -> Double {
        guard (3...9).contains(range.count) else { throw .syntax }
        let hasSign = bytes[range.lowerBound] == UInt8(ascii: "-") || bytes[range.lowerBound] == UInt8(ascii: "+")
        let word = String(decoding: bytes[range].dropFirst(hasSign ? 1 : 0), as: UTF8.self).lowercased()
        switch word {
        case "inf", "infinity": return bytes[range.lowerBound] == UInt8(ascii: "-") ? -.infinity : .infinity
        // The bits of Go's NaN, which every Prometheus stores.
        case "nan" where !hasSign: return Double(bitPattern: 0x7FF8_0000_0000_0001)
        default: throw .syntax
        }
    }
}

/// A decimal number taken apart.
private struct DecimalDigits {
    private var isNegative = false
    private var mantissa: UInt64 = 0
    /// Digits in the mantissa, without zeros in front.
    private var count = 0
    private var exponent = 0

    /// False where the text is no decimal number.
    mutating func read(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        var place = range.lowerBound
        let end = range.upperBound
        guard place < end else { return false }
        if bytes[place] == UInt8(ascii: "-") || bytes[place] == UInt8(ascii: "+") {
            isNegative = bytes[place] == UInt8(ascii: "-")
            place += 1
        }
        var hasPoint = false
        var hasDigit = false
        while place < end {
            let byte = bytes[place]
            if byte &- 0x30 <= 9 {
                hasDigit = true
                take(byte &- 0x30, afterPoint: hasPoint)
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break
            }
            place += 1
        }
        guard hasDigit else { return false }
        if place == end { return true }
        guard bytes[place] | 0x20 == UInt8(ascii: "e") else { return false }
        return readExponent(bytes, place + 1..<end)
    }

    private mutating func take(_ digit: UInt8, afterPoint: Bool) {
        if count > 0 || digit > 0 { count += 1 }
        if count <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) } else { exponent += 1 }
        if afterPoint { exponent -= 1 }
    }

    private mutating func readExponent(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        var place = range.lowerBound
        guard place < range.upperBound else { return false }
        let isBelow = bytes[place] == UInt8(ascii: "-")
        if isBelow || bytes[place] == UInt8(ascii: "+") { place += 1 }
        guard place < range.upperBound else { return false }
        var power = 0
        while place < range.upperBound {
            let digit = bytes[place] &- 0x30
            guard digit <= 9 else { return false }
            power = min(power * 10 + Int(digit), 100_000)
            place += 1
        }
        exponent += isBelow ? -power : power
        return true
    }

    /// The value where one multiplication or division gives it without a rounding error: nearly always.
    var exactValue: Double? {
        guard count <= 19, mantissa <= 1 << 53 else { return nil }
        let whole = isNegative ? -Double(mantissa) : Double(mantissa)
        if exponent == 0 || mantissa == 0 { return whole }
        if (1...22).contains(exponent) { return whole * Self.powers[exponent] }
        if (-22 ... -1).contains(exponent) { return whole / Self.powers[-exponent] }
        return nil
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]
}

extension String {
    /// `12.` and `.5` with the digit that Swift wants on both sides.
    fileprivate var goCompleted: String {
        guard let point = firstIndex(of: ".") else { return self }
        var text = self
        let after = text.index(after: point)
        if after == text.endIndex || !text[after].isNumber { text.insert("0", at: after) }
        if point == text.startIndex || !text[text.index(before: point)].isNumber { text.insert("0", at: point) }
        return text
    }
}
