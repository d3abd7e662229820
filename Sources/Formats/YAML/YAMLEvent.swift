internal import CYaml

/// What is needed of one libyaml event, copied out before libyaml frees it.
struct YAMLEvent {
    let kind: yaml_event_type_t
    let mark: YAMLMark
    private(set) var anchor: String?
    private(set) var tag: String?
    private(set) var text = ""
    private(set) var isPlain = false

    init(_ raw: yaml_event_t) {
        kind = raw.type
        mark = YAMLMark(line: Int(raw.start_mark.line) + 1, column: Int(raw.start_mark.column) + 1)
        switch raw.type {
        case YAML_ALIAS_EVENT:
            anchor = Self.string(raw.data.alias.anchor)
        case YAML_SCALAR_EVENT:
            let scalar = raw.data.scalar
            anchor = Self.string(scalar.anchor)
            tag = Self.string(scalar.tag)
            text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
        case YAML_SEQUENCE_START_EVENT:
            anchor = Self.string(raw.data.sequence_start.anchor)
            tag = Self.string(raw.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            anchor = Self.string(raw.data.mapping_start.anchor)
            tag = Self.string(raw.data.mapping_start.tag)
        default: break
        }
        // The non-specific tag says nothing to PyYAML: “! 5” is a number there.
        if tag == "!" { tag = nil }
    }

    private static func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }
}
