package import FleetModel

extension LabelMatcher {
    /// The operator as it is written.
    package var sign: String {
        switch test {
        case .equal: "="
        case .notEqual: "!="
        case .matches: "=~"
        case .notMatches: "!~"
        }
    }

    /// What stands on the right: a value or a pattern.
    package var operand: String {
        switch test {
        case .equal(let value), .notEqual(let value): value
        case .matches(let pattern), .notMatches(let pattern): pattern.text
        }
    }

    /// - Throws: `PatternError` for `=~` and `!~` with what is no pattern.
    package init(_ name: String, sign: String, operand: String) throws(PatternError) {
        switch sign {
        case "=~": self.init(name, .matches(try Pattern(operand)))
        case "!~": self.init(name, .notMatches(try Pattern(operand)))
        case "!=": self.init(name, .notEqual(operand))
        default: self.init(name, .equal(operand))
        }
    }

    /// As Alertmanager writes it, which group keys are made of.
    package var alertText: String {
        guard Self.isClassicName(name) else { return name.quoted + sign + operand.quoted }
        return name + sign + "\"" + Self.escaped(operand) + "\""
    }

    /// A missing label has the empty value.
    package func holds(in labels: LabelSet) -> Bool { holds(for: labels[name]) }

    /// The names that Alertmanager had before UTF-8.
    static func isClassicName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
        return name.utf8.allSatisfy { isClassicNameByte($0) && $0 != UInt8(ascii: ":") }
    }

    /// Letters, digits, `_` and `:`.
    static func isClassicNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...58, 65...90, 95, 97...122: true
        default: false
        }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension [LabelMatcher] {
    package func hold(in labels: LabelSet) -> Bool { allSatisfy { $0.holds(in: labels) } }

    /// By name, then value, then operator: the order of group keys and of comparison.
    package var inOrder: [LabelMatcher] {
        sorted { left, right in
            if left.name != right.name { return left.name.isBefore(right.name) }
            if left.operand != right.operand { return left.operand.isBefore(right.operand) }
            return Self.rank(left) < Self.rank(right)
        }
    }

    /// `{a="b",c=~"d"}`
    package var alertText: String { "{" + map(\.alertText).joined(separator: ",") + "}" }

    private static func rank(_ matcher: LabelMatcher) -> Int {
        switch matcher.test {
        case .equal: 0
        case .notEqual: 1
        case .matches: 2
        case .notMatches: 3
        }
    }
}

extension LabelSet {
    /// `{a="b", c="d"}`, `{}` where there is none: as group keys have it.
    package var groupText: String {
        "{"
            + labels.map { (Self.isPlainLabel($0.key) ? $0.key : $0.key.quoted) + "=" + $0.value.quoted }
            .joined(separator: ", ") + "}"
    }
}
