import FleetModel

/// The fields that `update NAME FIELD VALUE` knows, and what their values may be.
enum NodeField {
    static let names =
        "name, host (ip), user (username), port, jump, location, description, profile, transport, label.KEY"

    /// Sets one field; the new name, where the field is the name.
    ///
    /// - Throws: `UsageError` for an unknown field or a bad value.
    static func set(_ field: String, to value: String, of node: inout Node) throws(UsageError) -> NodeName? {
        switch field {
        case "name": return try NodeName(value)
        case "host", "ip": node.host = try HostAddress(value)
        case "user", "username": node.user = try UserName(value)
        case "port": node.port = try Port(value)
        case "jump": node.jump = isNone(value) ? nil : try NodeName(value)
        case "location": node.location = value.isEmpty ? nil : try OneLine(value)
        case "description": node.details = value.isEmpty ? nil : try OneLine(value)
        case "profile": node.profile = isNone(value) ? nil : try profile(value)
        case "transport": node.transport = try transport(value)
        default: try setLabel(field, to: value, of: &node)
        }
        return nil
    }

    static func profile(_ text: String) throws(UsageError) -> Node.Profile {
        guard let profile = Node.Profile(rawValue: text) else {
            throw UsageError(
                "bad_profile",
                "no profile “\(text.quotedForMessage)”",
                advice: "one of: pipe, time, linux"
            )
        }
        return profile
    }

    static func transport(_ text: String) throws(UsageError) -> Node.Transport {
        guard let transport = Node.Transport(rawValue: text) else {
            throw UsageError(
                "bad_transport",
                "no transport “\(text.quotedForMessage)”",
                advice: "one of: libssh, openssh"
            )
        }
        return transport
    }

    private static func isNone(_ value: String) -> Bool { value.isEmpty || value == "none" }

    private static func setLabel(_ field: String, to value: String, of node: inout Node) throws(UsageError) {
        guard field.hasPrefix("label.") else {
            throw UsageError("unknown_field", "no field “\(field.quotedForMessage)”", advice: "one of: \(names)")
        }
        let key = try LabelKey(String(field.dropFirst(6)))
        node.labels[key] = value.isEmpty ? nil : try OneLine(value)
    }
}
