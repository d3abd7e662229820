package import FleetModel

/// What the rules say at this moment: the port that the evaluation of rules fills.
package protocol RuleBoard: Sendable {
    /// In the order of the files.
    func groups() async -> [RuleGroupView]
}

/// A group of rules as the Prometheus API shows it.
package struct RuleGroupView: Hashable, Sendable {
    package var name: String
    package var file: String
    package var interval: Duration
    package var limit = 0
    package var rules: [RuleView]
    package var lastEvaluation: Timestamp?
    package var evaluationTime: Duration = .zero

    package init(name: String, file: String, interval: Duration, rules: [RuleView]) {
        self.name = name
        self.file = file
        self.interval = interval
        self.rules = rules
    }
}

/// A rule with what came of its last evaluation.
package struct RuleView: Hashable, Sendable {
    package var name: String
    package var query: String
    package var labels: LabelSet
    /// Nil for a recording rule.
    package var alerting: Alerting?
    package var lastError: String?
    package var lastEvaluation: Timestamp?
    package var evaluationTime: Duration = .zero

    package init(name: String, query: String, labels: LabelSet, alerting: Alerting?) {
        self.name = name
        self.query = query
        self.labels = labels
        self.alerting = alerting
    }

    package struct Alerting: Hashable, Sendable {
        package var hold: Duration
        package var keepFiring: Duration
        package var annotations: LabelSet
        package var alerts: [AlertView]

        package init(hold: Duration, keepFiring: Duration, annotations: LabelSet, alerts: [AlertView]) {
            self.hold = hold
            self.keepFiring = keepFiring
            self.annotations = annotations
            self.alerts = alerts
        }
    }
}

/// An alert that is pending or firing.
package struct AlertView: Hashable, Sendable {
    package var labels: LabelSet
    package var annotations: LabelSet
    package var isFiring: Bool
    package var activeAt: Timestamp
    package var keepFiringSince: Timestamp?
    package var value: Double

    package init(labels: LabelSet, annotations: LabelSet, isFiring: Bool, activeAt: Timestamp, value: Double) {
        self.labels = labels
        self.annotations = annotations
        self.isFiring = isFiring
        self.activeAt = activeAt
        self.value = value
    }
}

/// No rules are configured: the lists are empty.
package struct NoRules: RuleBoard {
    package init() {}
    package func groups() async -> [RuleGroupView] { [] }
}
