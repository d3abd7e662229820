import FleetModel

extension Expression: CustomStringConvertible {
    /// The query as Prometheus prints it; it reads back as the same expression.
    package var description: String {
        switch kind {
        case .number(let value, let isDuration):
            if isDuration { return DurationText.text(milliseconds: Int64((value * 1000).rounded())) }
            return NumberText.text(of: value)
        case .string(let text): return text.quoted
        case .selector(let selector): return selector.text + selector.modifiers.text
        case .window(let selector, let window):
            return "\(selector.text)[\(DurationText.text(milliseconds: window))]\(selector.modifiers.text)"
        case .subquery(let subquery):
            let step = subquery.step.map { DurationText.text(milliseconds: $0) } ?? ""
            let window = DurationText.text(milliseconds: subquery.window)
            return "\(subquery.inner)[\(window):\(step)]\(subquery.modifiers.text)"
        case .call(let function, let arguments):
            return "\(function.rawValue)(\(arguments.map(\.description).joined(separator: ", ")))"
        case .aggregation(let aggregation): return aggregation.text
        case .binary(let binary):
            return "\(binary.left) \(binary.operation.rawValue)\(binary.modifierText) \(binary.right)"
        case .negation(let inner): return "-\(inner)"
        case .plus(let inner): return "+\(inner)"
        case .parentheses(let inner): return "(\(inner))"
        }
    }
}

extension VectorSelector {
    /// Name and matchers, without `offset` and `@`.
    fileprivate var text: String {
        let others = name == nil ? matchers : matchers.dropLast()
        // A keyword or a name in quotes would not read back in front of the braces.
        guard !others.isEmpty || name == nil else { return name ?? "" }
        return (name ?? "") + "{" + others.map(\.description).sorted { $0.isBefore($1) }.joined(separator: ",") + "}"
    }
}

extension LabelMatcher: CustomStringConvertible {
    /// `name="value"`, the name in quotes where it needs them.
    package var description: String {
        let label = LabelSet.isPlainLabel(name) ? name : name.quoted
        return switch test {
        case .equal(let text): "\(label)=\(text.quoted)"
        case .notEqual(let text): "\(label)!=\(text.quoted)"
        case .matches(let pattern): "\(label)=~\(pattern.text.quoted)"
        case .notMatches(let pattern): "\(label)!~\(pattern.text.quoted)"
        }
    }
}

extension TimeModifiers {
    fileprivate var text: String {
        var text = ""
        switch at {
        case .start: text += " @ start()"
        case .end: text += " @ end()"
        case .time(let time):
            let thousandths = String(time.magnitude % 1000)
            let padding = String(repeating: "0", count: 3 - thousandths.count)
            text += " @ \(time < 0 ? "-" : "")\(time.magnitude / 1000).\(padding)\(thousandths)"
        case nil: break
        }
        if offset != 0 { text += " offset \(DurationText.text(milliseconds: offset))" }
        return text
    }
}

extension Aggregation {
    fileprivate var text: String {
        let labels = grouping.map { LabelSet.isPlainLabel($0) ? $0 : $0.quoted }.joined(separator: ", ")
        let modifier = isWithout ? " without (\(labels)) " : grouping.isEmpty ? "" : " by (\(labels)) "
        return "\(aggregator.rawValue)\(modifier)(\(parameter.map { "\($0), " } ?? "")\(inner))"
    }
}

extension Binary {
    fileprivate var modifierText: String {
        var text = returnsBool ? " bool" : ""
        guard !matching.labels.isEmpty || matching.isOn || matching.cardinality != .oneToOne else { return text }
        text += " \(matching.isOn ? "on" : "ignoring") (\(list(matching.labels)))"
        switch matching.cardinality {
        case .oneToOne: return text
        case .manyToOne: return text + " group_left (\(list(matching.include)))"
        case .oneToMany: return text + " group_right (\(list(matching.include)))"
        }
    }

    private func list(_ labels: [String]) -> String {
        labels.map { LabelSet.isPlainLabel($0) ? $0 : $0.quoted }.joined(separator: ", ")
    }
}
