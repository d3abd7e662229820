package import FleetModel

/// An alert as a sender tells it: times may be missing.
package struct PostedAlert: Hashable, Sendable {
    package var labels: LabelSet
    package var annotations: LabelSet
    package var startsAt: Timestamp?
    package var endsAt: Timestamp?
    package var generatorURL: String

    package init(
        labels: LabelSet,
        annotations: LabelSet = .empty,
        startsAt: Timestamp? = nil,
        endsAt: Timestamp? = nil,
        generatorURL: String = ""
    ) {
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.generatorURL = generatorURL
    }

    package init(_ alert: Alert) {
        self.init(
            labels: alert.labels,
            annotations: alert.annotations,
            startsAt: alert.startsAt,
            endsAt: alert.endsAt,
            generatorURL: alert.generatorURL
        )
    }
}

/// Who tells of alerts: what silence of the sender means depends on it.
package enum AlertSource: String, Hashable, Sendable {
    /// Our own rules: they say when an alert ends. Silence is a gap, never an end.
    case rules
    /// Others, by the API: an alert ends when it is no longer repeated, as with Alertmanager.
    case api
}

/// An alert as it is known here.
package struct KnownAlert: Hashable, Sendable {
    package var alert: Alert
    package var source: AlertSource
    package var updatedAt: Timestamp
    /// The end was set by us because the sender named none.
    package var endIsTimeout: Bool
    /// Its sender fell silent without ending it.
    package var isStale: Bool
    /// When it began to fire, within the window in which flapping is looked for.
    package var starts: [Timestamp]
    /// Until when its end is held back because it flaps; nil where it does not.
    package var dampedUntil: Timestamp?

    package var fingerprint: UInt64 { alert.labels.fingerprint }

    /// What was done to the node before the alert.
    package static let changesAnnotation = "flotilla_changes"
    /// That it flaps, and what that means for its end.
    package static let flappingAnnotation = "flotilla_flapping"
    /// Written on it by the rules where its samples stopped: nobody knows whether it still holds.
    package static let staleAnnotation = "flotilla_stale"
    /// Written on it here, not by its sender.
    static let ownAnnotations: Set = [changesAnnotation, flappingAnnotation]
    /// Annotations that no rule asked for.
    package static let writtenHere = [changesAnnotation, flappingAnnotation, staleAnnotation]

    package init(
        _ alert: Alert,
        source: AlertSource,
        updatedAt: Timestamp,
        endIsTimeout: Bool = false,
        isStale: Bool = false,
        starts: [Timestamp] = [],
        dampedUntil: Timestamp? = nil
    ) {
        self.alert = alert
        self.source = source
        self.updatedAt = updatedAt
        self.endIsTimeout = endIsTimeout
        self.isStale = isStale
        self.starts = starts
        self.dampedUntil = dampedUntil
    }

    /// Ended, and not held back.
    package func isResolved(at now: Timestamp) -> Bool {
        guard alert.isResolved(at: now), !isStale else { return false }
        return dampedUntil.map { $0 <= now } ?? true
    }
}
