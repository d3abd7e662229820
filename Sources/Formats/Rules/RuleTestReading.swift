package import Alerting
internal import FleetModel
package import Operations
internal import PromQL

/// Promtool's files of unit tests for rules; every mistake in one go, with its place.
package enum RuleTestReading {
    /// - Throws: `RuleFileErrors`.
    package static func read(_ bytes: [UInt8], path: String) throws(RuleFileErrors) -> RuleTestFile {
        var fields = DocumentFields()
        var file = RuleTestFile()
        do throws(YAMLFault) {
            if let root = try YAMLDocument.root(of: bytes) { file = self.file(root, &fields) }
        } catch {
            fields.report(error.reason, at: error.mark)
        }
        let mistakes = fields.texts(path: path)
        guard mistakes.isEmpty else { throw RuleFileErrors(mistakes) }
        return file
    }

    private static func file(_ root: YAMLNode, _ fields: inout DocumentFields) -> RuleTestFile {
        let known = ["rule_files", "evaluation_interval", "group_eval_order", "tests", "fuzzy_compare"]
        let members = fields.members(of: root, "a test file", known: known)
        var file = RuleTestFile()
        for node in fields.elements(of: members["rule_files"], "rule_files") {
            file.ruleFiles.append(fields.text(node, "a rule file"))
        }
        let interval = fields.duration(members["evaluation_interval"], "evaluation_interval") ?? .zero
        if interval != .zero { file.evaluationInterval = interval }
        for node in fields.elements(of: members["group_eval_order"], "group_eval_order") {
            let name = fields.text(node, "a group")
            if file.groupOrder.contains(name) {
                fields.report("group name repeated in evaluation order: \(name.quotedForMessage)", at: node.mark)
            }
            file.groupOrder.append(name)
        }
        file.comparesFuzzily = fields.flag(members["fuzzy_compare"], "fuzzy_compare")
        for node in fields.elements(of: members["tests"], "tests") {
            file.tests.append(test(node, file.evaluationInterval, &fields))
        }
        return file
    }

    private static func test(
        _ node: YAMLNode,
        _ interval: Duration,
        _ fields: inout DocumentFields
    ) -> RuleTestFile.Test {
        let known = [
            "interval", "input_series", "alert_rule_test", "promql_expr_test", "external_labels", "external_url",
            "name", "start_timestamp",
        ]
        let members = fields.members(of: node, "a test", known: known)
        var test = RuleTestFile.Test()
        test.name = fields.text(members["name"], "name")
        let own = fields.duration(members["interval"], "interval") ?? .zero
        test.interval = own == .zero ? interval : own
        test.externalLabels = labels(members["external_labels"], "external_labels", &fields)
        test.externalURL = fields.text(members["external_url"], "external_url")
        test.start = fields.moment(members["start_timestamp"], "start_timestamp")
        for node in fields.elements(of: members["input_series"], "input_series") {
            let pair = fields.members(of: node, "a series", known: ["series", "values"])
            let series = fields.text(pair["series"], "series")
            test.input.append(.init(series: series, values: fields.text(pair["values"], "values")))
        }
        for node in fields.elements(of: members["alert_rule_test"], "alert_rule_test") {
            test.alerts.append(alertCase(node, &fields))
        }
        for node in fields.elements(of: members["promql_expr_test"], "promql_expr_test") {
            test.expressions.append(expressionCase(node, &fields))
        }
        return test
    }

    private static func labels(_ node: YAMLNode?, _ what: String, _ fields: inout DocumentFields) -> LabelSet {
        LabelSet(sorted: fields.texts(node, what).map { LabelSet.Label($0.name, $0.text) })
    }

    private static func alertCase(_ node: YAMLNode, _ fields: inout DocumentFields) -> RuleTestFile.AlertCase {
        let members = fields.members(of: node, "an alert test", known: ["eval_time", "alertname", "exp_alerts"])
        let name = fields.text(members["alertname"], "alertname")
        var expected: [RuleTestFile.Firing] = []
        for node in fields.elements(of: members["exp_alerts"], "exp_alerts") {
            let alert = fields.members(of: node, "an alert", known: ["exp_labels", "exp_annotations"])
            let labels = self.labels(alert["exp_labels"], "exp_labels", &fields)
            let annotations = self.labels(alert["exp_annotations"], "exp_annotations", &fields)
            expected.append(.init(labels: labels.setting(Alert.nameLabel, name), annotations: annotations))
        }
        let time = fields.duration(members["eval_time"], "eval_time") ?? .zero
        return .init(at: time, name: name, expected: expected)
    }

    private static func expressionCase(
        _ node: YAMLNode,
        _ fields: inout DocumentFields
    ) -> RuleTestFile.ExpressionCase {
        let members = fields.members(of: node, "an expression test", known: ["expr", "eval_time", "exp_samples"])
        var expected: [RuleTestFile.Expected] = []
        for node in fields.elements(of: members["exp_samples"], "exp_samples") {
            let sample = fields.members(of: node, "a sample", known: ["labels", "value", "histogram"])
            expected.append(
                .init(
                    labels: fields.text(sample["labels"], "labels"),
                    value: fields.number(sample["value"], "value"),
                    histogram: fields.text(sample["histogram"], "histogram")
                )
            )
        }
        let time = fields.duration(members["eval_time"], "eval_time") ?? .zero
        return .init(at: time, expression: fields.text(members["expr"], "expr"), expected: expected)
    }
}
