/// The name of a node: 1 to 63 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit, not `all`.
package struct NodeName: CheckedText {
    package static let noun = "node name"
    package let text: String

    package init(_ text: String) throws(UsageError) {
        self.text = try checkedName(text, noun: Self.noun)
    }
}

/// The name of a group; the same rule as for nodes, and groups and nodes may share a name.
package struct GroupName: CheckedText {
    package static let noun = "group name"
    package let text: String

    package init(_ text: String) throws(UsageError) {
        self.text = try checkedName(text, noun: Self.noun)
    }
}

/// A log-in name: 1 to 32 of `A-Z a-z 0-9 . _ -`, not beginning with `-`.
package struct UserName: CheckedText {
    package static let noun = "user"
    package let text: String

    package init(_ text: String) throws(UsageError) {
        let rule = NameRule(
            noun: Self.noun,
            length: 1...32,
            first: { $0 != UInt8(ascii: "-") && NameRule.isNameByte($0) },
            rest: NameRule.isNameByte,
            allowed: "1 to 32 of A-Z a-z 0-9 . _ -, not beginning with -"
        )
        try rule.check(text)
        self.text = text
    }
}

/// The key of a label: 1 to 63 of `A-Z a-z 0-9 . _ -`, beginning with a letter or `_`.
package struct LabelKey: CheckedText {
    package static let noun = "label key"
    package let text: String

    package init(_ text: String) throws(UsageError) {
        let rule = NameRule(
            noun: Self.noun,
            length: 1...63,
            first: { $0 == UInt8(ascii: "_") || (NameRule.isLetterOrDigit($0) && $0 > UInt8(ascii: "9")) },
            rest: NameRule.isNameByte,
            allowed: "1 to 63 of A-Z a-z 0-9 . _ -, beginning with a letter or _"
        )
        try rule.check(text)
        self.text = text
    }
}

/// Free text of one line, such as a label's value, a location or a description: at most 1,024 bytes, no control characters.
package struct OneLine: CheckedText {
    package static let noun = "text"
    package let text: String

    package init(_ text: String) throws(UsageError) {
        guard text.utf8.count <= 1024 else {
            throw UsageError("bad_text", "text is \(text.utf8.count) bytes long", advice: "at most 1024 are allowed")
        }
        if text.utf8.allSatisfy({ 0x20 <= $0 && $0 < 0x7F }) {
            self.text = text
            return
        }
        // C1 controls and bidirectional overrides would let a value rewrite the line it is shown on.
        for scalar in text.unicodeScalars where scalar.rewritesItsLine {
            throw UsageError(
                "bad_text",
                "“\(text.quotedForMessage)” contains \(scalar.shownInMessage)",
                advice: "control characters are not allowed"
            )
        }
        self.text = text
    }
}

extension Unicode.Scalar {
    /// Control characters, line separators and bidirectional overrides: never shown raw.
    package var rewritesItsLine: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}

private func checkedName(_ text: String, noun: String) throws(UsageError) -> String {
    let allowed = "1 to 63 of A-Z a-z 0-9 . _ -, beginning with a letter or digit, and not “all”"
    let rule = NameRule(
        noun: noun,
        length: 1...63,
        first: NameRule.isLetterOrDigit,
        rest: NameRule.isNameByte,
        allowed: allowed
    )
    try rule.check(text)
    guard text != "all" else {
        throw UsageError(
            "bad_" + (noun == NodeName.noun ? "node_name" : "group_name"),
            "“all” is not a \(noun)",
            advice: "a \(noun) is \(allowed)"
        )
    }
    return text
}
