internal import FleetModel

/// The matchers of Alertmanager before 0.27: plain names, values in double quotes or bare.
enum ClassicMatchers {
    static func parse(_ text: String) throws(MatcherError) -> [LabelMatcher] {
        var inner = trimmed(text.unicodeScalars[...])
        if inner.first == "{" { inner = inner.dropFirst() }
        if inner.last == "}" { inner = inner.dropLast() }
        var matchers: [LabelMatcher] = []
        for part in try parts(of: inner) { matchers.append(try matcher(part)) }
        return matchers
    }

    /// Split at the commas outside quotes; one at the end may be too many.
    private static func parts(of text: Scalars) throws(MatcherError) -> [Scalars] {
        var parts: [Scalars] = []
        var start = text.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            let scalar = text[index]
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                isQuoted.toggle()
            } else if scalar == ",", !isQuoted {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        if !trimmed(text[start...]).isEmpty { parts.append(text[start...]) }
        return parts
    }

    private static func matcher(_ part: Scalars) throws(MatcherError) -> LabelMatcher {
        let part = trimmed(part)
        let name = part.prefix { $0.isASCII && LabelMatcher.isClassicNameByte(UInt8($0.value)) }
        var rest = trimmed(part[name.endIndex...])
        guard let first = name.first, !("0"..."9").contains(first),
            let sign = ["=~", "!=", "!~", "="].first(where: { rest.starts(with: $0.unicodeScalars) })
        else { throw MatcherError("“\(String(part).quotedForMessage)” is no matcher: expected name=\"value\"") }
        rest = trimmed(rest.dropFirst(sign.unicodeScalars.count))
        return try MatcherSyntax.matcher(String(name), sign, try value(rest))
    }

    private static func value(_ raw: Scalars) throws(MatcherError) -> String {
        let isQuoted = raw.first == "\""
        var rest = isQuoted ? raw.dropFirst() : raw
        var value = ""
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\\":
                switch rest.popFirst() {
                case "n": value += "\n"
                case "\"": value += "\""
                case "\\", nil: value += "\\"
                case let other?:
                    value += "\\"
                    value.unicodeScalars.append(other)
                }
            case "\"":
                guard isQuoted, rest.isEmpty else {
                    throw MatcherError(
                        "the value \(String(raw).quotedForMessage) has a double quote without a backslash"
                    )
                }
                return value
            default: value.unicodeScalars.append(scalar)
            }
        }
        guard !isQuoted else {
            throw MatcherError("the value \(String(raw).quotedForMessage) has no closing double quote")
        }
        return value
    }

    typealias Scalars = Substring.UnicodeScalarView

    private static func trimmed(_ text: Scalars) -> Scalars {
        var text = text
        while text.first?.properties.isWhitespace == true { text = text.dropFirst() }
        while text.last?.properties.isWhitespace == true { text = text.dropLast() }
        return text
    }
}
