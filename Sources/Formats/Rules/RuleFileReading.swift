package import Alerting
internal import FleetModel
internal import PromQL

/// Prometheus' rule files; every mistake in one go, with its place, and the same verdict as `promtool check rules`.
package struct RuleFileReading {
    private let path: String
    private let places: ScalarPlace
    private var fields = DocumentFields()
    private var warnings: [String] = []

    /// - Throws: `RuleFileErrors`.
    package static func read(_ bytes: [UInt8], path: String) throws(RuleFileErrors) -> RuleFile {
        var reading = RuleFileReading(path: path, places: ScalarPlace(bytes))
        var groups: [RuleGroup] = []
        do throws(YAMLFault) {
            if let root = try YAMLDocument.root(of: bytes) { groups = reading.groups(root) }
        } catch {
            reading.fields.report(error.reason, at: error.mark)
        }
        let mistakes = reading.fields.texts(path: path)
        guard mistakes.isEmpty else { throw RuleFileErrors(mistakes) }
        return RuleFile(path: path, groups: groups, warnings: reading.warnings)
    }

    private init(path: String, places: ScalarPlace) {
        self.path = path
        self.places = places
    }

    // MARK: Groups

    private mutating func groups(_ root: YAMLNode) -> [RuleGroup] {
        let members = fields.members(of: root, "a rule file", known: ["groups"])
        var names: Set<String> = []
        var seen: Set<Identity> = []
        var groups: [RuleGroup] = []
        for node in fields.elements(of: members["groups"], "groups") {
            let group = group(node, &seen)
            if group.name.isEmpty { fields.report("the name of a group must not be empty", at: node.mark) }
            if !names.insert(group.name).inserted {
                let name = group.name.quotedForMessage
                fields.report("the group name \"\(name)\" is repeated in the same file", at: node.mark)
            }
            groups.append(group)
        }
        return groups
    }

    /// What makes two rules the same for whoever reads their series.
    private struct Identity: Hashable {
        let name: String
        let labels: [LabelSet.Label]
    }

    private mutating func group(_ node: YAMLNode, _ seen: inout Set<Identity>) -> RuleGroup {
        let known = ["name", "interval", "query_offset", "limit", "labels", "rules"]
        let members = fields.members(of: node, "a group", known: known)
        let name = fields.text(members["name"], "name")
        let shared = labels(members["labels"], in: "group \(name.quoted)")
        var group = RuleGroup(
            name: name,
            file: path,
            interval: fields.duration(members["interval"], "interval").flatMap { $0 == .zero ? nil : $0 },
            queryOffset: fields.duration(members["query_offset"], "query_offset"),
            limit: fields.integer(members["limit"], "limit")
        )
        for (index, ruleNode) in fields.elements(of: members["rules"], "rules").enumerated() {
            var reading = RuleReading(ruleNode, &fields, group: name, index: index + 1)
            let rule = reading.rule(under: shared, &fields, places)
            if !seen.insert(Identity(name: rule.name, labels: rule.labels)).inserted {
                warnings.append(
                    "\(path):\(ruleNode.mark.line):\(ruleNode.mark.column): another rule \(rule.name.quoted) with the same "
                        + "labels stands before: each may give the other's series another value"
                )
            }
            group.rules.append(rule)
        }
        return group
    }

    private mutating func labels(_ node: YAMLNode?, in place: String) -> [LabelSet.Label] {
        fields.texts(node, "labels").map { label in
            if !RuleReading.isLabelName(label.name) {
                fields.report("\(place): invalid label name \(label.name.quoted)", at: label.mark)
            }
            return LabelSet.Label(label.name, label.text)
        }
    }
}
