internal import FleetModel

/// How Ansible would reach a host, read from its variables; later names win over earlier ones, as in its ssh plugin.
struct AnsibleConnection {
    static let host = ["ansible_host", "ansible_ssh_host"]
    static let port = ["ansible_port", "ansible_ssh_port"]
    static let user = ["ansible_user", "ansible_ssh_user"]
    static let identity = ["ansible_private_key_file", "ansible_ssh_private_key_file"]
    static let arguments = ["ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"]
    static let connection = "ansible_connection"
    /// Our own words, which an export writes and an import understands.
    static let location = "flotilla_location"
    static let details = "flotilla_description"
    static let profile = "flotilla_profile"
    static let labels = "flotilla_labels"

    /// Where the value of one variable comes from: the key and the value.
    typealias Found = (key: String, value: JSONValue)

    /// The last of these variables that a host has.
    static func found(_ keys: [String], _ lookUp: (String) -> JSONValue?) -> Found? {
        for key in keys.reversed() {
            if let value = lookUp(key), value != .null { return (key, value) }
        }
        return nil
    }

    /// A scalar as text, simple templates filled in: `{{ inventory_hostname }}.lan`. Nil where it stays a template or
    /// is no scalar.
    static func text(_ value: JSONValue, _ lookUp: (String) -> JSONValue?) -> String? {
        guard let text = value.scalarText else { return nil }
        guard text.contains("{{") || text.contains("{%") else { return text }
        return filled(text, lookUp, depth: 0)
    }

    private static func filled(_ text: String, _ lookUp: (String) -> JSONValue?, depth: Int) -> String? {
        guard depth < 5, !text.contains("{%"), !text.contains("{#") else { return nil }
        var output = ""
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            output += rest[..<open.lowerBound]
            rest = rest[open.upperBound...]
            guard let close = rest.firstRange(of: "}}") else { return nil }
            let name = rest[..<close.lowerBound].trimmed
            guard !name.isEmpty,
                name.utf8.allSatisfy({
                    $0 == UInt8(ascii: "_") || Character(Unicode.Scalar($0)).isLetter
                        || Character(Unicode.Scalar($0)).isNumber
                }),
                let value = lookUp(String(name))?.scalarText, let inner = filled(value, lookUp, depth: depth + 1)
            else { return nil }
            output += inner
            rest = rest[close.upperBound...]
        }
        return output + rest
    }
}

extension Substring {
    /// Where a short text first stands; there is no Foundation here.
    fileprivate func firstRange(of text: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
