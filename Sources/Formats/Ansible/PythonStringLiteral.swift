/// The string literals of Python, with prefixes, triple quotes and escapes.
struct PythonStringLiteral {
    private(set) var rest: Substring

    init(rest: Substring) {
        self.rest = rest
    }

    /// One or more literals in a row, which Python joins; nil where none stands here or one is broken.
    mutating func concatenation() -> String? {
        guard var text = literal() else { return nil }
        while true {
            let here = rest
            rest = rest.drop { $0 == " " || $0 == "\t" }
            guard rest.first == "'" || rest.first == "\"" else {
                rest = here
                return text
            }
            guard let next = literal() else { return nil }
            text += next
        }
    }

    private mutating func literal() -> String? {
        let prefix = rest.prefix { $0.isLetter }.lowercased()
        guard ["", "r", "u", "b", "br", "rb"].contains(prefix) else { return nil }
        rest.removeFirst(prefix.count)
        guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
        let triple = String(repeating: quote, count: 3)
        let close = rest.hasPrefix(triple) ? triple : String(quote)
        rest.removeFirst(close.count)
        var text = ""
        while !rest.isEmpty {
            if rest.hasPrefix(close) {
                rest.removeFirst(close.count)
                return text
            }
            let letter = rest.removeFirst()
            guard letter == "\\" else {
                text.append(letter)
                continue
            }
            guard let escaped = escape(isRaw: prefix.contains("r")) else { return nil }
            text += escaped
        }
        return nil
    }

    /// After a backslash; nil for an escape that Python refuses.
    private mutating func escape(isRaw: Bool) -> String? {
        guard let letter = rest.first else { return nil }
        rest.removeFirst()
        guard !isRaw else { return "\\" + String(letter) }
        switch letter {
        case "\\", "'", "\"": return String(letter)
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "a": return "\u{07}"
        case "b": return "\u{08}"
        case "f": return "\u{0C}"
        case "v": return "\u{0B}"
        case "x": return codePoint(digits: 2)
        case "u": return codePoint(digits: 4)
        case "U": return codePoint(digits: 8)
        case "N": return nil
        case "0"..."7":
            let more = rest.prefix(2).prefix { ("0"..."7").contains($0) }
            rest.removeFirst(more.count)
            return UInt32(String(letter) + more, radix: 8).flatMap(Unicode.Scalar.init).map { String(Character($0)) }
        default: return "\\" + String(letter)
        }
    }

    private mutating func codePoint(digits: Int) -> String? {
        let text = rest.prefix(digits)
        guard text.count == digits, let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value) else {
            return nil
        }
        rest.removeFirst(digits)
        return String(Character(scalar))
    }
}
