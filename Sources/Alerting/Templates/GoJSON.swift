internal import FleetModel
internal import GoTemplate

/// `toJson`: as Go's encoder writes it, with `<`, `>` and `&` as codes.
enum GoJSON {
    static func text(_ value: GoValue) throws(GoFunctionError) -> String {
        var text = BoundedText()
        try write(value, &text)
        return text.text
    }

    private static func write(_ value: GoValue, _ text: inout BoundedText) throws(GoFunctionError) {
        switch value {
        case .none: try text.append("null")
        case .bool(let flag): try text.append(flag ? "true" : "false")
        case .int(let number): try text.append(String(number))
        case .float(let number): try text.append(number.magnitude < 1e21 ? plain(number) : GoFloat(number).general)
        case .string(let part): try text.append(quoted(part))
        case .list(let elements):
            try text.append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { try text.append(",") }
                try write(element, &text)
            }
            try text.append("]")
        case .map(let map):
            try members(map.entries.sorted { $0.key.isBefore($1.key) }.map { ($0.key, $0.value) }, &text)
        case .object(let object): try write(object, &text)
        }
    }

    private static func write(_ object: any GoObject, _ text: inout BoundedText) throws(GoFunctionError) {
        if let time = object as? GoTime {
            return try text.append(quoted(time.formatted("2006-01-02T15:04:05.999999999Z07:00")))
        }
        switch object.core {
        case .plain(let value): try write(value, &text)
        case .structure(let fields):
            try members(fields.map { (name(of: $0.name), $0.value) }, &text)
        }
    }

    private static func name(of field: String) -> String {
        field == "NotificationReason" ? "notification_reason" : field.prefix(1).lowercased() + field.dropFirst()
    }

    private static func members(
        _ members: [(String, GoValue)],
        _ text: inout BoundedText
    ) throws(GoFunctionError) {
        try text.append("{")
        for (index, member) in members.enumerated() {
            try text.append((index > 0 ? "," : "") + quoted(member.0) + ":")
            try write(member.1, &text)
        }
        try text.append("}")
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() ? GoFloat(number).fixed(0) : GoFloat(number).general
    }

    private static func quoted(_ text: String) -> String {
        JSONValue.string(text).text().replacing("<", with: "\\u003c").replacing(">", with: "\\u003e")
            .replacing("&", with: "\\u0026").replacing("\u{2028}", with: "\\u2028")
            .replacing("\u{2029}", with: "\\u2029").replacing("\\u007f", with: "\u{7F}")
    }
}
