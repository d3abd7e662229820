internal import FleetModel
internal import Operations

/// `relabel_configs` and its kin.
struct RelabelReading {
    let mistakes: ConfigMistakes

    func rules(_ nodes: [YAMLNode]?) -> [RelabelRule] { (nodes ?? []).compactMap(rule) }

    private func rule(_ node: YAMLNode) -> RelabelRule? {
        var fields = ConfigFields(node, "a relabelling rule", mistakes)
        let regex = fields.node("regex").flatMap { node in pattern(node).map { ($0, node.mark) } }
        guard let always = try? Pattern("(.*)", flags: .dotMatchesAll) else { return nil }
        var rule = RelabelRule(pattern: regex?.0 ?? always)
        if let text = fields.text("action") {
            if let action = RelabelRule.Action(rawValue: text.lowercased()) {
                rule.action = action
            } else {
                let known = RelabelRule.Action.allCases.map(\.rawValue).joined(separator: ", ")
                mistakes.add("unknown action “\(text.quotedForMessage)”; known: \(known)", fields.mark(of: "action"))
            }
        }
        let sources = fields.texts("source_labels")
        rule.sourceLabels = sources ?? []
        if rule.sourceLabels.contains("") {
            mistakes.add("a label's name is empty", fields.mark(of: "source_labels"))
        }
        if let separator = fields.text("separator") { rule.separator = separator }
        rule.modulus = UInt64(fields.count("modulus") ?? 0)
        rule.targetLabel = fields.text("target_label") ?? ""
        if let replacement = fields.text("replacement") { rule.replacement = replacement }
        fields.end()
        check(rule, hasSources: sources != nil, regex: regex?.0, at: node.mark)
        return rule
    }

    private func pattern(_ node: YAMLNode) -> Pattern? {
        guard let text = mistakes.text(node, "regex") else { return nil }
        do throws(PatternError) {
            return try Pattern(text, flags: .dotMatchesAll)
        } catch {
            mistakes.add("regex: \(error.problem)", node.mark)
            return nil
        }
    }

    /// The rules that Prometheus has for each action.
    private func check(_ rule: RelabelRule, hasSources: Bool, regex: Pattern?, at mark: YAMLMark) {
        let action = rule.action.rawValue
        let isDefaultRegex = regex == nil || regex?.text == "(.*)"
        switch rule.action {
        case .replace, .hashmod, .lowercase, .uppercase, .keepequal, .dropequal:
            if rule.targetLabel.isEmpty { mistakes.add("the action \(action) needs target_label", mark) }
        case .labelmap:
            if rule.replacement.isEmpty { mistakes.add("the action labelmap needs a replacement", mark) }
        case .keep, .drop, .labeldrop, .labelkeep: break
        }
        switch rule.action {
        case .hashmod where rule.modulus == 0: mistakes.add("the action hashmod needs a modulus above zero", mark)
        case .lowercase, .uppercase, .keepequal, .dropequal:
            if rule.replacement != "$1" { mistakes.add("the action \(action) has no replacement", mark) }
        default: break
        }
        let hasOthers = rule.modulus != 0 || rule.separator != ";" || rule.replacement != "$1"
        if rule.action == .keepequal || rule.action == .dropequal, !isDefaultRegex || hasOthers {
            mistakes.add("the action \(action) takes source_labels and target_label only", mark)
        }
        if rule.action == .labeldrop || rule.action == .labelkeep,
            hasSources || !rule.targetLabel.isEmpty || hasOthers
        {
            mistakes.add("the action \(action) takes a regex only", mark)
        }
    }
}
