internal import FleetModel

/// What a plain scalar of YAML 1.1 means, by the rules of PyYAML's resolver, which Ansible uses: `yes` is true,
/// `0644` is octal, `22:30` is 1350, `1e3` is text.
enum YAMLScalar {
    static func isNull(_ text: String) -> Bool {
        switch text {
        case "", "~", "null", "Null", "NULL": true
        default: false
        }
    }

    /// True when the plain text is a string and nothing else.
    static func isString(_ text: String) -> Bool {
        if case .text = meaning(of: text) { true } else { false }
    }

    enum Meaning {
        case text
        case value(JSONValue)
        /// `<<`.
        case merge
        /// Looks like a date, but no calendar has it.
        case noSuchDate
    }

    static func meaning(of text: String) -> Meaning {
        guard let first = text.utf8.first else { return .value(.null) }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            return numeric(text)
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "y"), UInt8(ascii: "Y"),
            UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"),
            UInt8(ascii: "O"):
            if isNull(text) { return .value(.null) }
            return bool(text).map { .value(.bool($0)) } ?? .text
        case UInt8(ascii: "<"): return text == "<<" ? .merge : .text
        default: return .text
        }
    }

    static func bool(_ text: String) -> Bool? {
        switch text {
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": true
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": false
        default: nil
        }
    }

    private static func numeric(_ text: String) -> Meaning {
        // A number of YAML is short; what is longer is text, or a number that no one wrote by hand.
        guard text.utf8.count <= 400 else { return .text }
        let bytes = Array(text.utf8)
        if let number = YAMLNumber.float(bytes) { return .value(.double(number)) }
        if let number = YAMLNumber.int(bytes) { return .value(number) }
        switch YAMLTimestamp.isoFormat(bytes) {
        case .none: return .text
        case .some(nil): return .noSuchDate
        case .some(let date?): return .value(.string(date))
        }
    }
}
