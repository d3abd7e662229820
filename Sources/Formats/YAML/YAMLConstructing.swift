internal import FleetModel

/// Nodes into values, as Ansible's loader does it: the last of duplicate keys wins, `<<` merges, `!vault` becomes
/// `{"__ansible_vault": …}` and text under `!unsafe` `{"__ansible_unsafe": …}`, both never looked into.
struct YAMLConstructing {
    /// Places of keys that stand twice in one mapping.
    private(set) var duplicates: [(key: String, mark: YAMLMark)] = []
    private var unsafeDepth = 0

    /// One member of a mapping, its key as text.
    typealias Pair = (key: String, mark: YAMLMark, value: YAMLNode)

    /// - Throws: `YAMLFault` (an unknown tag, a list as a key, a date that does not exist).
    mutating func value(_ node: YAMLNode) throws(YAMLFault) -> JSONValue {
        if let tag = node.tag { return try tagged(tag, node) }
        switch node.content {
        case .scalar(let text, let isPlain): return try scalar(text, isPlain: isPlain, at: node.mark)
        case .sequence(let nodes):
            var elements: [JSONValue] = []
            elements.reserveCapacity(nodes.count)
            for node in nodes { elements.append(try value(node)) }
            return .array(elements)
        case .mapping(let members):
            var object: [String: JSONValue] = [:]
            for pair in try pairs(members) { object[pair.key] = try value(pair.value) }
            return .object(object)
        }
    }

    /// The members of a mapping with their keys as text, merges done, duplicates reported; in order, the last value
    /// at the first place.
    mutating func pairs(_ members: [YAMLNode.Member]) throws(YAMLFault) -> [Pair] {
        var merged: [Pair] = []
        var own: [Pair] = []
        var places: [String: Int] = [:]
        for member in members {
            if isMerge(member.key) {
                for pair in try mergedPairs(member.value) { merged.append(pair) }
                continue
            }
            let key = try key(member.key)
            if let place = places[key] {
                duplicates.append((key, member.key.mark))
                own[place].value = member.value
            } else {
                places[key] = own.count
                own.append((key, member.key.mark, member.value))
            }
        }
        guard !merged.isEmpty else { return own }
        var inherited: [Pair] = []
        for pair in merged where places[pair.key] == nil {
            places[pair.key] = -1
            inherited.append(pair)
        }
        return inherited + own
    }

    /// What `<<` brings, the winner of each key first.
    private mutating func mergedPairs(_ node: YAMLNode) throws(YAMLFault) -> [Pair] {
        switch node.content {
        case .mapping(let members): return try pairs(members)
        case .sequence(let nodes):
            var all: [Pair] = []
            for node in nodes {
                guard let members = node.members else {
                    throw YAMLFault(reason: "“<<” takes a mapping or a list of mappings", mark: node.mark)
                }
                all += try pairs(members)
            }
            return all
        case .scalar: throw YAMLFault(reason: "“<<” takes a mapping or a list of mappings", mark: node.mark)
        }
    }

    private func isMerge(_ node: YAMLNode) -> Bool {
        if case .scalar("<<", isPlain: true) = node.content, node.tag == nil { true } else { false }
    }

    /// JSON has text keys only; Python writes the others so.
    private mutating func key(_ node: YAMLNode) throws(YAMLFault) -> String {
        if let text = node.stringText { return text }
        switch try value(node) {
        case .string(let text): return text
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .double(let number): return PythonText.float(number)
        case .array, .object: throw YAMLFault(reason: "a key must be text, not \(node.kindWord)", mark: node.mark)
        }
    }

    private func scalar(_ text: String, isPlain: Bool, at mark: YAMLMark) throws(YAMLFault) -> JSONValue {
        guard isPlain else { return string(text) }
        switch YAMLScalar.meaning(of: text) {
        case .text, .merge: return string(text)
        case .value(let value): return value
        case .noSuchDate:
            throw YAMLFault(reason: "there is no date “\(text.quotedForMessage)”; quote it if it is text", mark: mark)
        }
    }

    private func string(_ text: String) -> JSONValue {
        unsafeDepth > 0 ? .object(["__ansible_unsafe": .string(text)]) : .string(text)
    }

    private mutating func tagged(_ tag: String, _ node: YAMLNode) throws(YAMLFault) -> JSONValue {
        var plain = node
        plain.tag = nil
        switch (tag, node.content) {
        case ("!unsafe", _):
            unsafeDepth += 1
            defer { unsafeDepth -= 1 }
            return try value(plain)
        case ("!vault", .scalar(let text, _)), ("!vault-encrypted", .scalar(let text, _)):
            return .object(["__ansible_vault": .string(text)])
        case (YAMLTag.str, .scalar(let text, _)): return string(text)
        case (YAMLTag.null, .scalar): return .null
        case (YAMLTag.prefix + "int", .scalar(let text, _)):
            if let number = YAMLNumber.int(Array(text.utf8)) { return number }
        case (YAMLTag.prefix + "float", .scalar(let text, _)):
            if let number = YAMLNumber.float(Array(text.utf8)) ?? Double(text) { return .double(number) }
        case (YAMLTag.prefix + "bool", .scalar(let text, _)):
            if let flag = YAMLScalar.bool(text) { return .bool(flag) }
        case (YAMLTag.prefix + "timestamp", .scalar(let text, _)):
            if case .some(.some(let date)) = YAMLTimestamp.isoFormat(Array(text.utf8)) { return .string(date) }
        case (YAMLTag.prefix + "seq", .sequence), (YAMLTag.prefix + "map", .mapping): return try value(plain)
        case (YAMLTag.prefix + "set", .mapping(let members)): return .array(try pairs(members).map { .string($0.key) })
        default: throw YAMLFault(reason: "the tag \(tag.quotedForMessage) is not known here", mark: node.mark)
        }
        throw YAMLFault(reason: "the value does not fit its tag \(tag.quotedForMessage)", mark: node.mark)
    }
}
