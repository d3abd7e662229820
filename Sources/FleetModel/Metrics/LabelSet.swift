/// The labels of one series: sorted by the bytes of their names, each name once, no empty value. The metric's name is the
/// label `__name__`.
package struct LabelSet: Hashable, Sendable, CustomStringConvertible {
    package typealias Label = Sample.Label

    package static let nameLabel = "__name__"
    package static let empty = LabelSet(sorted: [])

    package let labels: [Label]

    /// - Parameter labels: in any order; where a name stands twice the last one counts, and an empty value is no label.
    package init(_ labels: [Label]) {
        var last: [Label] = []
        for label in labels.enumerated().sorted(by: Self.isOrdered).map(\.element) {
            if let before = last.last, before.key.hasSameBytes(as: label.key) { last.removeLast() }
            last.append(label)
        }
        self.labels = last.filter { !$0.value.isEmpty }
    }

    /// - Parameter sorted: by the bytes of the names, unique, without empty values: not looked at again.
    package init(sorted: [Label]) { labels = sorted }

    private static func isOrdered(_ left: (offset: Int, element: Label), _ right: (offset: Int, element: Label)) -> Bool
    {
        if left.element.key.hasSameBytes(as: right.element.key) { return left.offset < right.offset }
        return left.element.key.isBefore(right.element.key)
    }

    /// The value of a label, empty where there is no such label.
    package subscript(_ name: String) -> String {
        for label in labels where label.key == name { return label.value }
        return ""
    }

    /// Without the metric's name.
    package var unnamed: LabelSet {
        guard labels.contains(where: { $0.key == Self.nameLabel }) else { return self }
        return LabelSet(sorted: labels.filter { $0.key != Self.nameLabel })
    }

    /// Only the labels of these names.
    package func keeping(_ names: [String]) -> LabelSet {
        LabelSet(sorted: labels.filter { names.contains($0.key) })
    }

    /// Without the labels of these names.
    package func removing(_ names: [String]) -> LabelSet {
        guard labels.contains(where: { names.contains($0.key) }) else { return self }
        return LabelSet(sorted: labels.filter { !names.contains($0.key) })
    }

    /// With one label more or another value of it; an empty value takes the label away.
    package func setting(_ name: String, _ value: String) -> LabelSet {
        var labels = self.labels
        labels.removeAll { $0.key == name }
        guard !value.isEmpty else { return LabelSet(sorted: labels) }
        let place = labels.firstIndex { name.isBefore($0.key) } ?? labels.count
        labels.insert(Label(name, value), at: place)
        return LabelSet(sorted: labels)
    }

    /// The order of bytes, label by label, as Prometheus sorts series.
    package func isBefore(_ other: LabelSet) -> Bool {
        for (left, right) in zip(labels, other.labels) {
            if !left.key.hasSameBytes(as: right.key) { return left.key.isBefore(right.key) }
            if !left.value.hasSameBytes(as: right.value) { return left.value.isBefore(right.value) }
        }
        return labels.count < other.labels.count
    }

    package static func == (left: LabelSet, right: LabelSet) -> Bool {
        left.labels.count == right.labels.count
            && zip(left.labels, right.labels).allSatisfy {
                $0.key.hasSameBytes(as: $1.key) && $0.value.hasSameBytes(as: $1.value)
            }
    }

    package func hash(into hasher: inout Hasher) {
        for label in labels {
            label.key.combineBytes(into: &hasher)
            label.value.combineBytes(into: &hasher)
        }
    }

    /// `name{label="value"}`
    package var description: String {
        let others = labels.filter { $0.key != Self.nameLabel }.map { label in
            (Self.isPlainLabel(label.key) ? label.key : label.key.quoted) + "=" + label.value.quoted
        }
        let name = self[Self.nameLabel]
        guard !others.isEmpty || name.isEmpty else { return name }
        return name + "{" + others.joined(separator: ", ") + "}"
    }

    /// True for names that need no quotes.
    package static func isPlainLabel(_ name: String) -> Bool {
        name.utf8.first.map { $0 > UInt8(ascii: "9") && isPlain($0) } == true && name.utf8.allSatisfy(isPlain)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        NameRule.isLetterOrDigit(byte) || byte == UInt8(ascii: "_")
    }
}

extension String {
    /// By bytes, as `hasSameBytes` compares; the length keeps neighbours apart.
    package func combineBytes(into hasher: inout Hasher) {
        var text = self
        text.withUTF8 { bytes in
            hasher.combine(bytes.count)
            hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
    }
}

extension String {
    /// In quotes as Go's `%q` writes it.
    package var quoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0B}": result += "\\v"
            case "\u{0C}": result += "\\f"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
