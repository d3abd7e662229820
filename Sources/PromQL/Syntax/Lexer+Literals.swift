import FleetModel

/// Numbers, durations and strings.
extension Lexer {
    /// Moves over a number or a duration and says which it is.
    mutating func scanNumberOrDuration() throws(PromQLError) -> Token.Kind {
        let start = position
        if scanNumber() { return .number }
        if scanRestOfDuration() { return .duration }
        let seen = String(decoding: bytes[start..<min(position + 1, bytes.count)], as: UTF8.self)
        throw error("bad number or duration syntax: \"\(seen)\"")
    }

    /// As Prometheus does it: digits with single underscores between, one dot, one exponent; hexadecimal has neither.
    private mutating func scanNumber() -> Bool {
        let isHexadecimal = current == UInt8(ascii: "0") && peek().map { $0 | 0x20 } == UInt8(ascii: "x")
        if isHexadecimal { position += peek(2) == UInt8(ascii: "_") ? 3 : 2 }
        var hasDot = false
        var hasExponent = false
        while let byte = current {
            if isHexadecimal ? byte.hexDigit != nil : byte.isDigit {
                position += 1
            } else if byte == UInt8(ascii: "."), !hasDot, !isHexadecimal, !hasExponent {
                hasDot = true
                position += 1
                if current == UInt8(ascii: "_") || current == UInt8(ascii: ".") { return false }
            } else if byte | 0x20 == UInt8(ascii: "e"), !hasExponent {
                hasExponent = true
                position += 1
                if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
                guard current?.isDigit == true else { return false }
            } else if byte == UInt8(ascii: "_") {
                position += 1
                guard current?.hexDigit != nil else { return false }
            } else {
                break
            }
        }
        return current?.isLetterOrDigit != true && current != UInt8(ascii: ".")
    }

    /// After the first digits: `h30m` and the like.
    private mutating func scanRestOfDuration() -> Bool {
        var isFirst = true
        while true {
            guard let unit = current, "smhdwy".utf8.contains(unit), isFirst || unit != UInt8(ascii: "y") else {
                return false
            }
            position += 1
            if current == UInt8(ascii: "s") { position += 1 }
            guard current?.isDigit == true else { break }
            while current?.isDigit == true { position += 1 }
            isFirst = false
        }
        return current?.isLetterOrDigit != true
    }

    /// Moves over a string and checks its escapes.
    mutating func scanString(_ quote: UInt8) throws(PromQLError) {
        position += 1
        while let byte = current {
            position += 1
            if byte == quote { return }
            guard quote != UInt8(ascii: "`") else { continue }
            if byte == 0x0A { throw error("unterminated quoted string") }
            if byte == UInt8(ascii: "\\") { try scanEscape(quote) }
        }
        throw error(quote == UInt8(ascii: "`") ? "unterminated raw string" : "unterminated quoted string")
    }

    private mutating func scanEscape(_ quote: UInt8) throws(PromQLError) {
        guard let escape = StringEscape(bytes, at: position, quote: quote) else {
            throw error(current == nil ? "escape sequence not terminated" : "unknown escape sequence")
        }
        position += escape.length
    }

    /// The value of a string token, its quotes included in the range.
    static func text(of token: Token, in bytes: [UInt8]) -> String {
        let quote = bytes[token.range.start]
        let inner = bytes[(token.range.start + 1)..<(token.range.end - 1)]
        guard quote != UInt8(ascii: "`"), inner.contains(UInt8(ascii: "\\")) else {
            return String(decoding: inner, as: UTF8.self)
        }
        var result: [UInt8] = []
        var place = inner.startIndex
        while place < inner.endIndex {
            if bytes[place] == UInt8(ascii: "\\"), let escape = StringEscape(bytes, at: place + 1, quote: quote) {
                result += escape.value
                place += 1 + escape.length
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// What stands behind a backslash: Go's escapes.
struct StringEscape {
    let value: [UInt8]
    /// Bytes behind the backslash.
    let length: Int

    init?(_ bytes: [UInt8], at place: Int, quote: UInt8) {
        guard place < bytes.count else { return nil }
        let byte = bytes[place]
        if let plain = byte == quote ? byte : Self.plain[byte] {
            self.init(value: [plain], length: 1)
        } else if "xuU01234567".utf8.contains(byte) {
            self.init(numeric: bytes, at: place)
        } else {
            return nil
        }
    }

    private init(value: [UInt8], length: Int) {
        self.value = value
        self.length = length
    }

    private static let plain: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
        UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "\\"): 0x5C,
    ]

    private init?(numeric bytes: [UInt8], at place: Int) {
        let (digits, base, skipped): (Int, UInt32, Int) =
            switch bytes[place] {
            case UInt8(ascii: "x"): (2, 16, 1)
            case UInt8(ascii: "u"): (4, 16, 1)
            case UInt8(ascii: "U"): (8, 16, 1)
            default: (3, 8, 0)
            }
        guard place + skipped + digits <= bytes.count else { return nil }
        var number: UInt32 = 0
        for byte in bytes[(place + skipped)..<(place + skipped + digits)] {
            guard let digit = byte.hexDigit, digit < base else { return nil }
            number = number &* base &+ digit
        }
        length = skipped + digits
        if digits <= 3 {
            guard number <= 255 else { return nil }
            value = [UInt8(number)]
        } else {
            guard let scalar = Unicode.Scalar(number) else { return nil }
            value = Array(String(Character(scalar)).utf8)
        }
    }
}
