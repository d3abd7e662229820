package import FleetModel

/// Values as block-style YAML that YAML 1.1 and 1.2 read back as the same values: whatever a reader could take for a
/// number, a date or a truth value is quoted.
package enum YAMLWriting {
    /// One document with sorted keys and a line feed at the end.
    package static func text(_ value: JSONValue) -> String {
        var output = ""
        switch value {
        case .array(let elements) where !elements.isEmpty: write(elements, indent: 0, to: &output)
        case .object(let members) where !members.isEmpty: write(members, indent: 0, to: &output)
        case .null, .bool, .int, .double, .string, .array, .object: output += scalar(value, indent: 0) + "\n"
        }
        return output
    }

    private static func write(_ elements: [JSONValue], indent: Int, to output: inout String) {
        for element in elements {
            output += blanks(indent) + "-"
            write(after: element, indent: indent, to: &output)
        }
    }

    private static func write(_ members: [String: JSONValue], indent: Int, to output: inout String) {
        if let (key, tag) = taggedText(members) {
            // Not reached from `after`, which writes tagged text beside its key.
            output += blanks(indent) + tag + " " + string(key, indent: indent) + "\n"
            return
        }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            output += blanks(indent) + self.key(key) + ":"
            write(after: value, indent: indent, to: &output)
        }
    }

    /// What follows `-` or `key:`.
    private static func write(after value: JSONValue, indent: Int, to output: inout String) {
        switch value {
        case .object(let members) where !members.isEmpty:
            if let (text, tag) = taggedText(members) {
                output += " \(tag) \(string(text, indent: indent + 2))\n"
                return
            }
            // A list in a list keeps its own line: `- - a` is right, but hard to read.
            output += "\n"
            write(members, indent: indent + 2, to: &output)
        case .array(let elements) where !elements.isEmpty:
            output += "\n"
            write(elements, indent: indent + 2, to: &output)
        case .null, .bool, .int, .double, .string, .array, .object:
            output += " " + scalar(value, indent: indent + 2) + "\n"
        }
    }

    /// Vault and unsafe text go back to the tags that they came with.
    private static func taggedText(_ members: [String: JSONValue]) -> (text: String, tag: String)? {
        guard members.count == 1, let (key, value) = members.first, let text = value.string else { return nil }
        switch key {
        case "__ansible_vault": return (text, "!vault")
        case "__ansible_unsafe": return (text, "!unsafe")
        default: return nil
        }
    }

    private static func scalar(_ value: JSONValue, indent: Int) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): String(number)
        case .double(let number): float(number)
        case .string(let text): string(text, indent: indent)
        case .array: "[]"
        case .object: "{}"
        }
    }

    /// YAML 1.1 wants a point in a float, and a sign in its exponent.
    private static func float(_ number: Double) -> String {
        if number.isNaN { return ".nan" }
        if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
        let text = PythonText.float(number)
        guard let letter = text.firstIndex(of: "e"), !text.contains(".") else { return text }
        return text[..<letter] + ".0" + text[letter...]
    }

    private static func key(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    private static func string(_ text: String, indent: Int) -> String {
        if isPlain(text) { return text }
        return isBlock(text) ? block(text, indent: indent) : quoted(text)
    }

    /// In double quotes, everything that a reader would fold, refuse or not show written as an escape.
    private static func quoted(_ text: String) -> String {
        var output = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\t": output += "\\t"
            case _ where scalar.rewritesItsLine || scalar.value & 0xFFFE == 0xFFFE:
                let digits = String(scalar.value, radix: 16)
                let width = scalar.value > 0xFFFF ? 8 : 4
                output += (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output + "\""
    }

    /// Lines of printable text, none of them ending or the first beginning with a blank.
    private static func isBlock(_ text: String) -> Bool {
        guard text.contains("\n"), text.first != "\n", text.first != " ", text.first != "\t" else { return false }
        guard
            !text.unicodeScalars.contains(where: { $0 != "\n" && ($0.rewritesItsLine || $0.value & 0xFFFE == 0xFFFE) })
        else { return false }
        return text.contains { $0 != "\n" }
    }

    private static func block(_ text: String, indent: Int) -> String {
        let trailing = text.reversed().prefix { $0 == "\n" }.count
        let chomping = trailing == 0 ? "-" : trailing == 1 ? "" : "+"
        let lines = text.dropLast(trailing > 0 ? 1 : 0).split(separator: "\n", omittingEmptySubsequences: false)
        let body = lines.map { $0.isEmpty ? "" : blanks(max(indent, 2)) + $0 }
        return "|" + chomping + "\n" + body.joined(separator: "\n")
    }

    /// True for words that no version of YAML reads as anything but text, and that need no quotes.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 1000 else { return false }
        guard
            NameRuleBytes.isLetter(first) || first == UInt8(ascii: "/") || first == UInt8(ascii: "_")
                || NameRuleBytes.isDigit(first)
        else { return false }
        var previous = first
        for byte in text.utf8 {
            let isSafe =
                NameRuleBytes.isLetter(byte) || NameRuleBytes.isDigit(byte)
                || "._-/@+=~,; ()%$^*!?<>|'\"".utf8.contains(byte)
            let colon = byte == UInt8(ascii: ":")
            guard isSafe || colon else { return false }
            if previous == UInt8(ascii: ":"), byte == UInt8(ascii: " ") { return false }
            previous = byte
        }
        guard previous != UInt8(ascii: ":"), previous != UInt8(ascii: " ") else { return false }
        return !NameRuleBytes.isDigit(first) ? !isWord(text) : isDotted(text)
    }

    /// Text that begins with a digit is plain only as an address or a version: everything else is near some number.
    private static func isDotted(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count >= 3 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(NameRuleBytes.isDigit) }
    }

    /// The words of YAML 1.1 and 1.2 that are no text, in every spelling.
    private static func isWord(_ text: String) -> Bool {
        switch text.lowercased() {
        case "y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf": true
        default: false
        }
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}

/// ASCII classes.
private enum NameRuleBytes {
    static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
