/// Text that was checked once, at the edge; below it nobody checks again.
package protocol CheckedText: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What an operator calls it: `node name`, `host`, `user`.
    static var noun: String { get }
    /// The text as it was given.
    var text: String { get }
    /// - Throws: `UsageError` that names the character or the rule.
    init(_ text: String) throws(UsageError)
}

extension CheckedText {
    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// The rules of names, in one place: length, first character, alphabet.
struct NameRule {
    var noun: String
    var length: ClosedRange<Int>
    var first: (UInt8) -> Bool
    var rest: (UInt8) -> Bool
    var allowed: String

    func check(_ text: String) throws(UsageError) {
        guard let first = text.utf8.first else { throw refusal("is empty") }
        guard length.contains(text.utf8.count) else {
            throw refusal("is \(text.utf8.count) bytes long; at most \(length.upperBound) are allowed")
        }
        // Ten thousand nodes are read at every start: the usual text is looked at byte by byte.
        if self.first(first), text.utf8.allSatisfy(rest) { return }
        guard self.first(first) else {
            throw refusal("“\(text.quotedForMessage)” begins with \(text.unicodeScalars.first?.shownInMessage ?? "?")")
        }
        for scalar in text.unicodeScalars where !(scalar.isASCII && rest(UInt8(scalar.value))) {
            throw refusal("“\(text.quotedForMessage)” contains \(scalar.shownInMessage)")
        }
    }

    private func refusal(_ reason: String) -> UsageError {
        let code = "bad_" + noun.map { $0 == " " ? "_" : String($0) }.joined()
        return UsageError(code, "\(noun) \(reason)", advice: "a \(noun) is \(allowed)")
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}

extension Unicode.Scalar {
    /// The character as a message may show it: control characters and look-alikes by their code point.
    package var shownInMessage: String {
        let code =
            "U+" + String(repeating: "0", count: max(0, 4 - String(value, radix: 16).count))
            + String(value, radix: 16, uppercase: true)
        return value > 0x20 && value < 0x7F ? "“\(self)” (\(code))" : code
    }
}

extension String {
    /// At most 40 characters, control characters made visible: safe to put into a message.
    package var quotedForMessage: String {
        let shown = unicodeScalars.prefix(40).map {
            $0.value < 0x20 || $0.value == 0x7F ? $0.shownInMessage : String($0)
        }
        return shown.joined() + (unicodeScalars.count > 40 ? "…" : "")
    }
}
