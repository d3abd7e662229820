extension ProbeText {
    /// A decimal number such as `12`, `-0.25` or `1.5`; nil for anything else, never NaN or infinite.
    func number(_ range: Range<Int>) -> Double? {
        var index = range.lowerBound
        let isNegative = index < range.upperBound && bytes[index] == UInt8(ascii: "-")
        if index < range.upperBound, isNegative || bytes[index] == UInt8(ascii: "+") { index += 1 }
        guard let (digits, scale) = decimal(index..<range.upperBound) else { return nil }
        let magnitude = digits / Self.powersOfTen[scale]
        return isNegative ? -magnitude : magnitude
    }

    /// A number in base 8 or 16, with or without `0x`.
    func integer(_ range: Range<Int>, radix: Int) -> UInt64? {
        let isPrefixed = starts(range, "0x") || starts(range, "0X")
        let digits = bytes[isPrefixed ? range.dropFirst(2) : range]
        guard (1...16).contains(digits.count), digits.first != UInt8(ascii: "-") else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self), radix: radix)
    }

    /// The digits as one number and how many of them stand behind the point.
    private func decimal(_ range: Range<Int>) -> (digits: Double, scale: Int)? {
        var mantissa: UInt64 = 0
        var scale = 0
        var digitCount = 0
        var sawPoint = false
        for index in range {
            let byte = bytes[index]
            if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            digitCount += 1
            // Beyond 18 digits a 64-bit counter may overflow, and a fraction adds nothing.
            if sawPoint, scale >= 12 || digitCount > 18 { continue }
            let (shifted, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            let (sum, carry) = shifted.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            mantissa = sum
            if sawPoint { scale += 1 }
        }
        return digitCount > 0 ? (Double(mantissa), scale) : nil
    }

    private static let powersOfTen: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12]
}
