import FleetModel

/// JSON of the `variables` and `detail` columns, which `JSONValue.text()` wrote and SQLite checked (`json_valid`).
enum StoredJSON {
    static func text(_ members: [String: JSONValue]) -> String {
        members.isEmpty ? "{}" : JSONValue.object(members).text()
    }

    /// - Throws: `UsageError` where the text is no JSON object; the reader makes a `state.damaged` of it.
    static func object(_ text: String) throws(UsageError) -> [String: JSONValue] {
        // Nearly every node of a large fleet has none.
        if text == "{}" { return [:] }
        guard case .object(let members) = try value(text) else {
            throw UsageError("bad_json", "“\(text.quotedForMessage)” is not a JSON object")
        }
        return members
    }

    /// - Throws: `UsageError` where the text is no JSON.
    static func value(_ text: String) throws(UsageError) -> JSONValue {
        do {
            return try JSONReading.parse(text)
        } catch {
            throw UsageError("bad_json", "“\(text.quotedForMessage)” is not JSON: \(error.problem)")
        }
    }
}
