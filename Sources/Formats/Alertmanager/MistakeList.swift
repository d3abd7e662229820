internal import FleetModel

/// Everything that is wrong with a file, with its places: read on, and refuse it whole at the end.
final class MistakeList {
    private var found: [(mark: YAMLMark, text: String)] = []

    func add(_ text: String, at mark: YAMLMark) { found.append((mark, text)) }

    var isEmpty: Bool { found.isEmpty }

    /// `file:line:column: what is wrong`, in the order of the file.
    func lines(_ path: String) -> [String] {
        found.enumerated().sorted { left, right in
            let (one, other) = (left.element.mark, right.element.mark)
            return (one.line, one.column, left.offset) < (other.line, other.column, right.offset)
        }
        .map { "\(path):\($0.element.mark.line):\($0.element.mark.column): \($0.element.text)" }
    }
}

/// A mapping whose keys are known: others are refused by name, and so is a key that stands there twice.
struct KnownMapping {
    let mark: YAMLMark
    let mistakes: MistakeList
    private var members: [String: YAMLNode.Member] = [:]

    /// Nil for what is no mapping, which is noted.
    init?(_ node: YAMLNode, _ what: String, keys: Set<String>, _ mistakes: MistakeList) {
        mark = node.mark
        self.mistakes = mistakes
        if node.isNull { return }
        guard let all = node.members else {
            mistakes.add("\(what) is \(node.kindWord), expected a mapping", at: node.mark)
            return nil
        }
        for member in all {
            guard case .scalar(let key, _) = member.key.content else {
                mistakes.add("a key of \(what) is no text", at: member.key.mark)
                continue
            }
            guard keys.contains(key) else {
                let near = NearMisses.question(for: key, among: keys.sorted()).map { ", \($0)" } ?? ""
                mistakes.add("unknown field “\(key.quotedForMessage)” in \(what)\(near)", at: member.key.mark)
                continue
            }
            guard members[key] == nil else {
                mistakes.add("“\(key)” stands twice in \(what)", at: member.key.mark)
                continue
            }
            members[key] = member
        }
    }

    /// The value of a key; nil where there is none or it is empty.
    subscript(_ key: String) -> YAMLNode? { members[key]?.value.isNull == false ? members[key]?.value : nil }

    func mark(_ key: String) -> YAMLMark { members[key]?.key.mark ?? mark }

    func text(_ key: String) -> String? { self[key].flatMap { mistakes.text($0, key) } }

    func list(_ key: String) -> [YAMLNode]? {
        guard let node = self[key] else { return nil }
        guard case .sequence(let elements) = node.content else {
            mistakes.add("“\(key)” is \(node.kindWord), expected a list", at: node.mark)
            return nil
        }
        return elements
    }

    func texts(_ key: String) -> [String]? { list(key)?.compactMap { mistakes.text($0, "an element of “\(key)”") } }

    func flag(_ key: String) -> Bool? {
        guard let node = self[key] else { return nil }
        guard case .scalar(let text, isPlain: true) = node.content, let flag = YAMLScalar.bool(text) else {
            mistakes.add("“\(key)” is true or false", at: node.mark)
            return nil
        }
        return flag
    }

    /// Prometheus' durations.
    func duration(_ key: String) -> Duration? {
        guard let node = self[key], let text = mistakes.text(node, key) else { return nil }
        guard let span = DurationReading.milliseconds(text) else {
            mistakes.add(
                "“\(text.quotedForMessage)” is no duration for \(key): expected such as 30s, 5m or 1h30m",
                at: node.mark
            )
            return nil
        }
        return .milliseconds(span)
    }

    /// Pairs of texts, in the order of the file.
    func pairs(_ key: String) -> [(key: String, value: String, mark: YAMLMark)] {
        guard let node = self[key] else { return [] }
        guard let members = node.members else {
            mistakes.add("“\(key)” is \(node.kindWord), expected a mapping", at: node.mark)
            return []
        }
        return members.compactMap { member in
            guard let name = mistakes.text(member.key, "a key of “\(key)”"),
                let value = mistakes.text(member.value, "a value of “\(key)”")
            else { return nil }
            return (name, value, member.key.mark)
        }
    }
}

extension MistakeList {
    /// Any scalar as it is written, as Go's reader takes it for a text.
    func text(_ node: YAMLNode, _ what: String) -> String? {
        if case .scalar(let text, _) = node.content { return text }
        add("\(what) is \(node.kindWord), expected a text", at: node.mark)
        return nil
    }
}

/// `1y2w3d4h5m6s7ms`, each unit at most once and in this order.
enum DurationReading {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000),
        ("s", 1000), ("ms", 1),
    ]

    static func milliseconds(_ text: String) -> Int64? {
        if text == "0" { return 0 }
        var rest = text.utf8[...]
        var sum: Int64 = 0
        var next = 0
        while !rest.isEmpty {
            let digits = rest.prefix { (48...57).contains($0) }
            let unit = String(decoding: rest.dropFirst(digits.count).prefix { !(48...57).contains($0) }, as: UTF8.self)
            guard let number = Int64(String(decoding: digits, as: UTF8.self)), number < 1 << 40,
                let index = units.indices.first(where: { $0 >= next && units[$0].name == unit })
            else { return nil }
            let (part, isTooLong) = number.multipliedReportingOverflow(by: units[index].milliseconds)
            let (total, isOver) = sum.addingReportingOverflow(part)
            guard !isTooLong, !isOver, total <= Int64.max / 1_000_000 else { return nil }
            sum = total
            next = index + 1
            rest = rest.dropFirst(digits.count + unit.utf8.count)
        }
        return text.isEmpty ? nil : sum
    }
}
