internal import FleetModel

/// Cuts a source into tokens, as Go's lexer does; trim markers and comments are gone afterwards.
struct TemplateLexer {
    private let bytes: [UInt8]
    private var at = 0
    private var tokens: [TemplateToken] = []
    private var openParentheses = 0

    private init(_ source: String) { bytes = Array(source.utf8) }

    static func tokens(of source: String) -> [TemplateToken] {
        var lexer = TemplateLexer(source)
        lexer.run()
        return lexer.tokens
    }

    private mutating func run() {
        var trimsStart = false
        while true {
            let start = at
            while at < bytes.count, !isAt("{{") { at += 1 }
            let isLast = at == bytes.count
            let trimsEnd = !isLast && hasTrimAfterOpen
            addText(start, at, trimsStart: trimsStart, trimsEnd: trimsEnd)
            guard !isLast else { return add(.end, "", at) }
            let open = at
            at += trimsEnd ? 4 : 2
            if isAt("/*") {
                guard let trims = comment(open) else { return }
                trimsStart = trims
            } else {
                add(.open, "{{", open)
                guard let trims = action() else { return }
                trimsStart = trims
            }
        }
    }

    private var hasTrimAfterOpen: Bool {
        at + 3 < bytes.count && bytes[at + 2] == UInt8(ascii: "-") && Self.isSpace(bytes[at + 3])
    }

    private mutating func addText(_ start: Int, _ end: Int, trimsStart: Bool, trimsEnd: Bool) {
        var (start, end) = (start, end)
        while trimsStart, start < end, Self.isSpace(bytes[start]) { start += 1 }
        while trimsEnd, start < end, Self.isSpace(bytes[end - 1]) { end -= 1 }
        if start < end { add(.text, String(decoding: bytes[start..<end], as: UTF8.self), start) }
    }

    /// Nil where the source goes on no further.
    private mutating func comment(_ open: Int) -> Bool? {
        at += 2
        while at < bytes.count, !isAt("*/") { at += 1 }
        guard at < bytes.count else { return stop("unclosed comment", open) }
        at += 2
        guard let trims = closeHere() else { return stop("comment ends before closing delimiter", open) }
        return trims
    }

    /// Takes a closing delimiter; says whether it trims, nil where there is none.
    private mutating func closeHere() -> Bool? {
        if isAt("}}") {
            at += 2
            return false
        }
        guard at < bytes.count, Self.isSpace(bytes[at]), isAt("-}}", 1) else { return nil }
        at += 4
        return true
    }

    private mutating func action() -> Bool? {
        openParentheses = 0
        while true {
            let start = at
            if let trims = closeHere() {
                guard openParentheses == 0 else { return stop("unclosed left paren", start) }
                add(.close, "}}", start)
                return trims
            }
            guard at < bytes.count else { return stop("unclosed action", start) }
            guard token() else { return nil }
        }
    }

    /// False where it is no token.
    private mutating func token() -> Bool {
        let start = at
        let byte = bytes[at]
        switch byte {
        case _ where Self.isSpace(byte):
            while at < bytes.count, Self.isSpace(bytes[at]), !isAt("-}}", 1) { at += 1 }
            // A space before a trimming delimiter belongs to that, unless it stands alone.
            if at > start { add(.space, slice(start), start) }
        case UInt8(ascii: "="): take(.assign, 1)
        case UInt8(ascii: ":"):
            guard isAt(":=") else { return fail("expected :=", start) }
            take(.declare, 2)
        case UInt8(ascii: "|"): take(.pipe, 1)
        case UInt8(ascii: ","): take(.comma, 1)
        case UInt8(ascii: "("):
            openParentheses += 1
            take(.leftParenthesis, 1)
        case UInt8(ascii: ")"):
            openParentheses -= 1
            guard openParentheses >= 0 else { return fail("unexpected right paren", start) }
            take(.rightParenthesis, 1)
        case UInt8(ascii: "\""): return quoted(byte, .string, "unterminated quoted string")
        case UInt8(ascii: "'"): return quoted(byte, .character, "unterminated character constant")
        case UInt8(ascii: "`"): return raw()
        case UInt8(ascii: "$"): return word(.variable)
        case UInt8(ascii: "."):
            guard at + 1 < bytes.count, Self.isDigit(bytes[at + 1]) else { return word(.field) }
            return number()
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case _ where Self.isWord(byte): return word(.identifier)
        // Go hands any other printable character on, and nothing takes it.
        default:
            let text = String(scalar(at))
            return fail(byte > 0x20 && byte < 0x7F ? "unexpected \(text.quoted) in command" : badCharacter, start)
        }
        return true
    }

