internal import FleetModel

/// The matchers of Alertmanager since 0.27: any name, names and values bare or in double quotes.
struct UTF8Matchers {
    private var rest: Substring.UnicodeScalarView
    private let text: String

    static func parse(_ text: String) throws(MatcherError) -> [LabelMatcher] {
        var parser = UTF8Matchers(rest: text.unicodeScalars[...], text: text)
        return try parser.matchers()
    }

    private mutating func matchers() throws(MatcherError) -> [LabelMatcher] {
        let hasBrace = take("{")
        var found: [LabelMatcher] = []
        while peek() != nil, peek() != "}" {
            found.append(try matcher())
            guard take(",") else { break }
        }
        if hasBrace, !take("}") { throw MatcherError("expected “,” or “}” in \(shown)") }
        guard peek() == nil else { throw MatcherError("unexpected “\(String(rest).quotedForMessage)” in \(shown)") }
        return found
    }

    private mutating func matcher() throws(MatcherError) -> LabelMatcher {
        let name = try word("a label name")
        guard let sign = ["=~", "!=", "!~", "="].first(where: { takeSign($0) }) else {
            throw MatcherError("expected one of =, !=, =~, !~ after “\(name.quotedForMessage)” in \(shown)")
        }
        let value = try word("a value")
        guard !name.isEmpty else { throw MatcherError("a matcher without a label name in \(shown)") }
        return try MatcherSyntax.matcher(name, sign, value)
    }

    private mutating func takeSign(_ sign: String) -> Bool {
        skipSpace()
        guard rest.starts(with: sign.unicodeScalars) else { return false }
        rest = rest.dropFirst(sign.unicodeScalars.count)
        return true
    }

    private mutating func word(_ what: String) throws(MatcherError) -> String {
        if peek() == "\"" { return try quotedWord() }
        let bare = rest.prefix { !$0.properties.isWhitespace && !"{}!=~,\\\"'`".unicodeScalars.contains($0) }
        guard !bare.isEmpty else { throw MatcherError("expected \(what) in \(shown)") }
        rest = rest[bare.endIndex...]
        return String(bare)
    }

    private mutating func quotedWord() throws(MatcherError) -> String {
        var bytes: [UInt8] = []
        rest = rest.dropFirst()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"":
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw MatcherError("a text in \(shown) is not UTF-8")
                }
                return text
            case "\n": throw MatcherError("a line ends inside quotes in \(shown)")
            case "\\": bytes += try escape()
            default: bytes += Array(String(scalar).utf8)
            }
        }
        throw MatcherError("a closing double quote is missing in \(shown)")
    }

    /// Go's escapes in a string literal.
    private mutating func escape() throws(MatcherError) -> [UInt8] {
        let plain: [Unicode.Scalar: UInt8] = [
            "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "\"": 34,
        ]
        guard let letter = rest.popFirst() else { throw MatcherError("a backslash ends \(shown)") }
        if let byte = plain[letter] { return [byte] }
        let (count, radix): (Int, Int)
        switch letter {
        case "x": (count, radix) = (2, 16)
        case "u": (count, radix) = (4, 16)
        case "U": (count, radix) = (8, 16)
        case "0"..."7": (count, radix) = (2, 8)
        default: throw MatcherError("unknown escape \\\(letter) in \(shown)")
        }
        let digits = (radix == 8 ? String(letter) : "") + String(rest.prefix(count))
        rest = rest.dropFirst(count)
        guard let number = UInt32(digits, radix: radix), !digits.hasPrefix("+") else {
            throw MatcherError("a wrong escape \\\(letter) in \(shown)")
        }
        if radix == 8 || letter == "x" {
            guard let byte = UInt8(exactly: number) else { throw MatcherError("a wrong escape in \(shown)") }
            return [byte]
        }
        guard let scalar = Unicode.Scalar(number) else { throw MatcherError("a wrong escape in \(shown)") }
        return Array(String(scalar).utf8)
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func peek() -> Unicode.Scalar? {
        skipSpace()
        return rest.first
    }

    private mutating func skipSpace() {
        while rest.first?.properties.isWhitespace == true { rest = rest.dropFirst() }
    }

    private var shown: String { "“\(text.quotedForMessage)”" }
}
