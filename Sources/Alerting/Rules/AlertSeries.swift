package import FleetModel

/// The series that Prometheus makes of alerts.
package enum AlertSeries {
    package static let name = "ALERTS"
    package static let forStateName = "ALERTS_FOR_STATE"
    package static let stateLabel = "alertstate"

    /// `ALERTS` and `ALERTS_FOR_STATE` of the pending and firing alerts.
    package static func elements(of alerts: [ActiveAlert], _ rule: Rule) -> [VectorElement] {
        alerts.filter { !$0.isResolved }.flatMap { alert -> [VectorElement] in
            // The rule's labels stand under the alert's own, which were made of them.
            var labels = LabelSet(rule.labels)
            for label in alert.labels.labels { labels = labels.setting(label.key, label.value) }
            labels = labels.setting(Alert.nameLabel, rule.name)
            let shown = labels.setting(LabelSet.nameLabel, name).setting(stateLabel, alert.stateWord)
            let kept = labels.setting(LabelSet.nameLabel, forStateName)
            let since = Double((alert.activeAt.milliseconds / 1000))
            return [VectorElement(shown, 1), VectorElement(kept, since)]
        }
    }

    /// What finds the kept states of a rule again, whatever its alerts' own labels are.
    package static func forStateMatchers(_ rule: Rule) -> [LabelMatcher] {
        LabelSet(rule.labels).setting(LabelSet.nameLabel, forStateName).setting(Alert.nameLabel, rule.name).labels
            .map { LabelMatcher($0.key, .equal($0.value)) }
    }
}
