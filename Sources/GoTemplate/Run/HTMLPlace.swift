/// Where in an HTML document the writing is: enough of HTML to know how a value must be escaped there.
struct HTMLPlace {
    enum Kind: Equatable {
        case text
        /// Inside a tag, outside of quotes.
        case tag
        /// Inside quotes.
        case attribute
        /// Inside the quotes of `href`, `src` and their kind.
        case address(isAtStart: Bool)
        case comment
        /// Inside `script`, `style` and attributes that hold code.
        case code
    }

    private(set) var kind = Kind.text
    private var quote: UInt8 = 0
    /// The bytes since the tag, attribute or comment began, lower case.
    private var word: [UInt8] = []
    private var tagName: [UInt8] = []
    private var rawElement: [UInt8] = []

    mutating func pass(_ text: some Sequence<UInt8>) {
        for byte in text { pass(byte) }
    }

    mutating func leaveStartOfAddress() { if case .address = kind { kind = .address(isAtStart: false) } }

    private mutating func pass(_ byte: UInt8) {
        switch kind {
        case .text: inText(byte)
        case .tag: inTag(byte)
        case .attribute, .address:
            if byte == quote { leaveQuotes() } else { leaveStartOfAddress() }
        case .comment:
            word = word.suffix(2) + [byte]
            if word.elementsEqual("-->".utf8) { (kind, word) = (.text, []) }
        case .code: inCode(byte)
        }
    }

    private mutating func inText(_ byte: UInt8) {
        word = byte == UInt8(ascii: "<") ? [byte] : word.isEmpty ? [] : word + [byte]
        guard let second = word.dropFirst().first else { return }
        if word.elementsEqual("<!--".utf8) {
            (kind, word) = (.comment, [])
        } else if second | 0x20 >= UInt8(ascii: "a") && second | 0x20 <= UInt8(ascii: "z")
            || second == UInt8(ascii: "/")
        {
            (kind, tagName, word) = (.tag, [second | 0x20], [])
            if second == UInt8(ascii: "/") { tagName = [second] }
        } else if second != UInt8(ascii: "!") || word.count > 4 {
            word = []
        }
    }

    private mutating func inTag(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: ">"):
            let name = String(decoding: tagName, as: UTF8.self)
            let holdsCode = name == "script" || name == "style"
            (kind, word, rawElement) = (holdsCode ? .code : .text, [], holdsCode ? tagName : [])
            quote = 0
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            quote = byte
            kind = Self.kind(ofAttribute: word)
            word = []
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "/"):
            word.append(UInt8(ascii: " "))
        default:
            if word.isEmpty, tagName.count < 32 { tagName.append(byte | 0x20) } else { word.append(byte | 0x20) }
        }
    }

    private static let addresses: Set<String> = ["href", "src", "action", "formaction", "cite", "poster", "background"]

    /// `word` is what stood in the tag up to the quote: ` class=`.
    private static func kind(ofAttribute word: [UInt8]) -> Kind {
        let text = String(decoding: word, as: UTF8.self)
        let name = text.split { $0 == " " || $0 == "=" }.last.map(String.init) ?? ""
        if name.hasPrefix("on") || name == "style" || name == "srcset" { return .code }
        return addresses.contains(name) ? .address(isAtStart: true) : .attribute
    }

    private mutating func leaveQuotes() { (kind, quote, word) = (.tag, 0, [UInt8(ascii: " ")]) }

    private mutating func inCode(_ byte: UInt8) {
        guard rawElement.isEmpty else {
            word = word.suffix(rawElement.count + 1) + [byte | 0x20]
            if word.elementsEqual("</".utf8.map { $0 | 0x20 } + rawElement) {
                (kind, tagName, word, rawElement) = (.tag, [UInt8(ascii: "/")], [UInt8(ascii: " ")], [])
            }
            return
        }
        if byte == quote { leaveQuotes() }
    }
}

extension HTMLPlace {
    /// As Go's `html/template` escapes text and quoted attributes.
    static func escaped(_ text: String, keepsEntities: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += keepsEntities ? "&" : "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&#34;"
            case "'": result += "&#39;"
            case "+": result += "&#43;"
            case "\0": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// False for `javascript:` and every other scheme that can run something.
    static func isHarmlessAddress(_ text: String) -> Bool {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let scheme = text[..<colon]
        guard !scheme.utf8.contains(UInt8(ascii: "/")) else { return true }
        return ["http", "https", "mailto"].contains(scheme.lowercased())
    }

    /// Bytes that no address holds, percent-encoded; what is encoded already stays.
    static func normalizedAddress(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain = byte > 0x20 && byte < 0x7F && !"\"'()<>\\^`{|}".utf8.contains(byte)
            let code = String(byte, radix: 16)
            result += isPlain ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + code
        }
        return result
    }
}