    private mutating func quoted(_ quote: UInt8, _ kind: TemplateToken.Kind, _ problem: String) -> Bool {
        let start = at
        at += 1
        while at < bytes.count, bytes[at] != quote, bytes[at] != UInt8(ascii: "\n") {
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard at < bytes.count, bytes[at] == quote else { return fail(problem, start) }
        at += 1
        add(kind, slice(start), start)
        return true
    }

    private mutating func raw() -> Bool {
        let start = at
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "`") { at += 1 }
        guard at < bytes.count else { return fail("unterminated raw quoted string", start) }
        at += 1
        add(.rawString, slice(start), start)
        return true
    }

    private mutating func number() -> Bool {
        let start = at
        let signed = bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-")
        if signed { at += 1 }
        takeNumber()
        guard at - start > (signed ? 1 : 0), at == bytes.count || !Self.isWord(bytes[at]) else {
            at += 1
            return fail("bad number syntax: \(slice(start).quoted)", start)
        }
        add(.number, slice(start), start)
        return true
    }

    private mutating func takeNumber() {
        var digits = "0123456789_"
        if isAt("0x") || isAt("0X") { digits = "0123456789abcdefABCDEF_" }
        if isAt("0o") || isAt("0O") { digits = "01234567_" }
        if isAt("0b") || isAt("0B") { digits = "01_" }
        if digits != "0123456789_" { at += 2 }
        take(anyOf: digits)
        if isAt(".") {
            at += 1
            take(anyOf: digits)
        }
        let exponents = digits.contains("a") ? "pP" : "eE"
        guard digits.contains("9"), at < bytes.count, exponents.utf8.contains(bytes[at]) else { return }
        at += 1
        if isAt("+") || isAt("-") { at += 1 }
        take(anyOf: "0123456789_")
    }

    private mutating func take(anyOf wanted: String) {
        while at < bytes.count, wanted.utf8.contains(bytes[at]) { at += 1 }
    }

    private mutating func word(_ kind: TemplateToken.Kind) -> Bool {
        let start = at
        at += kind == .identifier ? 0 : 1
        while at < bytes.count, Self.isWord(bytes[at]) { at += 1 }
        let text = slice(start)
        guard atTerminator else {
            return fail(badCharacter, at)
        }
        switch (kind, text) {
        case (.field, "."): add(.dot, text, start)
        case (.identifier, "true"), (.identifier, "false"): add(.bool, text, start)
        case (.identifier, "nil"): add(.nilWord, text, start)
        case (.identifier, _): add(TemplateToken.keywords.contains(text) ? .keyword : kind, text, start)
        default: add(kind, text, start)
        }
        return true
    }

    private var atTerminator: Bool {
        guard at < bytes.count else { return true }
        return Self.isSpace(bytes[at]) || ".,|:()=".utf8.contains(bytes[at]) || isAt("}}")
    }
}

extension TemplateLexer {
    private func isAt(_ text: String, _ ahead: Int = 0) -> Bool {
        bytes[min(at + ahead, bytes.count)...].starts(with: text.utf8)
    }

    private func slice(_ start: Int) -> String {
        String(decoding: bytes[start..<min(at, bytes.count)], as: UTF8.self)
    }

    private func scalar(_ place: Int) -> Unicode.Scalar {
        String(decoding: bytes[place..<min(place + 4, bytes.count)], as: UTF8.self).unicodeScalars.first ?? "\u{FFFD}"
    }

    private mutating func take(_ kind: TemplateToken.Kind, _ length: Int) {
        at += length
        add(kind, slice(at - length), at - length)
    }

    private mutating func add(_ kind: TemplateToken.Kind, _ text: String, _ place: Int) {
        tokens.append(TemplateToken(kind: kind, text: text, place: place))
    }

    private mutating func fail(_ problem: String, _ place: Int) -> Bool {
        add(.mistake, problem, place)
        return false
    }

    private mutating func stop(_ problem: String, _ place: Int) -> Bool? {
        add(.mistake, problem, place)
        return nil
    }

    private var badCharacter: String { "unexpected bad character \(Self.named(scalar(at))) in command" }

    private static func named(_ scalar: Unicode.Scalar) -> String {
        let code = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
            + (scalar.value >= 0x20 && scalar.value != 0x7F ? " '\(scalar)'" : "")
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Letters beyond ASCII are taken as they come.
    private static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || isDigit(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
