package import FleetModel

/// One alert of a rule, from the first moment its expression held until it is forgotten.
package struct ActiveAlert: Hashable, Sendable {
    package var labels: LabelSet
    /// May hold empty values, unlike the labels of a series.
    package var annotations: LabelSet
    /// Of the last evaluation in which the expression held.
    package var value: Double
    /// Since when the expression holds.
    package var activeAt: Timestamp
    package var phase: Phase
    package var lastSentAt: Timestamp?
    /// What the receiver was told: when the alert is taken for ended if nothing more is heard.
    package var validUntil: Timestamp?

    /// Pending, firing, resolved: a pending one that ends is forgotten at once.
    package enum Phase: Hashable, Sendable {
        case pending
        case firing(since: Timestamp, hold: Hold)
        /// Kept for a while so that its end is told again should it have been lost.
        case resolved(at: Timestamp, firedAt: Timestamp)
    }

    /// Why a firing alert fires.
    package enum Hold: Hashable, Sendable {
        /// The expression holds.
        case condition
        /// It has not held since then, and `keep_firing_for` is not over.
        case keeping(since: Timestamp)
        /// Nothing is known since then: the node that it is about sends no samples.
        case stale(since: Timestamp)
    }

    package init(
        labels: LabelSet,
        annotations: LabelSet,
        value: Double,
        activeAt: Timestamp,
        phase: Phase = .pending
    ) {
        self.labels = labels
        self.annotations = annotations
        self.value = value
        self.activeAt = activeAt
        self.phase = phase
    }

    package var isPending: Bool { phase == .pending }

    package var isFiring: Bool {
        if case .firing = phase { true } else { false }
    }

    package var isResolved: Bool {
        if case .resolved = phase { true } else { false }
    }

    /// Since when the samples it stands on are missing; nil where they are not.
    package var staleSince: Timestamp? {
        if case .firing(_, .stale(let since)) = phase { since } else { nil }
    }

    /// Prometheus' word for its state.
    package var stateWord: String {
        switch phase {
        case .pending: "pending"
        case .firing: "firing"
        case .resolved: "inactive"
        }
    }
}

extension ActiveAlert {
    /// The name of the annotation that a stale alert carries.
    package static let staleAnnotation = "flotilla_stale"

    /// Whether it is to be told now; as Prometheus, once in the delay, and an end at once.
    func isDue(at now: Timestamp, resendDelay: Duration) -> Bool {
        guard let lastSentAt else { return !isPending }
        switch phase {
        case .pending: return false
        case .resolved(let end, _) where end > lastSentAt: return true
        case .firing(_, .stale(let since)) where since > lastSentAt: return true
        case .firing, .resolved: return lastSentAt + resendDelay < now
        }
    }

    /// As it goes to the notifications.
    package func alert(generatorURL: String) -> Alert? {
        var annotations = annotations
        if let staleSince {
            let text = "no samples of its node since \(staleSince.rfc3339): nobody knows whether it still holds"
            annotations = annotations.setting(Self.staleAnnotation, text)
        }
        switch phase {
        case .pending: return nil
        case .firing(let since, _):
            return Alert(
                labels: labels,
                annotations: annotations,
                startsAt: since,
                endsAt: validUntil ?? since,
                generatorURL: generatorURL
            )
        case .resolved(let end, let firedAt):
            return Alert(
                labels: labels,
                annotations: annotations,
                startsAt: firedAt,
                endsAt: end,
                generatorURL: generatorURL
            )
        }
    }
}
