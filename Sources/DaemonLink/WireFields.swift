import FleetModel

/// A message between two versions of ourselves that does not say what it must.
struct WireError: Explained, Hashable {
    let field: String
    var code: String { "state.daemon_mismatch" }
    var problem: String { "the daemon and this command do not understand each other: \(field)" }
    var advice: String? { "both must be the same version: flotilla collector stop, then start it again" }
}

/// Reads the members of one JSON object of the wire.
struct WireFields {
    private let members: [String: JSONValue]

    init(_ value: JSONValue?) throws(WireError) {
        guard let members = value?.object else { throw WireError(field: "object") }
        self.members = members
    }

    func text(_ key: String) throws(WireError) -> String {
        guard let text = members[key]?.string else { throw WireError(field: key) }
        return text
    }

    func optionalText(_ key: String) -> String? { members[key]?.string }

    func int(_ key: String) throws(WireError) -> Int {
        guard case .int(let number)? = members[key] else { throw WireError(field: key) }
        return Int(number)
    }

    func optionalInt(_ key: String) -> Int? {
        if case .int(let number)? = members[key] { Int(number) } else { nil }
    }

    func flag(_ key: String) -> Bool { members[key] == .bool(true) }

    func list(_ key: String) throws(WireError) -> [JSONValue] {
        guard case .array(let elements)? = members[key] else { throw WireError(field: key) }
        return elements
    }

    func value(_ key: String) -> JSONValue? { members[key] }

    func duration(_ key: String) -> Duration? { optionalInt(key).map { .milliseconds($0) } }

    func checked<Text: CheckedText>(_ key: String) throws -> Text { try Text(text(key)) }
}

extension JSONValue {
    static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    static func optional(_ duration: Duration?) -> JSONValue { duration.map { .int($0.milliseconds) } ?? .null }
    static func bytesText(_ bytes: [UInt8]) -> JSONValue { .array(bytes.map { .int(Int64($0)) }) }
}
