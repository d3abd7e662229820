package import FleetModel

/// A recording or an alerting rule, as a file has it and its group completes it.
package struct Rule: Hashable, Sendable {
    package var kind: Kind
    /// PromQL, as it was written.
    package var expression: String
    /// The group's labels with the rule's own over them: sorted by name, unique; an empty value takes a label away.
    package var labels: [LabelSet.Label]

    package enum Kind: Hashable, Sendable {
        /// The result is stored under this name.
        case recording(String)
        case alerting(Alerting)
    }

    /// What an alerting rule has and a recording rule has not.
    package struct Alerting: Hashable, Sendable {
        package var name: String
        /// How long the expression must hold before the alert fires.
        package var hold: Duration
        /// How long the alert goes on firing after the expression holds no more.
        package var keepFiringFor: Duration
        /// Templates; sorted by name, unique.
        package var annotations: [LabelSet.Label]

        package init(
            name: String,
            hold: Duration = .zero,
            keepFiringFor: Duration = .zero,
            annotations: [LabelSet.Label] = []
        ) {
            self.name = name
            self.hold = hold
            self.keepFiringFor = keepFiringFor
            self.annotations = annotations
        }
    }

    package init(_ kind: Kind, expression: String, labels: [LabelSet.Label] = []) {
        self.kind = kind
        self.expression = expression
        self.labels = labels
    }

    /// The name of the alert or of the recorded series.
    package var name: String {
        switch kind {
        case .recording(let name): name
        case .alerting(let alerting): alerting.name
        }
    }

    package var alerting: Alerting? {
        if case .alerting(let alerting) = kind { alerting } else { nil }
    }
}

/// Rules that are evaluated together, one after the other.
package struct RuleGroup: Hashable, Sendable {
    package var name: String
    /// The file that it stands in; with the name it makes the group this one and no other.
    package var file: String
    /// Between two evaluations; nil for the interval of the fleet.
    package var interval: Duration?
    /// How far into the past the rules look, so that late samples are there; nil for no distance.
    package var queryOffset: Duration?
    /// The most alerts or series that one rule may give; 0 for no limit.
    package var limit: Int
    package var rules: [Rule]

    package init(
        name: String,
        file: String,
        interval: Duration? = nil,
        queryOffset: Duration? = nil,
        limit: Int = 0,
        rules: [Rule] = []
    ) {
        self.name = name
        self.file = file
        self.interval = interval
        self.queryOffset = queryOffset
        self.limit = limit
        self.rules = rules
    }
}

/// A whole file of rules.
package struct RuleFile: Hashable, Sendable {
    package var path: String
    package var groups: [RuleGroup]
    /// What the file may have and hardly means, such as a rule that stands there twice: `file:line:column: what`.
    package var warnings: [String]

    package init(path: String, groups: [RuleGroup] = [], warnings: [String] = []) {
        self.path = path
        self.groups = groups
        self.warnings = warnings
    }

    package var ruleCount: Int { groups.reduce(0) { $0 + $1.rules.count } }
}

/// One series of an instant vector: what a rule's expression gives, and what a rule makes of it.
package struct VectorElement: Hashable, Sendable {
    package var labels: LabelSet
    package var value: Double

    package init(_ labels: LabelSet, _ value: Double) {
        self.labels = labels
        self.value = value
    }
}
