internal import Alerting
internal import FleetModel
internal import PromQL

/// One rule of a file.
struct RuleReading {
    private let node: YAMLNode
    private let members: [String: YAMLNode]
    private let group: String
    private let index: Int
    private var name = ""

    private static let known = ["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"]

    init(_ node: YAMLNode, _ fields: inout DocumentFields, group: String, index: Int) {
        self.node = node
        self.group = group
        self.index = index
        members = fields.members(of: node, "a rule", known: Self.known)
    }

    /// The rule as it is written; what is wrong with it is reported.
    ///
    /// - `shared`: the group's labels, under the rule's own.
    mutating func rule(under shared: [LabelSet.Label], _ fields: inout DocumentFields, _ places: ScalarPlace) -> Rule {
        let record = fields.text(members["record"], "record")
        let alert = fields.text(members["alert"], "alert")
        name = alert.isEmpty ? record : alert
        checkNames(record, alert, &fields)
        let expression = expression(&fields, places)
        let labels = named(members["labels"], "label", isTemplate: !alert.isEmpty, &fields, places)
        let annotations = named(members["annotations"], "annotation", isTemplate: !alert.isEmpty, &fields, places)
        let hold = fields.duration(members["for"], "for") ?? .zero
        let keepFiringFor = fields.duration(members["keep_firing_for"], "keep_firing_for") ?? .zero
        let merged = Self.merged(shared, labels)
        guard alert.isEmpty else {
            let alerting = Rule.Alerting(
                name: alert,
                hold: hold,
                keepFiringFor: keepFiringFor,
                annotations: annotations
            )
            return Rule(.alerting(alerting), expression: expression, labels: merged)
        }
        if !record.isEmpty { checkRecording(record, hold, keepFiringFor, annotations, &fields) }
        return Rule(.recording(record), expression: expression, labels: merged)
    }

    /// By name, the second one's over the first one's.
    private static func merged(_ shared: [LabelSet.Label], _ own: [LabelSet.Label]) -> [LabelSet.Label] {
        let names = Set(own.map(\.key))
        return (shared.filter { !names.contains($0.key) } + own).sorted { $0.key.isBefore($1.key) }
    }

    private func report(_ problem: String, at mark: YAMLMark?, _ fields: inout DocumentFields) {
        fields.report("group \(group.quoted), rule \(index), \(name.quoted): \(problem)", at: mark ?? node.mark)
    }

    private func checkNames(_ record: String, _ alert: String, _ fields: inout DocumentFields) {
        if !record.isEmpty, !alert.isEmpty {
            report("only one of “record” and “alert” must be set", at: members["alert"]?.mark, &fields)
        } else if record.isEmpty, alert.isEmpty {
            report("one of “record” and “alert” must be set", at: nil, &fields)
        }
    }

    private func checkRecording(
        _ record: String,
        _ hold: Duration,
        _ keepFiringFor: Duration,
        _ annotations: [LabelSet.Label],
        _ fields: inout DocumentFields
    ) {
        let wrong = [
            ("for", hold != .zero), ("keep_firing_for", keepFiringFor != .zero), ("annotations", !annotations.isEmpty),
        ]
        for (field, isSet) in wrong where isSet {
            report("a recording rule has no field “\(field)”", at: members[field]?.mark, &fields)
        }
        if record.contains("{") || record.contains("}") {
            report(
                "braces in the name of a recording rule: should they be in “expr”?",
                at: members["record"]?.mark,
                &fields
            )
        }
    }

    // MARK: Expression

    private func expression(_ fields: inout DocumentFields, _ places: ScalarPlace) -> String {
        let text = fields.text(members["expr"], "expr")
        guard let node = members["expr"], !text.isEmpty else {
            report("the field “expr” must be set", at: members["expr"]?.mark, &fields)
            return ""
        }
        do throws(PromQLError) {
            _ = try Query(text)
        } catch {
            report(error, in: text, of: node, &fields, places)
        }
        return text
    }

    private func report(
        _ error: PromQLError,
        in text: String,
        of node: YAMLNode,
        _ fields: inout DocumentFields,
        _ places: ScalarPlace
    ) {
        guard let range = error.range, let mark = places.mark(of: range.start, in: text, of: node) else {
            return report("could not parse expression: \(error.problem)", at: node.mark, &fields)
        }
        // The place inside of the expression is said by the place in the file.
        let problem = error.problem.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? error.problem
        report("could not parse expression: \(problem)", at: mark, &fields)
    }

    // MARK: Labels and annotations

    /// UTF-8 names are allowed since Prometheus 3.
    static func isLabelName(_ name: String) -> Bool { !name.isEmpty && name != LabelSet.nameLabel }

    private func named(
        _ node: YAMLNode?,
        _ noun: String,
        isTemplate: Bool,
        _ fields: inout DocumentFields,
        _ places: ScalarPlace
    ) -> [LabelSet.Label] {
        fields.texts(node, "\(noun)s").map { entry in
            let isValid = noun == "label" ? Self.isLabelName(entry.name) : !entry.name.isEmpty
            if !isValid { report("invalid \(noun) name \(entry.name.quoted)", at: entry.mark, &fields) }
            if isTemplate, let mistake = Self.mistake(in: entry.text) {
                let mark = places.mark(of: mistake.offset, in: entry.text, of: entry.value) ?? entry.value.mark
                report("\(noun) \(entry.name.quoted): template: \(mistake.problem)", at: mark, &fields)
            }
            return LabelSet.Label(entry.name, entry.text)
        }
    }

    private static func mistake(in text: String) -> RuleTemplate.Mistake? {
        do throws(RuleTemplate.Mistake) {
            try RuleTemplate.check(text)
            return nil
        } catch {
            return error
        }
    }
}
