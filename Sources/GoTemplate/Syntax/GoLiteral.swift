/// Literals as Go writes them.
enum GoLiteral {
    enum Number { case int(Int64), float(Double) }

    /// `12`, `0x1F`, `0b1`, `0o17`, `017`, `1_000`, `1.5e3`, `0x1p-2`, `'a'`; nil where it is none.
    static func number(_ source: String) -> Number? {
        if source.hasPrefix("'") {
            guard let text = unquoted(source), let scalar = text.unicodeScalars.first,
                text.unicodeScalars.count == 1
            else { return nil }
            return .int(Int64(scalar.value))
        }
        if let number = integer(source) { return .int(number) }
        let plain = source.replacing("_", with: "")
        guard let number = Double(plain), number.isFinite, plain.utf8.contains(where: { ".eEpP".utf8.contains($0) })
        else { return nil }
        // An untyped 1e3 is a whole number where one is wanted, and prints as a float.
        return .float(number)
    }

    private static func integer(_ source: String) -> Int64? {
        var digits = source.replacing("_", with: "").lowercased()
        var sign = ""
        if let first = digits.first, first == "-" || first == "+" {
            sign = first == "-" ? "-" : ""
            digits.removeFirst()
        }
        guard digits.first?.isASCII == true, digits.first != "+", digits.first != "-" else { return nil }
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where digits.hasPrefix(prefix) {
            return Int64(sign + digits.dropFirst(2), radix: radix)
        }
        if digits.count > 1, digits.hasPrefix("0") { return Int64(sign + digits, radix: 8) }
        return Int64(sign + digits)
    }

    /// The text of a quoted literal, or nil where it is none.
    static func unquoted(_ source: String) -> String? {
        guard let quote = source.first, source.count >= 2, source.last == quote else { return nil }
        let inner = source.dropFirst().dropLast()
        guard quote != "`" else { return String(inner.replacing("\r", with: "")) }
        var bytes: [UInt8] = []
        var rest = Array(inner.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let part = escaped(&rest, quote) else { return nil }
            bytes += part
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let plainEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
        UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): 0x5C,
    ]

    private static func escaped(_ rest: inout ArraySlice<UInt8>, _ quote: Character) -> [UInt8]? {
        guard let byte = rest.popFirst() else { return nil }
        if let plain = plainEscapes[byte] { return [plain] }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return quote.asciiValue == byte ? [byte] : nil
        case UInt8(ascii: "x"): return digits(&rest, 2, 16).flatMap { UInt8(exactly: $0) }.map { [$0] }
        case UInt8(ascii: "u"): return digits(&rest, 4, 16).flatMap(scalar)
        case UInt8(ascii: "U"): return digits(&rest, 8, 16).flatMap(scalar)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            rest = [byte] + rest
            return digits(&rest, 3, 8).flatMap { UInt8(exactly: $0) }.map { [$0] }
        default: return nil
        }
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>, _ count: Int, _ radix: Int) -> UInt32? {
        guard rest.count >= count, rest.prefix(count).allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") })
        else { return nil }
        let text = String(decoding: rest.prefix(count), as: UTF8.self)
        rest = rest.dropFirst(count)
        return UInt32(text, radix: radix)
    }

    private static func scalar(_ code: UInt32) -> [UInt8]? {
        Unicode.Scalar(code).map { Array(String($0).utf8) }
    }
}
