package import FleetModel

/// The alerts of one alerting rule, moved on by one evaluation after the other. Values in, values out.
package struct AlertingStates: Hashable, Sendable {
    /// How long a resolved alert is kept, and told again.
    package static let resolvedRetention = Duration.seconds(15 * 60)

    package private(set) var active: [LabelSet: ActiveAlert] = [:]

    package init() {}

    /// Puts alerts back that an earlier process or configuration knew.
    package init(_ alerts: [ActiveAlert]) {
        for alert in alerts { active[alert.labels] = alert }
    }

    /// Makes the alerts that a result stands for: labels and annotations expanded, not yet moved through the states.
    ///
    /// - `expand`: gives the text of a template for one element; it tells its own mistakes in the text.
    /// - Throws: `rules.same_labels`.
    package static func alerts(
        of rule: Rule,
        _ vector: [VectorElement],
        at now: Timestamp,
        expand: (String, VectorElement) throws -> String
    ) throws -> [ActiveAlert] {
        var seen: Set<LabelSet> = []
        seen.reserveCapacity(vector.count)
        return try vector.map { element in
            var labels = element.labels.unnamed
            for label in rule.labels { labels = labels.setting(label.key, try expand(label.value, element)) }
            labels = labels.setting(Alert.nameLabel, rule.name)
            let annotations = try (rule.alerting?.annotations ?? []).map {
                LabelSet.Label($0.key, try expand($0.value, element))
            }
            guard seen.insert(labels).inserted else { throw RuleFault.sameAlertLabels }
            return ActiveAlert(
                labels: labels,
                annotations: LabelSet(sorted: annotations),
                value: element.value,
                activeAt: now
            )
        }
    }

    /// One evaluation: what holds now, and what became of the rest.
    ///
    /// - `found`: what `alerts(of:)` made.
    /// - `limit`: the most pending and firing alerts; 0 for no limit. Over it all alerts are forgotten, as Prometheus has it.
    /// - Throws: `rules.limit`.
    package mutating func step(
        _ found: [ActiveAlert],
        of rule: Rule.Alerting,
        at now: Timestamp,
        freshness: SourceFreshness = .unknown,
        limit: Int = 0
    ) throws(RuleFault) {
        var holding: Set<LabelSet> = []
        for alert in found {
            holding.insert(alert.labels)
            note(alert)
        }
        for (labels, alert) in active {
            let holds = holding.contains(labels)
            active[labels] = holds ? alert.holding(at: now, rule) : alert.missing(at: now, rule, freshness)
        }
        let count = active.values.count { !$0.isResolved }
        guard limit > 0, count > limit else { return }
        active = [:]
        throw .limit(limit, count, "alerts")
    }

    private mutating func note(_ alert: ActiveAlert) {
        guard var known = active[alert.labels], !known.isResolved else {
            active[alert.labels] = alert
            return
        }
        known.value = alert.value
        known.annotations = alert.annotations
        active[alert.labels] = known
    }

    /// The alerts that are to be told now. Asking marks them as told.
    ///
    /// - `resendDelay`: between two tellings of the same alert.
    /// - `interval`: between two evaluations. The end told beforehand leaves room for three lost tellings.
    package mutating func due(at now: Timestamp, resendDelay: Duration, interval: Duration) -> [ActiveAlert] {
        let until = now + max(resendDelay, interval) * 4
        var due: [ActiveAlert] = []
        for (labels, alert) in active where alert.isDue(at: now, resendDelay: resendDelay) {
            var alert = alert
            alert.lastSentAt = now
            alert.validUntil = until
            active[labels] = alert
            due.append(alert)
        }
        return due.sorted { $0.labels.isBefore($1.labels) }
    }

    /// Pending and firing ones, by labels.
    package var current: [ActiveAlert] {
        active.values.filter { !$0.isResolved }.sorted { $0.labels.isBefore($1.labels) }
    }

    /// Lets a restart go unseen: `since` gives the moment from which an alert is to be counted, nil where nothing is known.
    package mutating func restore(_ since: (ActiveAlert) -> Timestamp?) {
        for (labels, alert) in active where !alert.isResolved {
            guard let moment = since(alert) else { continue }
            active[labels]?.activeAt = moment
        }
    }

    /// Takes alerts up again that fired before a restart and that the expression has not given since: the next step ends
    /// them, or finds their source silent.
    ///
    /// - Returns: those that were not known.
    package mutating func revive(_ alerts: some Sequence<Alert>, hold: Duration) -> [ActiveAlert] {
        let unknown = alerts.filter { active[$0.labels] == nil }.map { alert in
            ActiveAlert(
                labels: alert.labels,
                annotations: alert.annotations,
                value: .nan,
                activeAt: alert.startsAt + (.zero - hold),
                phase: .firing(since: alert.startsAt, hold: .condition)
            )
        }
        for alert in unknown { active[alert.labels] = alert }
        return unknown
    }
}

extension ActiveAlert {
    /// The expression holds for it.
    fileprivate func holding(at now: Timestamp, _ rule: Rule.Alerting) -> ActiveAlert {
        var alert = self
        switch phase {
        case .pending:
            if now - activeAt >= rule.hold { alert.phase = .firing(since: now, hold: .condition) }
        case .firing(let since, _): alert.phase = .firing(since: since, hold: .condition)
        case .resolved: break
        }
        return alert
    }

    /// The expression gives nothing for it; nil when it is to be forgotten.
    fileprivate func missing(
        at now: Timestamp,
        _ rule: Rule.Alerting,
        _ freshness: SourceFreshness
    ) -> ActiveAlert? {
        var alert = self
        switch phase {
        case .pending: return nil
        case .resolved(let end, _): return now - end > AlertingStates.resolvedRetention ? nil : self
        case .firing(let since, let hold):
            if freshness.isSilent(labels) {
                if staleSince == nil { alert.phase = .firing(since: since, hold: .stale(since: now)) }
                return alert
            }
            guard rule.keepFiringFor > .zero else {
                alert.phase = .resolved(at: now, firedAt: since)
                return alert
            }
            var quietSince = now
            if case .keeping(let before) = hold { quietSince = before }
            alert.phase =
                now - quietSince < rule.keepFiringFor
                ? .firing(since: since, hold: .keeping(since: quietSince)) : .resolved(at: now, firedAt: since)
            return alert
        }
    }
}
