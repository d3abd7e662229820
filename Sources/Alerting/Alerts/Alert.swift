package import FleetModel

/// An alert as it goes from a rule to the notifications, as Prometheus sends it to Alertmanager.
package struct Alert: Hashable, Sendable {
    /// What makes it this alert and no other; `alertname` among them.
    package var labels: LabelSet
    package var annotations: LabelSet
    package var startsAt: Timestamp
    /// When it ended, or when it is taken for ended unless it is told again; in the past for a resolved alert.
    package var endsAt: Timestamp
    /// Where the expression can be looked at; may be empty.
    package var generatorURL: String

    package init(
        labels: LabelSet,
        annotations: LabelSet,
        startsAt: Timestamp,
        endsAt: Timestamp,
        generatorURL: String = ""
    ) {
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.generatorURL = generatorURL
    }

    package static let nameLabel = "alertname"

    package var name: String { labels[Self.nameLabel] }

    package func isResolved(at now: Timestamp) -> Bool { endsAt <= now }
}
