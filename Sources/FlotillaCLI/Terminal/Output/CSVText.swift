import FleetModel

/// RFC 4180 with a header line, but with line feeds as Unix tools expect them.
package enum CSVText {
    /// Raw values by column key; lists are joined by `;`, other structures are JSON, nothing is an empty field.
    package static func text(of table: Table) -> String {
        var output = line(table.columns.map(\.key))
        for row in table.rows { output += line(row.map { field($0.value) }) }
        return output
    }

    private static func line(_ fields: [String]) -> String {
        fields.map(quoted).joined(separator: ",") + "\n"
    }

    private static func field(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .array(let elements): elements.map { $0.scalarText ?? $0.safeText(pretty: false) }.joined(separator: ";")
        case .object: value.safeText(pretty: false)
        case .double(let number) where !number.isFinite: ""
        case .bool, .int, .double, .string: value.scalarText ?? ""
        }
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { byte in
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
            default: false
            }
        }
        guard needsQuotes || field.first == " " || field.last == " " else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
