/// Values as Go's `fmt` prints them with `%v`.
package enum GoPrinter {
    /// - Throws: `GoFunctionError` where the text gets too long.
    package static func print(_ value: GoValue, into text: inout BoundedText) throws(GoFunctionError) {
        switch value {
        case .none: try text.append("<nil>")
        case .bool(let flag): try text.append(flag ? "true" : "false")
        case .int(let number): try text.append(String(number))
        case .float(let number): try text.append(GoFloat(number).general)
        case .string(let part): try text.append(part)
        case .list(let elements): try list("[", elements, into: &text)
        case .map(let map): try print(map, into: &text)
        case .object(let object):
            if let part = object.text { return try text.append(part) }
            switch object.core {
            case .plain(let value): try print(value, into: &text)
            case .structure(let fields): try list("{", fields.map(\.value), into: &text)
            }
        }
    }

    /// As `print`, cut where it gets too long.
    package static func text(of value: GoValue) -> String {
        var text = BoundedText()
        try? print(value, into: &text)
        return text.text
    }

    private static func list(
        _ open: String,
        _ elements: [GoValue],
        into text: inout BoundedText
    ) throws(GoFunctionError) {
        try text.append(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { try text.append(" ") }
            try print(element, into: &text)
        }
        try text.append(open == "[" ? "]" : "}")
    }

    private static func print(_ map: GoMap, into text: inout BoundedText) throws(GoFunctionError) {
        try text.append("map[")
        for (index, entry) in map.sorted.enumerated() {
            if index > 0 { try text.append(" ") }
            try text.append(entry.key + ":")
            try print(entry.value, into: &text)
        }
        try text.append("]")
    }

    /// Go's `Sprint`: a space between two operands where neither is a text.
    static func joined(_ values: [GoValue]) throws(GoFunctionError) -> String {
        var text = BoundedText()
        for (index, value) in values.enumerated() {
            if index > 0, !isText(value), !isText(values[index - 1]) { try text.append(" ") }
            try print(value, into: &text)
        }
        return text.text
    }

    private static func isText(_ value: GoValue) -> Bool { value.plain.isString }

    /// Go's `Sprintln`: a space between all of them, a line feed behind.
    static func line(_ values: [GoValue]) throws(GoFunctionError) -> String {
        var text = BoundedText()
        for (index, value) in values.enumerated() {
            if index > 0 { try text.append(" ") }
            try print(value, into: &text)
        }
        try text.append("\n")
        return text.text
    }
}
