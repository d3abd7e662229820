internal import FleetModel

/// A mapping of a configuration file, field by field: what is wrong is collected, and what nobody asked for is unknown.
struct ConfigFields {
    let what: String
    let mark: YAMLMark
    private var members: [String: YAMLNode] = [:]
    private var marks: [String: YAMLMark] = [:]
    private var asked: [String] = []
    private let mistakes: ConfigMistakes

    init(_ node: YAMLNode, _ what: String, _ mistakes: ConfigMistakes) {
        self.what = what
        self.mark = node.mark
        self.mistakes = mistakes
        guard !node.isNull else { return }
        var constructing = YAMLConstructing()
        guard let list = node.members else {
            mistakes.add("\(what) is a mapping, not \(node.kindWord)", node.mark)
            return
        }
        do throws(YAMLFault) {
            for pair in try constructing.pairs(list) {
                members[pair.key] = pair.value
                marks[pair.key] = pair.mark
            }
        } catch {
            mistakes.add(error.reason, error.mark)
        }
        for twice in constructing.duplicates {
            mistakes.add("“\(twice.key.quotedForMessage)” stands twice", twice.mark)
        }
    }

    /// The value of a field; nil where it is missing or empty.
    mutating func node(_ key: String) -> YAMLNode? {
        asked.append(key)
        guard let node = members[key], !node.isNull else { return nil }
        return node
    }

    func mark(of key: String) -> YAMLMark { marks[key] ?? mark }

    mutating func text(_ key: String) -> String? {
        guard let node = node(key) else { return nil }
        return mistakes.text(node, "\(key)")
    }

    mutating func span(_ key: String) -> (YAMLMark, String)? {
        guard let node = node(key), let text = mistakes.text(node, key) else { return nil }
        return (node.mark, text)
    }

    mutating func flag(_ key: String) -> Bool? {
        guard let node = node(key) else { return nil }
        if case .scalar(let text, isPlain: true) = node.content, let flag = YAMLScalar.bool(text) { return flag }
        mistakes.add("\(key) is true or false", node.mark)
        return nil
    }

    /// A whole number from zero.
    mutating func count(_ key: String) -> Int? {
        guard let node = node(key) else { return nil }
        if case .scalar(let text, isPlain: true) = node.content, let number = Int(text), number >= 0 { return number }
        mistakes.add("\(key) is a whole number", node.mark)
        return nil
    }

    mutating func list(_ key: String) -> [YAMLNode]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let elements) = node.content else {
            mistakes.add("\(key) is a list, not \(node.kindWord)", node.mark)
            return nil
        }
        return elements
    }

    mutating func texts(_ key: String) -> [String]? {
        list(key)?.compactMap { mistakes.text($0, "an element of \(key)") }
    }

    /// A mapping of texts.
    mutating func labels(_ key: String) -> [String: String]? {
        guard let node = node(key) else { return nil }
        guard let list = node.members else {
            mistakes.add("\(key) is a mapping, not \(node.kindWord)", node.mark)
            return nil
        }
        var constructing = YAMLConstructing()
        var labels: [String: String] = [:]
        do throws(YAMLFault) {
            for pair in try constructing.pairs(list) {
                if pair.key.isEmpty { mistakes.add("a label's name is empty", pair.mark) }
                labels[pair.key] = pair.value.isNull ? "" : mistakes.text(pair.value, "a label's value") ?? ""
            }
        } catch {
            mistakes.add(error.reason, error.mark)
        }
        for twice in constructing.duplicates {
            mistakes.add("“\(twice.key.quotedForMessage)” stands twice", twice.mark)
        }
        return labels
    }

    /// Fields that Prometheus has and we have not, each with the way out.
    mutating func refuse(_ reasons: [String: String]) {
        for (key, reason) in reasons {
            asked.append(key)
            if let mark = marks[key] { mistakes.add("“\(key)” is not supported: \(reason)", mark) }
        }
    }

    /// Fields that mean nothing here and harm nothing.
    mutating func ignore(_ keys: [String]) { asked += keys }

    /// To be called last: names what nobody asked for.
    func end() {
        for key in members.keys.sorted() where !asked.contains(key) {
            let near = NearMisses.question(for: key, among: asked).map { ", \($0)" } ?? ""
            mistakes.add("unknown field “\(key.quotedForMessage)” in \(what)\(near)", mark(of: key))
        }
    }
}

/// What is wrong with a file, all of it.
final class ConfigMistakes {
    private var found: [(mark: YAMLMark, text: String)] = []

    func add(_ text: String, _ mark: YAMLMark) { found.append((mark, text)) }

    func text(_ node: YAMLNode, _ what: String) -> String? {
        if case .scalar(let text, _) = node.content { return node.isNull ? "" : text }
        add("\(what) is text, not \(node.kindWord)", node.mark)
        return nil
    }

    /// `file:line:column: what is wrong`, in the order of the file.
    func lines(of path: String) -> [String] {
        found.sorted { ($0.mark.line, $0.mark.column) < ($1.mark.line, $1.mark.column) }
            .map { "\(path):\($0.mark.line):\($0.mark.column): \($0.text)" }
    }
}
