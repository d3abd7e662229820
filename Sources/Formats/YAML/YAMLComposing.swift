// libyaml itself, which Yams brings along: Yams' own nodes throw on duplicate keys, which Ansible only warns of, and
// cost five times as much for an inventory of 10,000 nodes.
internal import CYaml
internal import FleetModel

/// Text into nodes, by libyaml's events. Bounded in depth and in nodes, aliases counted each time they are used.
struct YAMLComposing {
    struct Limits {
        var depth = 100
        var nodes = 5_000_000
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let limits: Limits
    private var anchors: [String: YAMLNode] = [:]
    private var open: Set<String> = []
    private var weight = 0

    /// The document's only node; nil where the text holds none.
    ///
    /// - Throws: `YAMLFault`.
    static func compose(_ bytes: [UInt8], limits: Limits = Limits()) throws(YAMLFault) -> YAMLNode? {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            throw YAMLFault(reason: "no memory for the YAML parser", mark: YAMLMark(line: 1, column: 1))
        }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<YAMLNode?, YAMLFault> in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            var composing = YAMLComposing(parser: parser, limits: limits)
            do throws(YAMLFault) {
                return .success(try composing.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(parser: UnsafeMutablePointer<yaml_parser_t>, limits: Limits) {
        self.parser = parser
        self.limits = limits
    }

    private mutating func document() throws(YAMLFault) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try next()
            switch event.kind {
            case YAML_STREAM_END_EVENT: return root
            case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT, YAML_NO_EVENT: continue
            case YAML_DOCUMENT_START_EVENT:
                guard root == nil else {
                    throw YAMLFault(reason: "a second document begins here; one is expected", mark: event.mark)
                }
                root = try node(try next(), depth: 0)
            default: throw YAMLFault(reason: "unexpected YAML", mark: event.mark)
            }
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLFault) -> YAMLNode {
        guard depth < limits.depth else {
            throw YAMLFault(reason: "nested deeper than \(limits.depth) levels", mark: event.mark)
        }
        if event.kind == YAML_ALIAS_EVENT { return try alias(event) }
        if let anchor = event.anchor { open.insert(anchor) }
        var node = YAMLNode(
            content: .scalar(event.text, isPlain: event.isPlain),
            tag: event.tag,
            mark: event.mark,
            weight: 1
        )
        try count(1, at: event.mark)
        if event.kind == YAML_SEQUENCE_START_EVENT {
            try sequence(into: &node, depth: depth + 1)
        } else if event.kind == YAML_MAPPING_START_EVENT {
            try mapping(into: &node, depth: depth + 1)
        }
        if let anchor = event.anchor {
            open.remove(anchor)
            anchors[anchor] = node
        }
        return node
    }

    private mutating func sequence(into node: inout YAMLNode, depth: Int) throws(YAMLFault) {
        var elements: [YAMLNode] = []
        while true {
            let event = try next()
            if event.kind == YAML_SEQUENCE_END_EVENT { break }
            let element = try self.node(event, depth: depth)
            node.weight += element.weight
            elements.append(element)
        }
        node.content = .sequence(elements)
    }

    private mutating func mapping(into node: inout YAMLNode, depth: Int) throws(YAMLFault) {
        var members: [YAMLNode.Member] = []
        while true {
            let event = try next()
            if event.kind == YAML_MAPPING_END_EVENT { break }
            let key = try self.node(event, depth: depth)
            let value = try self.node(try next(), depth: depth)
            node.weight += key.weight + value.weight
            members.append(YAMLNode.Member(key: key, value: value))
        }
        node.content = .mapping(members)
    }

    private mutating func alias(_ event: YAMLEvent) throws(YAMLFault) -> YAMLNode {
        let name = event.anchor ?? ""
        guard !open.contains(name) else {
            throw YAMLFault(reason: "alias “\(name.quotedForMessage)” stands inside its own anchor", mark: event.mark)
        }
        guard let node = anchors[name] else {
            throw YAMLFault(reason: "alias “\(name.quotedForMessage)” has no anchor before it", mark: event.mark)
        }
        try count(node.weight, at: event.mark)
        return node
    }

    private mutating func count(_ nodes: Int, at mark: YAMLMark) throws(YAMLFault) {
        weight += nodes
        guard weight <= limits.nodes else {
            throw YAMLFault(reason: "more than \(limits.nodes) values, aliases counted each time", mark: mark)
        }
    }

    private func next() throws(YAMLFault) -> YAMLEvent {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else { throw fault() }
        defer { yaml_event_delete(&raw) }
        return YAMLEvent(raw)
    }

    private func fault() -> YAMLFault {
        let raw = parser.pointee
        let mark = YAMLMark(line: Int(raw.problem_mark.line) + 1, column: Int(raw.problem_mark.column) + 1)
        let problem = raw.problem.map { String(cString: $0) } ?? "cannot be read"
        let context = raw.context.map { " " + String(cString: $0) } ?? ""
        return YAMLFault(reason: problem + context, mark: mark)
    }
}
