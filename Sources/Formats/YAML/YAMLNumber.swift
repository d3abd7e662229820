internal import FleetModel

/// The numbers of YAML 1.1 as PyYAML reads them.
enum YAMLNumber {
    /// An integer: decimal, `0b`, octal by a leading zero, `0x`, or sexagesimal; nil where the text is none.
    /// What does not fit 64 bits becomes a `double`.
    static func int(_ bytes: [UInt8]) -> JSONValue? {
        let (negative, rest) = signed(bytes)
        let digits = rest.filter { $0 != UInt8(ascii: "_") }
        guard let first = rest.first, isDigit(first) else { return nil }
        if first == UInt8(ascii: "0"), rest.count > 1 {
            if rest.dropFirst().first == UInt8(ascii: "b") { return number(rest.dropFirst(2), radix: 2, negative) }
            if rest.dropFirst().first == UInt8(ascii: "x") { return number(rest.dropFirst(2), radix: 16, negative) }
            return digits == [UInt8(ascii: "0")] ? .int(0) : number(rest.dropFirst(), radix: 8, negative)
        }
        if rest.contains(UInt8(ascii: ":")) { return sexagesimal(rest, negative) }
        return number(rest, radix: 10, negative)
    }

    /// A number with a point, with `:` in it too, an infinity or NaN; nil where the text is none.
    static func float(_ bytes: [UInt8]) -> Double? {
        let (negative, rest) = signed(bytes)
        let text = String(decoding: rest, as: UTF8.self)
        switch text {
        case ".inf", ".Inf", ".INF": return negative ? -.infinity : .infinity
        case ".nan", ".NaN", ".NAN": return rest.count == bytes.count ? .nan : nil
        default: break
        }
        guard rest.contains(UInt8(ascii: ".")) else { return nil }
        if rest.contains(UInt8(ascii: ":")) { return sexagesimalFloat(rest, negative) }
        guard isDecimal(rest, signWasThere: rest.count < bytes.count) else { return nil }
        return Double((negative ? "-" : "") + text.filter { $0 != "_" }.lowercased().completingPoint)
    }

    /// `12.5`, `12.`, `.5` (without a sign), with an exponent that has a sign.
    private static func isDecimal(_ rest: ArraySlice<UInt8>, signWasThere: Bool) -> Bool {
        guard let point = rest.firstIndex(of: UInt8(ascii: ".")) else { return false }
        let whole = rest[..<point]
        var fraction = rest[(point + 1)...]
        if let exponent = fraction.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
            let power = fraction[(exponent + 1)...]
            guard let sign = power.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+"),
                power.count > 1, power.dropFirst().allSatisfy(isDigit)
            else { return false }
            fraction = fraction[..<exponent]
        }
        guard fraction.allSatisfy(isDigitOrUnderscore) else { return false }
        if whole.isEmpty { return !signWasThere && fraction.first.map(isDigit) == true }
        return whole.first.map(isDigit) == true && whole.allSatisfy(isDigitOrUnderscore)
    }

    private static func number(_ digits: ArraySlice<UInt8>, radix: Int, _ negative: Bool) -> JSONValue? {
        guard !digits.isEmpty, radix != 10 || digits.first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        var magnitude: Int64 = 0
        var approximate = 0.0
        var fits = true
        for byte in digits where byte != UInt8(ascii: "_") {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { return nil }
            approximate = approximate * Double(radix) + Double(digit)
            let (product, tooLarge) = magnitude.multipliedReportingOverflow(by: Int64(radix))
            let (sum, tooLargeNow) = product.addingReportingOverflow(Int64(digit))
            if tooLarge || tooLargeNow { fits = false } else { magnitude = sum }
        }
        if fits { return .int(negative ? -magnitude : magnitude) }
        return .double(negative ? -approximate : approximate)
    }

    private static func sexagesimal(_ rest: ArraySlice<UInt8>, _ negative: Bool) -> JSONValue? {
        let parts = rest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard isHead(parts.first), rest.first != UInt8(ascii: "0"), parts.dropFirst().allSatisfy(isSixty) else {
            return nil
        }
        var value: Int64 = 0
        for part in parts {
            guard let digit = Int64(String(decoding: part.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)) else {
                return nil
            }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 60)
            let (sum, tooLargeNow) = product.addingReportingOverflow(digit)
            guard !tooLarge, !tooLargeNow else { return nil }
            value = sum
        }
        return .int(negative ? -value : value)
    }

    private static func sexagesimalFloat(_ rest: ArraySlice<UInt8>, _ negative: Bool) -> Double? {
        let parts = rest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let last = parts.last, let point = last.firstIndex(of: UInt8(ascii: ".")),
            isHead(parts.first), parts.dropFirst().dropLast().allSatisfy(isSixty), isSixty(last[..<point]),
            last[(point + 1)...].allSatisfy(isDigitOrUnderscore)
        else { return nil }
        let digits = parts.compactMap { part in
            Double(String(decoding: part.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self).completingPoint)
        }
        let value = digits.reduce(0) { $0 * 60 + $1 }
        return negative ? -value : value
    }

    private static func isHead(_ part: ArraySlice<UInt8>?) -> Bool {
        part?.first.map(isDigit) == true && part?.allSatisfy(isDigitOrUnderscore) == true
    }

    private static func isSixty(_ part: ArraySlice<UInt8>) -> Bool {
        guard (1...2).contains(part.count), part.allSatisfy(isDigit) else { return false }
        return part.count == 1 || (part.first ?? 0) <= UInt8(ascii: "5")
    }

    private static func signed(_ bytes: [UInt8]) -> (negative: Bool, rest: ArraySlice<UInt8>) {
        switch bytes.first {
        case UInt8(ascii: "-"): (true, bytes.dropFirst())
        case UInt8(ascii: "+"): (false, bytes.dropFirst())
        default: (false, bytes[...])
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isDigitOrUnderscore(_ byte: UInt8) -> Bool { isDigit(byte) || byte == UInt8(ascii: "_") }
}

extension String {
    /// `12.` and `.5` with the digit that Swift wants on both sides.
    fileprivate var completingPoint: String {
        var text = hasPrefix(".") ? "0" + self : self
        if text.hasSuffix(".") { text += "0" }
        if let point = text.firstIndex(of: "."), text[text.index(after: point)...].first == "e" {
            text.insert("0", at: text.index(after: point))
        }
        return text
    }
}
