/// One node of a YAML document, as written: nothing is resolved, duplicate keys are still there.
struct YAMLNode {
    var content: Content
    /// The tag that stands in the text, such as `!vault`; nil where none does.
    var tag: String?
    var mark: YAMLMark
    /// This node and all inside it, aliases counted as often as they are used.
    var weight: Int

    enum Content {
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Member])
    }

    struct Member {
        var key: YAMLNode
        var value: YAMLNode
    }

    /// The text of a scalar that is a string for YAML 1.1, or nil.
    var stringText: String? {
        guard case .scalar(let text, let isPlain) = content else { return nil }
        guard isPlain, tag == nil else { return tag == nil || tag == YAMLTag.str ? text : nil }
        return YAMLScalar.isString(text) ? text : nil
    }

    /// True for a plain empty value, `~` and `null`.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content, tag == nil else { return tag == YAMLTag.null }
        return YAMLScalar.isNull(text)
    }

    /// The members of a mapping, or nil for every other kind.
    var members: [Member]? {
        if case .mapping(let members) = content { members } else { nil }
    }

    /// What an operator calls it.
    var kindWord: String {
        switch content {
        case .scalar: isNull ? "nothing" : stringText == nil ? "a number, date or truth value" : "text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A place in a YAML text, both from 1.
struct YAMLMark: Hashable {
    var line: Int
    var column: Int
}

/// The tags of YAML 1.1 that mean something here.
enum YAMLTag {
    static let prefix = "tag:yaml.org,2002:"
    static let str = prefix + "str"
    static let null = prefix + "null"
}

/// Why a text is no YAML that can be taken.
struct YAMLFault: Error {
    let reason: String
    let mark: YAMLMark
}
