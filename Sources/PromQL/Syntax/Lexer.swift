/// Cuts a query into tokens, all at once.
struct Lexer {
    let bytes: [UInt8]
    var position = 0
    private var start = 0
    private var found: [Token] = []
    private var openParentheses = 0
    private var isInBraces = false
    private var isInBrackets = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The tokens up to the end or the first mistake, and that mistake: it counts only when the parser gets so far.
    mutating func tokens() -> (tokens: [Token], mistake: PromQLError?) {
        var mistake: PromQLError?
        do throws(PromQLError) { try lex() } catch { mistake = error }
        let place = mistake?.range?.start ?? bytes.count
        found.append(Token(kind: .end, range: SourceRange(place, place)))
        return (found, mistake)
    }

    private mutating func lex() throws(PromQLError) {
        while true {
            skipBlanksAndComments()
            start = position
            guard let byte = current else { break }
            if isInBraces { try lexInBraces(byte) } else { try lexOutside(byte) }
        }
        if isInBraces { throw error("unexpected end of input inside braces") }
        if openParentheses > 0 { throw error("unclosed left parenthesis") }
        if isInBrackets { throw error("unclosed left bracket") }
    }

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    func peek(_ distance: Int = 1) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    func error(_ problem: String) -> PromQLError {
        .badQuery(problem, at: SourceRange(start, bytes.count), in: bytes)
    }

    private mutating func emit(_ kind: Token.Kind, _ length: Int = 0) {
        position += length
        found.append(Token(kind: kind, range: SourceRange(start, position)))
    }

    private mutating func skipBlanksAndComments() {
        while let byte = current {
            if byte == UInt8(ascii: "#") {
                while let byte = current, byte != 0x0A, byte != 0x0D { position += 1 }
            } else if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func lexInBraces(_ byte: UInt8) throws(PromQLError) {
        switch byte {
        case UInt8(ascii: ","): emit(.comma, 1)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            try scanString(byte)
            emit(.string)
        case UInt8(ascii: "="): peek() == UInt8(ascii: "~") ? emit(.equalPattern, 2) : emit(.equal, 1)
        case UInt8(ascii: "!"):
            switch peek() {
            case UInt8(ascii: "~"): emit(.notEqualPattern, 2)
            case UInt8(ascii: "="): emit(.binary(.notEqual), 2)
            default: throw error("unexpected character after '!' inside braces: \(shown(peek()))")
            }
        case UInt8(ascii: "{"): throw error("unexpected left brace '{'")
        case UInt8(ascii: "}"):
            isInBraces = false
            emit(.rightBrace, 1)
        default:
            guard byte.isLetter else { throw error("unexpected character inside braces: \(shown(byte))") }
            while current?.isLetterOrDigit == true { position += 1 }
            emit(.identifier)
        }
    }

    private mutating func lexOutside(_ byte: UInt8) throws(PromQLError) {
        if byte.isDigit || byte == UInt8(ascii: ".") && peek()?.isDigit == true {
            let kind = try scanNumberOrDuration()
            return emit(kind)
        }
        if isInBrackets, byte == UInt8(ascii: ":") { return emit(.colon, 1) }
        if byte.isLetter || byte == UInt8(ascii: ":") { return lexWord() }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            try scanString(byte)
            emit(.string)
        case UInt8(ascii: "("):
            openParentheses += 1
            emit(.leftParenthesis, 1)
        case UInt8(ascii: ")"):
            openParentheses -= 1
            if openParentheses < 0 { throw error("unexpected right parenthesis ')'") }
            emit(.rightParenthesis, 1)
        case UInt8(ascii: "{"):
            isInBraces = true
            emit(.leftBrace, 1)
        case UInt8(ascii: "["):
            if isInBrackets { throw error("unexpected left bracket '['") }
            isInBrackets = true
            emit(.leftBracket, 1)
        case UInt8(ascii: "]"):
            if !isInBrackets { throw error("unexpected right bracket ']'") }
            isInBrackets = false
            emit(.rightBracket, 1)
        case UInt8(ascii: ","): emit(.comma, 1)
        case UInt8(ascii: "@"): emit(.at, 1)
        default: try lexOperator(byte)
        }
    }

    private mutating func lexOperator(_ byte: UInt8) throws(PromQLError) {
        let isEqualNext = peek() == UInt8(ascii: "=")
        switch byte {
        case UInt8(ascii: "+"): emit(.binary(.add), 1)
        case UInt8(ascii: "-"): emit(.binary(.subtract), 1)
        case UInt8(ascii: "*"): emit(.binary(.multiply), 1)
        case UInt8(ascii: "/"): emit(.binary(.divide), 1)
        case UInt8(ascii: "%"): emit(.binary(.modulo), 1)
        case UInt8(ascii: "^"): emit(.binary(.power), 1)
        case UInt8(ascii: "<"): isEqualNext ? emit(.binary(.lessOrEqual), 2) : emit(.binary(.less), 1)
        case UInt8(ascii: ">"): isEqualNext ? emit(.binary(.greaterOrEqual), 2) : emit(.binary(.greater), 1)
        case UInt8(ascii: "="):
            if peek() == UInt8(ascii: "~") { throw error("unexpected character after '=': '~'") }
            isEqualNext ? emit(.binary(.equal), 2) : emit(.equal, 1)
        case UInt8(ascii: "!"):
            guard isEqualNext else { throw error("unexpected character after '!': \(shown(peek()))") }
            emit(.binary(.notEqual), 2)
        default: throw error("unexpected character: \(shown(byte))")
        }
    }

    private mutating func lexWord() {
        var hasColon = false
        while let byte = current, byte.isLetterOrDigit || byte == UInt8(ascii: ":") {
            hasColon = hasColon || byte == UInt8(ascii: ":")
            position += 1
        }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        emit(Token.words[word.lowercased()] ?? (hasColon ? .metricIdentifier : .identifier))
    }

    private func shown(_ byte: UInt8?) -> String {
        guard let byte else { return "end of input" }
        guard byte >= 0x80 else { return "'\(Character(Unicode.Scalar(byte)))'" }
        let rest = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        return "'\(rest.prefix(1))'"
    }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// ASCII letters and the underscore.
    var isLetter: Bool { self | 0x20 >= 0x61 && self | 0x20 <= 0x7A || self == 0x5F }

    var isLetterOrDigit: Bool { isLetter || isDigit }

    /// The value as a hexadecimal digit.
    var hexDigit: UInt32? {
        switch self {
        case 0x30...0x39: UInt32(self - 0x30)
        case 0x41...0x46: UInt32(self - 0x41 + 10)
        case 0x61...0x66: UInt32(self - 0x61 + 10)
        default: nil
        }
    }
}
