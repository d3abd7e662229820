internal import Crypto
package import FleetModel

/// Changes sets of labels by rules, step by step, as Prometheus does; pure.
package enum Relabelling {
    /// Nil where a rule drops the set.
    package static func apply(_ rules: [RelabelRule], to labels: LabelSet) -> LabelSet? {
        var labels = labels
        for rule in rules {
            guard let next = apply(rule, to: labels) else { return nil }
            labels = next
        }
        return labels
    }

    private static func apply(_ rule: RelabelRule, to labels: LabelSet) -> LabelSet? {
        let value = rule.sourceLabels.map { labels[$0] }.joined(separator: rule.separator)
        switch rule.action {
        case .drop: return rule.pattern.matches(whole: value) ? nil : labels
        case .keep: return rule.pattern.matches(whole: value) ? labels : nil
        case .dropequal: return labels[rule.targetLabel].hasSameBytes(as: value) ? nil : labels
        case .keepequal: return labels[rule.targetLabel].hasSameBytes(as: value) ? labels : nil
        case .replace: return replace(rule, value, in: labels)
        case .lowercase: return labels.setting(rule.targetLabel, value.lowercased())
        case .uppercase: return labels.setting(rule.targetLabel, value.uppercased())
        case .hashmod: return labels.setting(rule.targetLabel, String(hash(value) % max(1, rule.modulus)))
        case .labelmap: return map(rule, labels)
        case .labeldrop: return labels.filtering { !rule.pattern.matches(whole: $0) }
        case .labelkeep: return labels.filtering { rule.pattern.matches(whole: $0) }
        }
    }

    private static func replace(_ rule: RelabelRule, _ value: String, in labels: LabelSet) -> LabelSet {
        guard let match = rule.pattern.wholeMatch(in: value) else { return labels }
        let target = GoTemplateExpansion.expand(rule.targetLabel, match)
        guard !target.isEmpty else { return labels }
        return labels.setting(target, GoTemplateExpansion.expand(rule.replacement, match))
    }

    /// The last eight bytes of the MD5, as Prometheus has always taken them.
    private static func hash(_ value: String) -> UInt64 {
        Insecure.MD5.hash(data: Array(value.utf8)).suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func map(_ rule: RelabelRule, _ labels: LabelSet) -> LabelSet {
        var mapped = labels
        for label in labels.labels {
            guard let match = rule.pattern.wholeMatch(in: label.key) else { continue }
            let name = GoTemplateExpansion.expand(rule.replacement, match)
            if !name.isEmpty { mapped = mapped.setting(name, label.value) }
        }
        return mapped
    }
}

extension LabelSet {
    fileprivate func filtering(_ isKept: (String) -> Bool) -> LabelSet {
        LabelSet(sorted: labels.filter { isKept($0.key) })
    }
}

/// `$1`, `${1}`, `$name` and `$$` as Go's `regexp.Expand` understands them.
enum GoTemplateExpansion {
    static func expand(_ template: String, _ match: Pattern.Match) -> String {
        guard template.utf8.contains(UInt8(ascii: "$")) else { return template }
        var result = ""
        var rest = template.unicodeScalars[...]
        while let dollar = rest.firstIndex(of: "$") {
            result.unicodeScalars += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if let name = takeName(&rest) {
                result += text(of: name, match)
            } else {
                result += "$"
            }
        }
        result.unicodeScalars += rest
        return result
    }

    private static func takeName(_ rest: inout Substring.UnicodeScalarView) -> String? {
        let isBraced = rest.first == "{"
        let body = isBraced ? rest.dropFirst() : rest
        let name = body.prefix { $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType == .decimal }
        guard !name.isEmpty else { return nil }
        var after = body[name.endIndex...]
        if isBraced {
            guard after.first == "}" else { return nil }
            after = after.dropFirst()
        }
        rest = after
        return String(name)
    }

    private static func text(of name: String, _ match: Pattern.Match) -> Substring {
        let isNumber = name.utf8.allSatisfy { (0x30...0x39).contains($0) } && (name == "0" || !name.hasPrefix("0"))
        guard isNumber else { return match[name] ?? "" }
        guard let number = Int(name), match.groups.indices.contains(number) else { return "" }
        return match.groups[number] ?? ""
    }
}
