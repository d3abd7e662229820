internal import FleetModel

/// A YAML or JSON text as Ansible's loader takes it: JSON first, because the two read `1e3` and escapes differently.
enum YAMLDocument {
    /// Nil where the text holds nothing.
    ///
    /// - Throws: `YAMLFault`.
    static func root(of bytes: [UInt8]) throws(YAMLFault) -> YAMLNode? {
        let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "["), let json = try? JSONReading.parse(bytes) else {
            return try YAMLComposing.compose(bytes)
        }
        // Only YAML's parser knows places; where it means the same, its nodes are the better ones.
        if let root = try? YAMLComposing.compose(bytes) {
            var constructing = YAMLConstructing()
            if (try? constructing.value(root)) == json { return root }
        }
        return node(json)
    }

    private static func node(_ value: JSONValue) -> YAMLNode {
        let content: YAMLNode.Content
        var tag: String?
        switch value {
        case .null: content = .scalar("null", isPlain: true)
        case .bool(let flag): content = .scalar(flag ? "true" : "false", isPlain: true)
        case .int(let number): content = .scalar(String(number), isPlain: true)
        case .double(let number):
            content = .scalar(PythonText.float(number), isPlain: true)
            tag = YAMLTag.prefix + "float"
        case .string(let text): content = .scalar(text, isPlain: false)
        case .array(let elements): content = .sequence(elements.map(node))
        case .object(let members):
            content = .mapping(
                members.sorted { $0.key < $1.key }.map { member in
                    YAMLNode.Member(key: node(.string(member.key)), value: node(member.value))
                }
            )
        }
        return YAMLNode(content: content, tag: tag, mark: YAMLMark(line: 1, column: 1), weight: 1)
    }
}
